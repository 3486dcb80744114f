"""The ledger of realised savings: what it adds up to, what is still to be realised, and every entry."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory.forms import guess as forms
from inventory.services.planning import entry as entries
from inventory.services.planning import ledger
from inventory.views import _load, _picture
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def shown(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET)
    team = form.chosen().get("team")
    told = ledger.told(today=timezone.localdate(), team=team)
    context = {
        "form": form,
        "team": team,
        "told": told,
        "sums": told.overall,
        "burn_down": _picture.burn_down(told.left),
        "page": Paginator(ledger.entries(team), ROWS).get_page(request.GET.get("page")),
    }
    return page(request, "plan/realised.html", context)


@require_safe
def opened(request: Request, pk: int) -> HttpResponse:
    """How the amounts of one entry came about."""
    return page(request, "plan/entry.html", {"opened": entries.opened(_load.entry(pk))})
