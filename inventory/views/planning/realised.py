"""The ledger of realised savings: what it adds up to, what is still to be realised, and every entry."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory.forms import realised as forms
from inventory.services.planning import burn_down, entry, ledger, ledger_list
from inventory.views import _load, _picture
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def shown(request: Request) -> HttpResponse:
    form, asked = forms.Filter(request.GET), forms.Opened(request.GET)
    chosen = form.chosen()
    team = chosen.get("team")
    told = ledger.told(today=timezone.localdate(), team=team)
    entries = ledger_list.entries(ledger_list.Asked(**chosen))
    context = {
        "form": form,
        "team": team,
        "said": form.said(),
        "together": ledger_list.together(entries) if "now" in chosen else None,
        "told": told,
        "sums": told.overall,
        "opened": burn_down.opened(told, asked.chosen()),
        "late": burn_down.late(told) if asked.is_late() else [],
        "burn_down": _picture.burn_down(told.left),
        "page": Paginator(entries, ROWS).get_page(request.GET.get("page")),
    }
    return page(request, "plan/realised.html", context)


@require_safe
def opened(request: Request, pk: int) -> HttpResponse:
    """How the amounts of one entry came about."""
    return page(request, "plan/entry.html", {"opened": entry.opened(_load.entry(pk))})
