"""What happened to a person's parts while they were elsewhere."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.services import notice
from inventory.views._page import Request, page

LARGEST = 2**63 - 1


@require_safe
def listed(request: Request) -> HttpResponse:
    found = notice.shown(request.user)
    return page(request, "notice/list.html", {"notices": found, "is_any_new": any(not each.read_at for each in found)})


@require_POST
def read(request: Request) -> HttpResponse:
    """Only what the page had shown: what came since stays new."""
    typed = request.POST.get("up_to", "")
    up_to = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 20 else 0
    notice.read_all(person=request.user, at=timezone.now(), up_to=min(up_to, LARGEST))
    return redirect("notice.list")
