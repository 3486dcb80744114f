"""Which parts run on a model that retires, and what they would cost on its successors."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory.services.prices import retirement
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def listed(request: Request) -> HttpResponse:
    today = timezone.localdate()
    found = Paginator(retirement.parts(on=today), ROWS).get_page(request.GET.get("page"))
    context = {"page": found, "rows": retirement.rows(list(found), on=today), "until": today + retirement.TERM}
    return page(request, "pricing/retiring.html", context)
