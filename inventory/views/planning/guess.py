"""The first guess beside the audit: what the teams believed, what the labels say, and what makes the difference."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from inventory.forms import guess as forms
from inventory.models import Feature, Team
from inventory.services import access
from inventory.services.planning import guess, plan
from inventory.views import _picture
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def shown(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET)
    chosen = form.chosen()
    team, feature, by = chosen.get("team"), chosen.get("feature"), chosen.get("by", "")
    report = guess.report(team=team, feature=feature)
    context = {
        "form": form,
        "team": team,
        "feature": feature,
        "about": feature or team,
        "audit": report.overall,
        "report": report,
        "line": _line(report) if report.overall.today else None,
        "missing": 0 if feature else guess.without(team=team).count(),
        "by": by,
        "tabs": forms.BY,
        **_below(request, report, **chosen),
    }
    return page(request, "plan/guess.html", context)


def _line(report: guess.Report) -> _picture.Line:
    audit = report.overall
    sums = plan.Sums(today=audit.today, waits=audit.waits, open=audit.open, nobody=audit.moves)
    return _picture.the_line(sums, audit.guess)


def _below(
    request: Request, report: guess.Report, *, team: Team | None = None, feature: Feature | None = None, by: str = ""
) -> dict[str, Any]:
    """What stands below the picture: the parts that make the difference in one feature, or a table."""
    if feature is not None:
        return {"difference": guess.difference(feature, report.overall)}
    found: Any = report.teams if by == "team" else report.features
    if by == "none":
        found = guess.without(team=team)
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return {"page": rows, "may_edit": set(access.teams_to_edit(request.user).values_list("pk", flat=True))}
