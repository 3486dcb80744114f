"""Walks one side through the waiting test: a question a page, the answers checked, the sheet saved, the result."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from inventory.domain import example
from inventory.domain import waiting as domain
from inventory.domain.people import Discipline
from inventory.domain.question import Question
from inventory.forms import waiting as forms
from inventory.models import Part, Person, Stale
from inventory.services import access
from inventory.services.labelling import queue, similar, standing, waiting
from inventory.views import _load
from inventory.views._page import Request, page
from inventory.views._stale import Difference
from inventory.views.labelling import _replaced
from inventory.views.labelling._queue import following, left
from inventory.views.labelling._waiting import (
    COMPACT,
    OTHER_SIDE,
    REFUSED,
    SAID,
    SUBMITTED,
    conflicting,
    held_by,
    lost_page,
    side_of,
    what_is_left,
)

NUMBERS = ("no", "one", "two", "three", "four", "five")  # as many as are shown


@require_safe
def start(request: Request, pk: int) -> HttpResponse:
    """Where one left off: the open question, the answers to check, or the result."""
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part)
    walk = waiting.walk(part=part, side=side_of(request))
    if walk.is_in:
        return redirect("waiting.result", pk=pk)
    if request.GET.get("form") == "one":
        request.session.pop(COMPACT, None)
    if walk.open and request.session.get(COMPACT):
        return redirect("waiting.all", pk=pk)
    if walk.open:
        return redirect("waiting.question", pk=pk, question=walk.open.id)
    return redirect("waiting.check", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: Request, pk: int, question: str) -> HttpResponse:
    part = _load.part_to_answer(pk, request.user)
    if request.method == "POST" and not isinstance(part, waiting.Lost) and _replaced.is_replaced(request):
        return _replaced.answer(request, part, question)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part, _typed(request, question))
    asked = domain.CURRENT.question(question)
    if asked is None or side_of(request) not in asked.side:
        raise Http404
    walk = waiting.walk(part=part, side=side_of(request))
    if request.method == "POST":
        return _answered(request, part, walk, asked)
    if walk.is_in or not walk.asks(question):
        return redirect("waiting.start", pk=pk)
    form = forms.Answering(asked, stored=walk.answers.get(question), version=walk.version)
    return _question_page(request, part, walk, form)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, pk: int) -> HttpResponse:
    """The answers as short statements, what follows from them, and the button that saves them as one side's word."""
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part)
    if request.method == "POST":
        return _saved(request, part)
    walk = waiting.walk(part=part, side=side_of(request))
    if walk.open or walk.is_in:
        return redirect("waiting.start", pk=pk)
    return _check_page(request, part, walk)


@require_http_methods(["GET", "HEAD", "POST"])
def result(request: Request, pk: int) -> HttpResponse:
    """Everybody signed in may look; what is blind for a person is not there. A POST takes one's own sheet back."""
    if request.method == "POST":
        return _reopened(request, pk)
    part = _load.part(pk)
    return _result_page(request, part, forms.Reopening(counts=bool(part.label)))


def _answered(request: Request, part: Part, walk: waiting.Walk, asked: Question) -> HttpResponse:
    form = forms.Answering(asked, request.POST, version=walk.version)
    if not form.is_valid():
        return _question_page(request, part, walk, form, status=422)
    if form.back():
        return _led_back(part, walk, asked, form.back())
    if held := queue.holder(part=part, person=request.user, at=timezone.now()):
        return _question_page(request, part, walk, form, status=409, notice=held_by(held))
    by: dict[str, Any] = {"by": request.user.actor, "at": timezone.now(), "person": request.user}
    version = form.cleaned_data["version"]
    try:
        waiting.answer(part=part, side=side_of(request), question=asked.id, value=form.value(), version=version, **by)
    except Stale as stale:
        return _stale_answer(request, part, form, stale)
    except tuple(REFUSED) as refused:
        return _question_page(request, part, walk, form, status=409, notice=REFUSED[type(refused)])
    except waiting.Gone:
        return lost_page(request, what_is_left(part), form.said())
    queue.renew(person=request.user, part=part, at=timezone.now())
    return redirect("waiting.start", pk=part.pk)


def _led_back(part: Part, walk: waiting.Walk, asked: Question, which: str) -> HttpResponse:
    """To the first or the second of two contradicting answers; to the walk where they do not contradict any more."""
    conflict = walk.conflict(asked.id)
    if conflict is None:
        return redirect("waiting.start", pk=part.pk)
    return redirect("waiting.question", pk=part.pk, question=getattr(conflict, which))


def _stale_answer(request: Request, part: Part, form: forms.Answering, stale: Stale) -> HttpResponse:
    """Both values; what was typed stays, and saving it once more is a decision."""
    walk = waiting.walk(part=part, side=side_of(request))
    form.renewed(walk.version)
    theirs = form.question.said(walk.answers.get(form.question.id)) or "not answered"
    differences = [Difference(form.question.label, form.said(), theirs)]
    if walk.is_in:
        return _question_page(request, part, walk, form, status=409, notice=SUBMITTED, differences=differences)
    return _question_page(request, part, walk, form, status=409, differences=differences)


def _question_page(
    request: Request, part: Part, walk: waiting.Walk, form: forms.Answering, *, status: int = 200, **more: Any
) -> HttpResponse:
    before = walk.before(form.question) if walk.asks(form.question.id) else None
    context = {
        "part": part,
        "side": side_of(request),
        "form": form,
        "question": form.question,
        "conflict": conflicting(form.question, walk.answers, walk.test),
        "examples": example.beside(form.question),
        "back": before if walk.open else None,
        "is_change": walk.open is None,
        "carried": walk.carried,
        "test": walk.test,
        "in_hand": queue.holder(part=part, person=request.user, at=timezone.now()),
        "queue_left": left(request),
        **more,
    }
    return page(request, "waiting/question.html", context, status=status)


