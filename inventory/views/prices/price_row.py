"""Administrators change the price book: a new price from a day, an end, a correction, a file of rows."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from inventory.domain.digits import is_number
from inventory.exchange import price_file
from inventory.exchange.reading import Problem
from inventory.forms import intake
from inventory.forms import price_row as forms
from inventory.models import ClaudeModel, PriceRow, Stale
from inventory.services.prices import price_intake, price_row, price_use
from inventory.views import _load
from inventory.views._page import Request, page, typed
from inventory.views._stale import differences

LISTED = 200  # problems on one page


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    person = _load.administrator(request.user)
    like = request.GET.get("like", "")
    row = _load.price_to_change(int(like), person) if is_number(like) else None
    today = timezone.localdate()
    initial = forms.like(row, today=today) if row else {"above": 0, "as_of": today}
    form = forms.Price(typed(request), models=_models(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            added = price_row.add(
                fields=form.given(), reason=form.cleaned_data["reason"], by=person.actor, at=timezone.now()
            )
        except price_row.Wrong as wrong:
            _tell(form, wrong)
        else:
            messages.success(request, f"{added.platform_id}: the new price holds from {added.valid_from}.")
            return redirect("pricing.list")
    return _shown(request, "pricing/new.html", form, {"row": row})


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Request, pk: int) -> HttpResponse:
    row = _load.price_to_change(pk, request.user)
    if price_use.is_used(row, on=timezone.localdate()):
        return page(request, "pricing/used.html", {"row": row}, status=409 if request.method == "POST" else 200)
    form = forms.Correct(typed(request), models=_models(), initial=forms.Correct.of(row))
    context: dict[str, Any] = {"row": row}
    if request.method == "POST" and form.is_valid():
        version, reason = form.cleaned_data["version"], form.cleaned_data["reason"]
        try:
            price_row.correct(
                row=row, version=version, fields=form.given(), reason=reason, by=request.user.actor, at=timezone.now()
            )
        except price_row.Used:
            return page(request, "pricing/used.html", {"row": row}, status=409)
        except price_row.Wrong as wrong:
            _tell(form, wrong)
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "pricing/correct.html", {**context, "form": form}, status=409)
        else:
            messages.success(request, f"{row.platform_id} is corrected.")
            return redirect("pricing.list")
    return _shown(request, "pricing/correct.html", form, context)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    row = _load.price_to_change(pk, request.user)
    form = forms.End(typed(request), initial={"version": row.version, "on": row.valid_to})
    context: dict[str, Any] = {"row": row}
    if request.method == "POST" and form.is_valid():
        try:
            price_row.end(row=row, **form.cleaned_data, by=request.user.actor, at=timezone.now())
        except price_row.Wrong as wrong:
            _tell(form, wrong)
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "pricing/end.html", {**context, "form": form}, status=409)
        else:
            messages.success(request, f"{row.platform_id}: the price ends on {form.cleaned_data['on']}.")
            return redirect("pricing.list")
    return _shown(request, "pricing/end.html", form, context)


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: Request) -> HttpResponse:
    person = _load.administrator(request.user)
    form = forms.Upload(request.POST, request.FILES) if request.method == "POST" else forms.Upload()
    problems: list[Problem] = []
    question = None
    if form.is_valid():
        name, data = form.cleaned_data["file"]
        file = price_file.read(data, intake.said(request.POST))
        if file.unclear:
            question = intake.Answer(unclear=[asdict(each) for each in file.unclear])
        try:
            taken = price_intake.take_in(
                file=file, name=name, reason=form.cleaned_data["reason"], by=person.actor, at=timezone.now()
            )
        except price_intake.Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, taken.told())
            return redirect("pricing.list")
    context = {"problems": problems[:LISTED], "count": len(problems), "columns": price_file, "question": question}
    return _shown(request, "pricing/import.html", form, context)


@require_safe
def book(request: Request) -> StreamingHttpResponse:
    """Every row of every day, as the file that is taken in."""
    rows = PriceRow.objects.listed().iterator(chunk_size=500)
    headers = {"Content-Disposition": 'attachment; filename="batchline-prices.csv"'}
    return StreamingHttpResponse(price_file.written(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _models() -> list[ClaudeModel]:
    return list(ClaudeModel.objects.order_by("-released_on", "key"))


def _tell(form: Any, wrong: price_row.Wrong) -> None:
    for field, reason in wrong.problems.items():
        form.add_error(field if field in form.fields else None, reason[:1].upper() + reason[1:])


def _shown(request: Request, template: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    refused = request.method == "POST"
    return page(request, template, {**context, "form": form}, status=422 if refused else 200)
