"""What the pages of the waiting test share, one question a page or all: refusals in words, parts that are gone."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from inventory.domain import waiting as domain
from inventory.domain.consumer import Answers
from inventory.domain.people import Discipline
from inventory.domain.question import Question, Test
from inventory.models import Hold, Part
from inventory.services.labelling import waiting
from inventory.views._page import Request, page

SAID = {
    "waiting": "somebody waits",
    "not_waiting": "nobody waits",
    "hybrid": "to be split",
    "undecided": "not decided",
}
OTHER_SIDE = "You have answered for the other side, and nobody answers for both. Ask a colleague of your discipline."
SUBMITTED = "This sheet was saved meanwhile. Open it again on the result page if you want to change it."
REFUSED: Mapping[type[Exception], str] = {
    waiting.AnsweredOtherSide: OTHER_SIDE,
    waiting.Submitted: SUBMITTED,
    waiting.NotAsked: "Another answer was changed meanwhile, and this question is not asked any more.",
}
COMPACT = "compact"  # in the session: this person answers all questions on one page


def side_of(request: Request) -> Discipline:
    return Discipline(request.user.discipline)


def held_by(hold: Hold) -> str:
    until = timezone.localtime(hold.until)
    return f"{hold.person.name} has this part in hand until {until:%H:%M}, from the queue, and answers for your side."


def conflicting(asked: Question, answers: Answers, test: Test) -> list[tuple[Question, str]]:
    """The two answers a conflict sets against each other, in words."""
    if "conflict_" not in asked.id:
        return []
    conflict = domain.conflict(answers, asked.id, line_hours=settings.WAITING_LINE_HOURS)
    both = [test.question(each) for each in (conflict.first, conflict.second)] if conflict else []
    return [(each, each.said(answers.get(each.id))) for each in both if each]


def lost_page(request: Request, lost: waiting.Lost, typed: str = "") -> HttpResponse:
    """The part is gone, for all or for them: what happened, what was typed, and where to go on."""
    return page(request, "waiting/lost.html", {"lost": lost, "typed": typed}, status=403 if lost.role_lost else 410)


def what_is_left(part: Part) -> waiting.Lost:
    """Of a part that was split or retired between loading and saving."""
    return waiting.lost(part.pk) or waiting.Lost(part.name, part.call_id, part.team_id, is_retired=True)
