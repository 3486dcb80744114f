"""Check needed: labels that rest on facts no longer true, what changed, and whose word is missing."""

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from inventory.forms import check as forms
from inventory.services.labelling import check
from inventory.views._page import Request, page
from inventory.views.labelling._queue import places

ROWS = 50


@require_safe
def listed(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET)
    chosen = form.chosen()
    found = check.to_check(**chosen)
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "places": places(request),
        "form": form,
        "is_filtered": bool(chosen),
        "page": rows,
        "rows": check.rows(rows, request.user),
        "possible": found.aggregate(sum=Sum("possible"))["sum"] or 0,
    }
    return page(request, "check/page.html", context, fragment="found")
