"""Where product and engineering differ: the first differing answer on top, both sheets below, and four ways out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.domain import waiting as domain
from inventory.domain.part import Label, State
from inventory.domain.people import Discipline
from inventory.forms import agreement as forms
from inventory.models import Part, Stale
from inventory.services import access
from inventory.services.labelling import reconcile, sheet, standing, waiting
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import Difference
from inventory.views.labelling._queue import following
from inventory.views.labelling._waiting import lost_page, what_is_left

CHANGED = "Nothing was saved: a sheet or the label was changed meanwhile. This is how it is now."
OTHER_SIDE = "Nothing was saved. You have answered for the other side, and nobody answers for both."


@require_safe
def shown(request: Request, pk: int) -> HttpResponse:
    """Everybody signed in may look; a sheet that is blind for them is not there."""
    part = _load.part(pk)
    return _shown(request, part, forms.Settle(initial={"version": part.version}))


@require_POST
def adopt(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_answer(pk, request.user)
    form = forms.Sheet(request.POST)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part)
    given: dict[str, Any] = {"part": part, "side": Discipline(request.user.discipline), "person": request.user}
    version = form.cleaned_data["version"] if form.is_valid() else -1
    try:
        adopted = reconcile.adopt(**given, by=request.user.actor, at=timezone.now(), version=version)
    except (Stale, reconcile.NothingToSettle):
        messages.error(request, CHANGED)
        return redirect("agreement.page", pk)
    except waiting.AnsweredOtherSide:
        messages.error(request, OTHER_SIDE)
        return redirect("agreement.page", pk)
    except sheet.Gone:
        return lost_page(request, what_is_left(part))
    if not adopted.is_in:
        messages.info(request, "Their answers are now yours. They lead to a question only you can answer.")
        return redirect("waiting.start", pk)
    return redirect("waiting.result", pk)


@require_POST
def edit(request: Request, pk: int) -> HttpResponse:
    """One's own sheet taken back, and straight to the question on which the sides differ."""
    part = _load.part_to_answer(pk, request.user)
    form = forms.Sheet(request.POST)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part)
    found = standing.standing(part=part, person=request.user)
    differs = found.compared.difference if found.compared else None
    version = form.cleaned_data["version"] if form.is_valid() else -1
    try:
        waiting.reopen(
            part=part,
            side=Discipline(request.user.discipline),
            by=request.user.actor,
            at=timezone.now(),
            version=version,
        )
    except (Stale, waiting.ReasonNeeded):
        messages.error(request, CHANGED)
        return redirect("agreement.page", pk)
    except sheet.Gone:
        return lost_page(request, what_is_left(part))
    # Their sheet may go on on a newer version of the test, that has another question there.
    if differs is None or domain.CURRENT.question(differs.question) is None:
        return redirect("waiting.check", pk)
    return redirect("waiting.question", pk, differs.question)


@require_POST
def settle(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_lead(pk, request.user)
    form = forms.Settle(request.POST)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part, _typed(form))
    if not form.is_valid():
        return _shown(request, part, form, status=422)
    given = {**form.cleaned_data, "label": Label(form.cleaned_data["label"])}
    try:
        reconcile.settle(part=part, by=request.user.actor, at=timezone.now(), **given)
    except Stale:
        return _settled_meanwhile(request, pk, form)
    except reconcile.NothingToSettle:
        form.add_error(None, "Nothing was saved: there is nothing to settle here any more, or not yet.")
        return _shown(request, _load.part(pk), form, status=409)
    except reconcile.SplitFirst:
        form.add_error(None, "By the answers two readers need it at two moments: split the call instead.")
        return _shown(request, part, form, status=409)
    except sheet.Gone:
        return lost_page(request, what_is_left(part), _typed(form))
    messages.success(request, f"{part.name} is settled, and both sides are told.")
    return redirect("waiting.result", pk)


@require_POST
def open_sheet(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_lead(pk, request.user)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part)
    try:
        reconcile.open_sheet(part=part, by=request.user.actor, at=timezone.now())
    except reconcile.NotOpenYet as early:
        until = timezone.localtime(early.until)
        messages.error(request, f"The other side still has time: it can be opened from {until:%Y-%m-%d %H:%M}.")
    except reconcile.NothingToOpen:
        messages.error(request, "There is no sheet to open: both are in, or none, or it is open already.")
    except sheet.Gone:
        return lost_page(request, what_is_left(part))
    else:
        messages.success(request, "The sheet is open to everybody. What the other side answers now is marked.")
    return redirect("agreement.page", pk)


def _shown(
    request: Request, part: Part, form: forms.Settle, *, status: int = 200, differences: list[Difference] | None = None
) -> HttpResponse:
    found = standing.standing(part=part, person=request.user)
    may_lead = part.is_live and access.may_lead(request.user, part.team_id)
    both = sheet.sheets_of(part)
    context = {
        "part": part,
        "standing": found,
        "first": _first(found),
        "is_disputed": part.state == State.DISPUTED,
        "form": form,
        "copies": [each for each in found.sheets.by_side().values() if each.copied_from],
        "differences": differences,
        "may_settle": may_lead and reconcile.may_be_settled(part, both),
        "opens_at": reconcile.opens_at(part, both) if may_lead else None,
        "now": timezone.now(),
        "may_answer": part.is_live and access.may_answer(request.user, part.team_id),
        "may_edit": part.is_live and access.may_edit(request.user, part.team_id),
        **following(request, part),
    }
    return page(request, "agreement/page.html", context, status=status)


def _first(found: standing.Standing) -> dict[str, str] | None:
    """The first question on which the sides differ, with both answers in words, and who is not sure of it."""
    differs = found.compared.difference if found.compared else None
    question = found.test.question(differs.question) if differs else None
    if differs is None or question is None:
        return None
    return {
        "title": question.title,
        "why": question.why,
        "product": question.said(differs.product) or "not asked",
        "engineering": question.said(differs.engineering) or "not asked",
        "unsure": differs.unsure or "",
    }


def _typed(form: forms.Settle) -> str:
    """The label and the reason as they were sent, also where something is wrong with them."""
    label = dict(forms.LABELS).get(str(form.data.get("label")), "")
    return ". ".join(filter(None, (label, str(form.data.get("reason", "")).strip())))


def _settled_meanwhile(request: Request, pk: int, form: forms.Settle) -> HttpResponse:
    """Both values; what was typed stays, and sending it once more is a decision."""
    part = _load.part(pk)
    form.data = {**form.data.dict(), "version": str(part.version)}  # type: ignore[attr-defined]
    yours = dict(forms.LABELS)[form.cleaned_data["label"]]
    theirs = f"{part.get_state_display()}: {part.get_label_display().lower()}"
    rows = [Difference("The label", yours, theirs), Difference("Why", form.cleaned_data["reason"], part.reason)]
    return _shown(request, part, form, status=409, differences=rows)
