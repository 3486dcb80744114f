"""Split a call and weigh it while typing, undo a split, say who uses a part."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.domain.part import Gap
from inventory.domain.pattern import PATTERNS, pattern
from inventory.forms import part as forms
from inventory.models import Call, ClaudeModel, Stale
from inventory.services.calls import part as parts
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import Difference, differences
from inventory.views.calls import _seals


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: Request, pk: int) -> HttpResponse:
    """A GET shows the split as it is, or an empty one to start from; a POST saves."""
    call = _load.call_to_edit(pk, request.user)
    if call.retired_at is not None:
        raise Http404
    if request.method != "POST":
        found = _rows(call, request.GET.get("pattern", ""))
        form = forms.Split(initial={"version": call.version})
        return _split_page(request, call, form, forms.shown(found), _weighed(call, found) if call.is_split else None)
    form, rows = forms.Split(request.POST), forms.checked(forms.typed(request.POST))
    are_valid = [form.is_valid(), rows.is_valid()]
    if all(are_valid) and (saved := _saved(request, call, form, rows)) is not None:
        return saved
    economics = _weighed(call, rows.given()) if rows.is_valid() else None
    return _split_page(request, call, form, rows, economics, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def split_cost(request: Request, pk: int) -> HttpResponse:
    """Show the split again as typed, weighed, with a part more or less if asked; nothing is saved."""
    call = _load.call_to_edit(pk, request.user)
    if request.method != "POST":
        return redirect("part.split", pk=pk)
    typed = forms.typed(request.POST)
    form = forms.Split(initial={name: request.POST.get(name, "") for name in forms.Split.base_fields})
    rearranged = _rearranged(call, typed, request.POST.get("do", ""))
    rows = forms.checked(rearranged or typed)
    economics = _weighed(call, rows.given()) if rows.is_valid() else None
    if rearranged:
        return _split_page(request, call, form, forms.shown(rearranged), economics, fragment="work")
    status = 200 if request.htmx or rows.is_valid() else 422
    return _split_page(request, call, form, rows, economics, fragment="economics", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def unsplit(request: Request, pk: int) -> HttpResponse:
    call = _load.call_to_edit(pk, request.user)
    if call.retired_at is not None:
        raise Http404
    form = forms.Unsplit(request.POST or None, initial={"version": call.version})
    context: dict[str, Any] = {"call": call, "form": form, "parts": call.parts.order_by("position")}
    if not call.is_split:
        return redirect("part.split", pk=pk)
    if request.method == "POST" and form.is_valid():
        try:
            parts.unsplit(call=call, **form.cleaned_data, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "part/unsplit.html", context, status=409)
        except parts.CallRetired:
            raise Http404 from None
        messages.success(request, f"{call.name} is one part again. It needs a label.")
        return redirect("call.detail", pk=pk)
    return page(request, "part/unsplit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_edit(pk, request.user)
    now = {name: getattr(part, name) for name in forms.Edit.base_fields}
    form = forms.Edit(request.POST or None, initial=now)
    context: dict[str, Any] = {"part": part, "form": form}
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            with _seals.told(request, part.call):
                parts.edit(part=part, version=version, fields=form.given(), by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = differences(form, stale.theirs)
            return page(request, "part/edit.html", context, status=409)
        except (parts.NotOfThisCall, parts.CallRetired):
            raise Http404 from None
        return redirect("call.detail", pk=part.call_id)
    return page(request, "part/edit.html", context, status=422 if form.errors else 200)


def _rows(call: Call, key: str) -> list[dict[str, Any]]:
    if call.is_split:
        return forms.of_parts(call.parts.order_by("position"))
    return forms.to_start(call, pattern(key))


def _rearranged(call: Call, typed: Sequence[dict[str, Any]], do: str) -> list[dict[str, Any]] | None:
    """The rows with one more at the end, or without one; None where neither was asked for."""
    name, _, index = do.partition("-")
    if name == "add":
        rows: list[dict[str, Any]] = [*typed, {"requests": call.requests}][: forms.MOST]
    elif name == "remove":
        rows = [row for i, row in enumerate(typed) if str(i) != index]
    else:
        return None
    return [*rows, *({} for _ in range(forms.LEAST - len(rows)))]


def _weighed(call: Call, rows: Sequence[dict[str, Any]]) -> parts.Economics:
    try:
        return parts.economics(call=call, parts=rows, on=timezone.localdate())
    except parts.NotOfThisCall:
        raise Http404 from None


def _saved(request: Request, call: Call, form: forms.Split, rows: forms.Rows) -> HttpResponse | None:
    """The answer to a split that was saved, or that somebody else's stands in the way of; None where it was refused,
    and then the form says why."""
    given = form.cleaned_data
    try:
        parts.split(call=call, **given, parts=rows.given(), by=request.user.actor, at=timezone.now())
    except parts.FallsShort as refused:
        form.add_error(None, _missing(refused.gaps))
    except parts.NotPriced as refused:
        _told_of_models(rows, refused.positions)
    except parts.ReasonNeeded:
        form.add_error("reason", "A label that counts would be lost: say why.")
    except parts.CallRetired:
        form.add_error(None, "The call was retired meanwhile. Restore it first, then save the split again.")
    except parts.NotOfThisCall:
        raise Http404 from None
    except Stale as stale:
        return _stale_page(request, stale.theirs, form, rows)
    else:
        messages.success(request, f"{call.name} is split into {len(rows.given())} parts. New ones need a label.")
        return redirect("call.detail", pk=call.pk)
    return None


def _told_of_models(rows: forms.Rows, positions: Sequence[int]) -> None:
    """A row left wholly empty is no part, so that the parts are counted without such rows."""
    given = [row for row in rows.forms if row.cleaned_data]
    for position in positions:
        given[position].add_error("model", forms.NOT_PRICED)


def _missing(gaps: Sequence[Gap]) -> str:
    told = "; ".join(
        f"{gap.missing:,} {gap.name} (the call has {gap.whole:,}, its parts {gap.parts:,})" for gap in gaps
    )
    return f"The parts would not do all the work of the call. A month they miss {told}."


def _stale_page(request: Request, theirs: Any, form: forms.Split, rows: forms.Rows) -> HttpResponse:
    """Both splits beside each other, the typed one ready to be saved over the other."""
    call = _load.call_to_edit(theirs.pk, request.user)
    saved = list(call.parts.order_by("position"))
    known = {part.pk for part in saved if call.is_split}
    mine = [row if row.get("id") in known else {**row, "id": None} for row in rows.given()]
    told = [
        Difference(f"Part {number}", _in_words(yours), _in_words(found))
        for number, (yours, found) in enumerate(zip_longest(mine, forms.of_parts(saved)), 1)
    ]
    again = forms.Split(initial={"version": call.version, "reason": form.cleaned_data["reason"]})
    return _split_page(request, call, again, forms.shown(mine), _weighed(call, mine), differences=told, status=409)


OF_A_REQUEST = {"searches": "web searches a request", "container_minutes": "container minutes a request"}


def _in_words(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    tokens = f"{row['requests']:,} × {row['uncached_input']:,} + {row['cacheable_prefix']:,} in, {row['output']:,} out"
    used = (f"{row[name].normalize():f} {words}" for name, words in OF_A_REQUEST.items() if row.get(name))
    model = f"on {row['model']}" if row.get("model") else ""
    return " · ".join(filter(None, (row["name"], model, tokens, *used, *(row[name] for name in parts.TEXTS))))


def _split_page(
    request: Request, call: Call, form: forms.Split, rows: forms.Rows, economics: parts.Economics | None = None,
    *, fragment: str = "", status: int = 200, differences: list[Difference] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "call": call,
        "form": form,
        "rows": rows,
        "economics": economics,
        "patterns": () if call.is_split else PATTERNS,
        "chosen": request.GET.get("pattern", ""),
        "most": forms.MOST,
        "models": ClaudeModel.objects.order_by("-released_on", "key"),
        "differences": differences,
    }
    return page(request, "part/split.html", context, fragment=fragment, status=status)
