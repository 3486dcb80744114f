"""Two versions of the plan beside each other: asked for, shown line by line with the reasons, and as a workbook."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from inventory.domain.difference import Reason
from inventory.domain.difference_words import MEANS, WORDS
from inventory.forms import frozen as forms
from inventory.services.versions import comparison, frozen_list
from inventory.views import _job, _load
from inventory.views._page import Request, page
from inventory.views.versions import _frozen_list

ROWS = 50


@require_POST
def start(request: Request) -> HttpResponse:
    """Have it worked out, unless it is already."""
    form = forms.Pair(request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing was compared. {form.said}")
        return redirect("frozen.list")
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    try:
        known = comparison.find(first, second)
    except comparison.OtherScope:
        messages.error(request, "Nothing was compared: these are plans of different teams.")
        return redirect("frozen.list")
    if known is not None:
        return redirect("comparison.detail", pk=known.job_id)
    params = {"first": first.pk, "second": second.pk if second else None}
    return _job.started(request, "compare_plans", params)


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    found = _load.comparison(pk)
    form = _frozen_list.narrowed(found, request.GET)
    chosen = form.chosen()
    lines = frozen_list.lines(found, **chosen)
    pages, sums = Paginator(lines, ROWS), frozen_list.changed(lines)
    pages.count = sums["count"]
    was, now = comparison.sums(found)
    told = comparison.by_reason(found)
    reasons = [
        {"reason": reason, "name": WORDS[reason], "means": MEANS[reason], "count": count, "amounts": amounts}
        for reason, count, amounts in told
    ]
    context = {
        "comparison": found,
        "form": form,
        "is_filtered": bool(chosen.keys() - {"sort"}),
        "was": was,
        "now": now,
        "change": now.less(was),
        "reasons": reasons,
        "meanings": [(WORDS[reason], MEANS[reason]) for reason in Reason],
        "count": sum(count for _, count, _ in told),
        "address": request.GET.urlencode(),
        "sums": sums,
        "page": pages.get_page(request.GET.get("page")),
    }
    return page(request, "comparison/detail.html", context, fragment="lines")


@require_POST
def export(request: Request, pk: int) -> HttpResponse:
    return _job.started(request, "export_comparison", {"comparison": _load.comparison(pk).pk})
