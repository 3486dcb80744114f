"""The waiting test on one page, for those who know it: every question now asked, by the same rules."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.domain.consumer import Answers
from inventory.domain.question import Question, Test
from inventory.forms.compact import Compact
from inventory.forms.waiting import LOST, Choosing, version_shown
from inventory.models import Part, Stale
from inventory.services.labelling import queue, waiting
from inventory.views import _load
from inventory.views._page import Request, page, wants_part
from inventory.views._stale import Difference
from inventory.views.labelling import _replaced
from inventory.views.labelling._queue import left
from inventory.views.labelling._waiting import (
    COMPACT,
    REFUSED,
    SUBMITTED,
    conflicting,
    held_by,
    lost_page,
    side_of,
    what_is_left,
)


@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: Request, pk: int) -> HttpResponse:
    """A POST stores what was answered; one by htmx only shows which questions the answers lead to, of the version of
    the test the page began with."""
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part, _as_shown(request).said())
    walk = waiting.walk(part=part, side=side_of(request))
    if request.method == "POST":
        if wants_part(request):
            return _refreshed(request, part, walk, _form(request, walk, request.POST, version_shown(request.POST)))
        form = _form(request, walk, request.POST)
        if _replaced.is_replaced(request):
            return _on_newer(request, part, walk, form)
        return _answered(request, part, walk, form)
    if not request.session.get(COMPACT):
        request.session[COMPACT] = True
    if walk.is_in:
        return redirect("waiting.start", pk=pk)
    return _page(request, part, walk, _form(request, walk))


def _form(request: Request, walk: waiting.Walk, data: QueryDict | None = None, test: Test | None = None) -> Compact:
    return Compact(side_of(request), stored=walk.sheet.answers, version=walk.version, data=data, test=test)


def _as_shown(request: Request) -> Compact:
    """What was sent, on the version of the test it was sent on."""
    test = version_shown(request.POST)
    return Compact(side_of(request), stored={}, version=waiting.NEW, data=request.POST, test=test)


def _on_newer(request: Request, part: Part, walk: waiting.Walk, form: Compact) -> HttpResponse:
    """Nothing is saved: what was typed stands under the questions of the version in force as far as it fits, and is
    told in words as it was chosen."""
    form.renewed(walk.version)
    typed = _as_shown(request).said()
    return _page(request, part, walk, form, status=409, notice=_replaced.told(), typed=typed)


def _refreshed(request: Request, part: Part, walk: waiting.Walk, form: Compact) -> HttpResponse:
    """Where the same questions stand there already only how many are open is told: nothing typed meanwhile is
    touched."""
    if [question.id for question in form.questions] != request.POST.getlist("asked"):
        return _page(request, part, walk, form)
    answer = page(request, "waiting/compact.html", {"left": form.left()}, fragment="left")
    answer["HX-Reswap"] = "none"
    return answer


def _answered(request: Request, part: Part, walk: waiting.Walk, form: Compact) -> HttpResponse:
    version = form.version()
    if version is None:
        return _page(request, part, walk, form, status=422, notice=LOST)
    if form.wrong():
        return _page(request, part, walk, form, status=422, checked=True)
    if held := queue.holder(part=part, person=request.user, at=timezone.now()):
        return _page(request, part, walk, form, status=409, notice=held_by(held))
    given: dict[str, Any] = {
        "answers": form.given(),
        "version": version,
        "by": request.user.actor,
        "at": timezone.now(),
    }
    try:
        waiting.answer_all(part=part, side=side_of(request), person=request.user, **given)
    except Stale:
        return _stale(request, part, form)
    except tuple(REFUSED) as refused:
        return _page(request, part, walk, form, status=409, notice=REFUSED[type(refused)])
    except waiting.Gone:
        return lost_page(request, what_is_left(part), form.said())
    queue.renew(person=request.user, part=part, at=timezone.now())
    return _went_on(request, part, form)


def _went_on(request: Request, part: Part, form: Compact) -> HttpResponse:
    """To the check where all is answered, to what became open, or back to what was left out."""
    walk = waiting.walk(part=part, side=side_of(request))
    if form.blank():
        form.renewed(walk.version)
        return _page(request, part, walk, form, status=422, checked=True, kept=bool(form.given()))
    if walk.open is None:
        return redirect("waiting.check", pk=part.pk)
    answer = redirect("waiting.all", pk=part.pk)
    answer["Location"] += f"#{walk.open.id}"
    return answer


def _stale(request: Request, part: Part, form: Compact) -> HttpResponse:
    """Both values of each question that differs; what was typed stays, and saving it once more is a decision."""
    walk = waiting.walk(part=part, side=side_of(request))
    form.renewed(walk.version)
    theirs = walk.sheet.answers
    differences = [
        Difference(each.label, _said(each, form.answers), _said(each, theirs))
        for each in form.test.questions
        if (each.id in form.shown or each.id in theirs) and form.answers.get(each.id) != theirs.get(each.id)
    ]
    notice = SUBMITTED if walk.is_in else ""
    return _page(request, part, walk, form, status=409, differences=differences, notice=notice)


def _page(
    request: Request,
    part: Part,
    walk: waiting.Walk,
    form: Compact,
    *,
    status: int = 200,
    checked: bool = False,
    **more: Any,
) -> HttpResponse:
    entries = [_entry(walk, form, each, checked) for each in form.questions]
    context = {
        "part": part,
        "side": side_of(request),
        "form": form,
        "entries": entries,
        "left": form.left(),
        "problems": [problem for each in entries for problem in each["problems"]],
        "is_bad": status != 200,
        "is_part": wants_part(request),
        "walk": walk,
        "in_hand": queue.holder(part=part, person=request.user, at=timezone.now()),
        "queue_left": None if wants_part(request) else left(request),
        **more,
    }
    return page(request, "waiting/compact.html", context, fragment="questions", status=status)


def _entry(walk: waiting.Walk, form: Compact, asked: Question, checked: bool) -> dict[str, Any]:
    """One question with what is wrong about it: the page links each problem to the field."""
    entry = form.entry(asked, checked=checked)
    conflict = conflicting(asked, form.answers, form.test)
    note = _led_back(entry, conflict) if checked else ""
    problems = [(asked.id, note)] if note else []
    if entry.is_bound:
        problems += [(_place(entry, name), str(told[0])) for name, told in entry.errors.items()]
    copied = asked.id in walk.sheet.copied
    return {
        "question": asked,
        "form": entry,
        "conflict": conflict,
        "note": note,
        "problems": [{"anchor": anchor, "text": f"{asked.label}: {text}"} for anchor, text in problems],
        "copied": copied and form.answers.get(asked.id) == walk.answers.get(asked.id),
    }


def _led_back(entry: Choosing, conflict: list[tuple[Question, str]]) -> str:
    """Where somebody said that one of two contradicting answers shall change: which."""
    if not (conflict and entry.is_bound and entry.is_valid() and entry.back()):
        return ""
    change, _ = conflict[entry.back() == "second"]
    return f"Change the answer to “{change.label}” above, or select another one here"


def _said(asked: Question, answers: Answers) -> str:
    return asked.said(answers.get(asked.id)) or "not answered"


def _place(entry: Choosing, name: str) -> str:
    """The id of the field, of the first option where it has several."""
    field = entry[name]
    return field.id_for_label or f"{field.auto_id}_0"
