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
from inventory.models import Hold, Part, Stale
from inventory.services import access, standing, waiting
from inventory.services.labelling import queue
from inventory.views import _load, _replaced
from inventory.views._page import Request, page
from inventory.views._queue import following
from inventory.views._stale import Difference

SAID = {
    "waiting": "somebody waits",
    "not_waiting": "nobody waits",
    "hybrid": "to be split",
    "undecided": "not decided",
}
NOT_ASKED = "Another answer was changed meanwhile, and this question is not asked any more."
OTHER_SIDE = "You have answered for the other side, and nobody answers for both. Ask a colleague of your discipline."
SUBMITTED = "This sheet was saved meanwhile. Open it again on the result page if you want to change it."


@require_safe
def start(request: Request, pk: int) -> HttpResponse:
    """Where one left off: the open question, the answers to check, or the result."""
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return _lost(request, part)
    walk = waiting.walk(part=part, side=_side(request))
    if walk.is_in:
        return redirect("waiting.result", pk=pk)
    if walk.open:
        return redirect("waiting.question", pk=pk, question=walk.open.id)
    return redirect("waiting.check", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: Request, pk: int, question: str) -> HttpResponse:
    part = _load.part_to_answer(pk, request.user)
    if request.method == "POST" and not isinstance(part, waiting.Lost) and _replaced.is_replaced(request):
        return _replaced.answer(request, part, question)
    asked = domain.CURRENT.question(question)
    if asked is None:
        raise Http404
    if isinstance(part, waiting.Lost):
        return _lost(request, part, forms.Answering(asked, request.POST or None))
    if _side(request) not in asked.side:
        raise Http404
    walk = waiting.walk(part=part, side=_side(request))
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
        return _lost(request, part)
    if request.method == "POST":
        return _saved(request, part)
    walk = waiting.walk(part=part, side=_side(request))
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
        return _question_page(request, part, walk, form, status=409, notice=_held(held))
    by: dict[str, Any] = {"by": request.user.actor, "at": timezone.now(), "person": request.user}
    version = form.cleaned_data["version"]
    try:
        waiting.answer(part=part, side=_side(request), question=asked.id, value=form.value(), version=version, **by)
    except Stale as stale:
        return _stale_answer(request, part, form, stale)
    except waiting.AnsweredOtherSide:
        return _question_page(request, part, walk, form, status=409, notice=OTHER_SIDE)
    except waiting.Submitted:
        return _question_page(request, part, walk, form, status=409, notice=SUBMITTED)
    except waiting.NotAsked:
        return _question_page(request, part, walk, form, status=409, notice=NOT_ASKED)
    except waiting.Gone:
        return _lost(request, _what_is_left(part), form)
    queue.renew(person=request.user, part=part, at=timezone.now())
    return redirect("waiting.start", pk=part.pk)


def _held(hold: Hold) -> str:
    until = timezone.localtime(hold.until)
    return f"{hold.person.name} has this part in hand until {until:%H:%M}, from the queue, and answers for your side."


def _led_back(part: Part, walk: waiting.Walk, asked: Question, which: str) -> HttpResponse:
    """To the first or the second of two contradicting answers; to the walk where they do not contradict any more."""
    conflict = walk.conflict(asked.id)
    if conflict is None:
        return redirect("waiting.start", pk=part.pk)
    return redirect("waiting.question", pk=part.pk, question=getattr(conflict, which))


def _stale_answer(request: Request, part: Part, form: forms.Answering, stale: Stale) -> HttpResponse:
    """Both values; what was typed stays, and saving it once more is a decision."""
    walk = waiting.walk(part=part, side=_side(request))
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
        "side": _side(request),
        "form": form,
        "question": form.question,
        "conflict": _conflicting(walk, form.question),
        "examples": example.beside(form.question),
        "back": before if walk.open else None,
        "is_change": walk.open is None,
        "carried": walk.carried,
        "test": walk.test,
        "in_hand": queue.holder(part=part, person=request.user, at=timezone.now()),
        **more,
    }
    return page(request, "waiting/question.html", context, status=status)


def _conflicting(walk: waiting.Walk, asked: Question) -> list[tuple[Question, str]]:
    """The two answers a conflict page sets against each other, in words."""
    conflict = walk.conflict(asked.id) if "conflict_" in asked.id else None
    if conflict is None:
        return []
    both = [walk.asks(conflict.first), walk.asks(conflict.second)]
    return [(each, each.said(walk.answers.get(each.id))) for each in both if each]


def _check_page(request: Request, part: Part, walk: waiting.Walk, *, status: int = 200, **more: Any) -> HttpResponse:
    sheets = standing.sheets_for(part, request.user)
    side = _side(request)
    context = {
        "part": part,
        "side": side,
        "statements": [(each, each.said(walk.answers[each.id])) for each in walk.questions],
        "verdict": walk.verdict,
        "decided": standing.decided(walk.verdict, walk.answers, walk.test),
        "test": walk.test,
        "walk": walk,
        "said": SAID[walk.verdict.outcome],
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
    side = _side(request)
    if _replaced.is_replaced(request):
        return _replaced.sheet(request, part)
    form = forms.Saving(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else -1
    if held := queue.holder(part=part, person=request.user, at=timezone.now()):
        messages.error(request, f"Nothing was saved. {_held(held)}")
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
        return _lost(request, _what_is_left(part))
    queue.done(person=request.user, part=part)
    return redirect("waiting.result", pk=part.pk)


def _reopened(request: Request, pk: int) -> HttpResponse:
    part = _load.part_to_answer(pk, request.user)
    if isinstance(part, waiting.Lost):
        return _lost(request, part)
    form = forms.Reopening(request.POST, counts=bool(part.label))
    if not form.is_valid():
        return _result_page(request, part, form, status=422)
    given = form.cleaned_data
    try:
        waiting.reopen(part=part, side=_side(request), **given, by=request.user.actor, at=timezone.now())
    except waiting.ReasonNeeded:
        form.add_error("reason", forms.WHY)
        return _result_page(request, part, form, status=422)
    except Stale:
        messages.error(request, "Nothing was changed: the sheet was changed meanwhile. This is how it is now.")
        return redirect("waiting.result", pk=pk)
    except waiting.Gone:
        return _lost(request, _what_is_left(part))
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
        "may_answer": part.is_live and access.may_answer(request.user, part.team_id),
        "may_edit": access.may_edit(request.user, part.team_id),
        **following(request),
    }
    return page(request, "waiting/result.html", context, status=status)


def _lost(request: Request, lost: waiting.Lost, form: forms.Answering | None = None) -> HttpResponse:
    """The part is gone, for all or for them: what happened, what was typed, and where to go on."""
    typed = form.said() if form is not None and form.is_bound else ""
    return page(request, "waiting/lost.html", {"lost": lost, "typed": typed}, status=403 if lost.role_lost else 410)


def _what_is_left(part: Part) -> waiting.Lost:
    """Of a part that was split or retired between loading and saving."""
    return waiting.lost(part.pk) or waiting.Lost(part.name, part.call_id, part.team_id, is_retired=True)


def _side(request: Request) -> Discipline:
    return Discipline(request.user.discipline)