def _check_page(request: Request, part: Part, walk: waiting.Walk, *, status: int = 200, **more: Any) -> HttpResponse:
    sheets = standing.sheets_for(part, request.user)
    side = side_of(request)
    copied = [each.id for each in walk.questions if each.id in walk.sheet.copied]
    context = {
        "part": part,
        "side": side,
        "statements": [(each, each.said(walk.answers[each.id]), each.id in copied) for each in walk.questions],
        "copied": copied,
        "verdict": walk.verdict,
        "decided": standing.decided(walk.verdict, walk.answers, walk.test),
        "test": walk.test,
        "walk": walk,
        "said": SAID[walk.verdict.outcome],
        "queue_left": left(request),
        **_other_side(part, side, sheets),
        **more,
    }
    return page(request, "waiting/check.html", context, status=status)


def _other_side(part: Part, side: Discipline, sheets: standing.Sheets) -> dict[str, Any]:
    """Who answers for the other side, and whether they have: never what."""
    if side == Discipline.PRODUCT:
        owner, is_in = part.feature.engineering_owner, sheets.engineering_in
        return {"other": Discipline.ENGINEERING, "other_person": owner, "other_in": is_in}
    owner, is_in = part.feature.product_owner, sheets.product_in
    return {"other": Discipline.PRODUCT, "other_person": owner, "other_in": is_in}


def _saved(request: Request, part: Part) -> HttpResponse:
    side = side_of(request)
    if _replaced.is_replaced(request):
        return _replaced.sheet(request, part)
    form = forms.Saving(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else -1
    if held := queue.holder(part=part, person=request.user, at=timezone.now()):
        messages.error(request, f"Nothing was saved. {held_by(held)}")
        return redirect("waiting.start", pk=part.pk)
    try:
        waiting.submit(
            part=part, side=side, version=version, by=request.user.actor, at=timezone.now(), person=request.user
        )
    except Stale:
        walk = waiting.walk(part=part, side=side)
        if walk.open:
            messages.error(request, "Nothing was saved: an answer was changed meanwhile, and a question is open again.")
            return redirect("waiting.start", pk=part.pk)
        shown = SAID.get(str(form.data.get("outcome")), "not known")
        differences = [Difference("The outcome", shown, SAID[walk.verdict.outcome])]
        return _check_page(request, part, walk, status=409, differences=differences)
    except waiting.AnsweredOtherSide:
        messages.error(request, f"Nothing was saved. {OTHER_SIDE}")
        return redirect("waiting.result", pk=part.pk)
    except waiting.Unfinished as unfinished:
        return redirect("waiting.question", pk=part.pk, question=unfinished.question.id)
    except waiting.Gone:
        return lost_page(request, what_is_left(part))
    queue.done(person=request.user, part=part)
    return redirect("waiting.result", pk=part.pk)


def _reopened(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return lost_page(request, part, request.POST.get("reason", ""))
    form = forms.Reopening(request.POST, counts=bool(part.label))
    if not form.is_valid():
        return _result_page(request, part, form, status=422)
    given = form.cleaned_data
    try:
        waiting.reopen(part=part, side=side_of(request), **given, by=request.user.actor, at=timezone.now())
    except waiting.ReasonNeeded:
        form.add_error("reason", forms.WHY)
        return _result_page(request, part, form, status=422)
    except Stale:
        messages.error(request, "Nothing was changed: the sheet was changed meanwhile. This is how it is now.")
        return redirect("waiting.result", pk=pk)
    except waiting.Gone:
        return lost_page(request, what_is_left(part), given["reason"])
    return redirect("waiting.check", pk=pk)


def _result_page(request: Request, part: Part, form: forms.Reopening, *, status: int = 200) -> HttpResponse:
    found = standing.standing(part=part, person=request.user)
    if not form.is_bound and found.own:
        form.initial["version"] = found.own.version
    context = {
        "part": part,
        "standing": found,
        "verdict": found.verdict,
        "decided": found.decided,
        "test": found.test,
        "is_older": found.test.version < domain.CURRENT.version,
        "form": form,
        "outcomes": SAID,
        "copies": [each for each in found.sheets.by_side().values() if each.copied_from],
        **_similar(part, found, request.user),
        "may_answer": part.is_live and access.may_answer(request.user, part.team_id),
        "may_edit": access.may_edit(request.user, part.team_id),
        **following(request, part),
    }
    return page(request, "waiting/result.html", context, status=status)


def _similar(part: Part, found: standing.Standing, person: Person) -> dict[str, Any]:
    """Sealed parts like this one, never before one's own side is in: they would lead the answers."""
    if person.discipline in access.ANSWERING and not found.is_submitted:
        return {}
    mine = part.label or (found.verdict.label if found.verdict else "")
    seen = similar.sealed(part)
    against = similar.against(mine, seen)
    return {"similar": seen, "against": against, "against_said": NUMBERS[against]}


def _typed(request: Request, question: str) -> str:
    """The answer that was sent, in the words of the version of the test it was given on."""
    asked = (forms.version_shown(request.POST) or domain.CURRENT).question(question)
    return forms.Answering(asked, request.POST).said() if asked and request.method == "POST" else ""
