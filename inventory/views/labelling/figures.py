"""How well product and engineering agree when they answer apart: which question to reword, never who is right."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from inventory.domain.agreement_figures import ENOUGH
from inventory.forms import figures as forms
from inventory.services.labelling import figures
from inventory.views._page import Request, page
from inventory.views.labelling._queue import places

NAMES = {
    "waiting": "Somebody waits",
    "not_waiting": "Nobody waits",
    "hybrid": "To be split",
    "undecided": "Not decided",
}


@require_safe
def shown(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET, months=figures.months())
    report = figures.report(**form.chosen())
    rows = [(NAMES[row[0].product], row) for row in report.directions]
    context = {
        "places": places(request),
        "form": form,
        "report": report,
        "rows": rows,
        "columns": list(NAMES.values()),
        "few": ENOUGH,
    }
    return page(request, "agreement/figures.html", context)
