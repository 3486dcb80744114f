"""The plan: the sentence, the bridge, the line, the moves, the doubts; and its workbook."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from inventory.forms import plan as forms
from inventory.forms import wave as terms
from inventory.models import Part
from inventory.services.planning import ledger, move, plan, schedule
from inventory.services.prices import pricing
from inventory.views import _job, _picture
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def listed(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET)
    chosen = form.chosen()
    totals = plan.totals(team=chosen.get("team"), feature=chosen.get("feature"))
    by = request.GET.get("by", "")
    sureness, calls = plan.known(team=chosen.get("team"), feature=chosen.get("feature"))
    context = {
        "form": form,
        "chips": _chips(request, form),
        "about": chosen.get("feature") or chosen.get("team"),
        "totals": totals,
        "sums": totals.overall.sums,
        "realised": ledger.overall(team=chosen.get("team"), feature=chosen.get("feature")),
        "sureness": sureness,
        "line": _picture.the_line(totals.overall.sums, totals.overall.guess),
        "columns": _picture.columns(steps := totals.bridge()),
        "rows": _picture.rows(steps),
        "by": by if by in dict(forms.BY) else "",
        "tabs": forms.BY,
        "address": request.GET.urlencode(),
        "kept": urlencode([(name, chosen[name].pk) for name in ("team", "feature") if name in chosen]),
        **_table(request, by, chosen, totals, calls),
    }
    return page(request, "plan/page.html", context, fragment="moves")


@require_safe
def doubts(request: Request) -> HttpResponse:
    form = forms.Filter(request.GET)
    chosen = form.chosen()
    found = Part.objects.live().doubtful(chosen.get("doubt", "")).dearest_first().with_owners()
    if "team" in chosen:
        found = found.of_team(chosen["team"])
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    fields = [form["team"], form["doubt"]]
    context = {"fields": fields, "page": rows, "is_filtered": any(field.value() for field in fields)}
    return page(request, "plan/doubts.html", context, fragment="doubts")


@require_safe
def in_time(request: Request) -> HttpResponse:
    """Month by month. What the address says wrongly is told beside its field, and the usual stands in its place."""
    form = terms.Months(request.GET, today=timezone.localdate())
    found = schedule.told(term=form.term(), team=form.chosen_team())
    steps = found.five.steps()
    context = {
        "form": form,
        "team": form.chosen_team(),
        "told": found,
        "five": found.five,
        "realised": ledger.overall(team=form.chosen_team()),
        "opened": found.opened(form.chosen_month()),
        "opened_wave": found.opened_wave(form.chosen_wave()),
        "kept": _without(request, "opened", "wave"),
        "ramp": _picture.ramp(found.days),
        "columns": _picture.columns(steps),
        "rows": _picture.rows(steps),
    }
    return page(request, "plan/time.html", context, status=422 if form.errors or found.problems else 200)


@require_POST
def export(request: Request) -> HttpResponse:
    return _job.started(request, "export_plan")


def _table(request: Request, by: str, chosen: dict[str, Any], totals: plan.Totals, calls: int) -> dict[str, Any]:
    """What stands below the pictures: the moves, or the totals by what the address asks for. `calls` are those of the
    team or feature: where nothing else narrows the list they need not be counted again."""
    if by == "team":
        return {"groups": totals.teams, "realised_by": ledger.by_team()}
    if by == "kind":
        return {"groups": totals.kinds}
    if by == "feature":
        found = plan.by_feature(team=chosen.get("team"))
        rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
        return {"page": rows, "groups": plan.named(rows)}
    sort = chosen.pop("sort", "-saving")
    filters = move.Filters(**chosen)
    pages = Paginator(move.moves(filters, sort=sort), ROWS)
    if not filters.narrow_parts:
        pages.count = calls
    rows = pages.get_page(request.GET.get("page"))
    return {
        "page": rows,
        "by_worth": sort == "-worth",
        "moves": move.rows(rows, book=pricing.book(timezone.localdate())),
    }


def _chips(request: Request, form: forms.Filter) -> list[dict[str, str]]:
    """Each filter in force, with the address that has all but it."""
    chips = []
    for name, label, words in form.said():
        chips.append({"label": label, "words": words, "query": _without(request, name, "page")})
    return chips


def _without(request: Request, *names: str) -> str:
    """The rest of the address."""
    rest = request.GET.copy()
    for name in names:
        rest.pop(name, None)
    return rest.urlencode()
