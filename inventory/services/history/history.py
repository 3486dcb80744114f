"""What the history pages read. Everyone signed in sees all of it but what is blind."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from inventory.domain import audit_words, effect_words, undo
from inventory.domain.digits import is_number
from inventory.domain.people import Discipline
from inventory.models import Action, Change, Part, Person, Review, Sheet, Team, Trace, Unreviewed
from inventory.services.history import moment, outcome, taken, touching, unreviewed
from inventory.services.labelling import blind

ROWS = 50
MOST = 10_000  # counted
FEW = 1000  # actions that can be named one by one
SINCE = {
    ("export", True): "Since {}.",
    ("export", False): "The plan was never exported: all that fits is shown.",
    ("version", True): "Batchline keeps no commit yet: the newest frozen version stands for it, {}.",
    ("version", False): "Batchline keeps no commit yet, and no version of the plan is frozen: all that fits is shown.",
}
ANSWERED = {"waiting.answer", "waiting.answer_all"}
PERSONAL = ("person",)  # titles that are living names
EVERYONE = Person(discipline=Discipline.OTHER)  # sees what everyone sees: for files, which anyone may open
MAY_COUNT_ONE_SIDE = ("waiting.submit", "team.edit", "feature.edit", *undo.KINDS)


@dataclass(frozen=True, slots=True)
class Line:
    """One action in one sentence. `hidden` says that its answers are not to be seen yet; nor is its reason then.
    `one_sided`: a label counts by it on one side's answer alone. `taken_by`: the actions that took it back, or some of
    it, and stand; `takes`: the action this one takes back."""

    seq: int
    at: datetime
    who: str
    person_id: int | None
    sentence: str
    hidden: str
    reason: str
    effects: list[str]
    one_sided: bool
    outcome: str = ""
    reviewed: str = ""  # by whom, when and with which note
    team_id: int | None = None
    taken_by: Sequence[int] = ()
    takes: int | None = None

    @property
    def text(self) -> str:
        return f"{self.who} {self.sentence}"

    @property
    def effect(self) -> str:
        """All effects, a line each."""
        return "\n".join(self.effects)


@dataclass(frozen=True, slots=True)
class Found:
    """Lines, newest first; `older` and `newer` are where the next page begins, None where there is none."""

    lines: list[Line]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What history is narrowed to. `by` is a word of `audit_words.ACTORS`, or `job:17`; `field` and `side` are words of
    `domain.trace`; `since` is the last action before what is asked for, `until` the last of it, None for no end."""

    team: Team | None = None
    person: Person | None = None
    by: str = ""
    kind: str = ""
    record: tuple[str, str] | None = None
    field: str = ""
    side: str = ""
    since: int = 0
    until: int | None = None
    review: str = ""  # "open" for what waits for a review, "done" for what is reviewed

    @property
    def is_all_that_waits(self) -> bool:
        """For a review, within whichever bounds."""
        return self == Asked(review="open", since=self.since, until=self.until)

    def up_to(self, seq: int) -> "Asked":
        """The same, but nothing after that action."""
        return replace(self, until=seq if self.until is None else min(seq, self.until))


def asked(
    *, since: str = "", first_day: date | None = None, last_day: date | None = None, **chosen: Any
) -> tuple[Asked, list[str]]:
    """What is asked for by these filters, and what has to be said of them."""
    first, notes = 0, []
    if since:
        team = chosen.get("team")
        began = moment.of_export() if since == "export" else moment.of_version(team and team.pk)
        first = began.seq if began else 0
        notes.append(SINCE[since, began is not None].format(began.words if began else ""))
    if first_day is not None:
        first = max(first, moment.until(moment.start_of(first_day)))
    last = None if last_day is None else moment.until(moment.end_of(last_day))
    return Asked(**chosen, since=first, until=last), notes


def listing(*, viewer: Person, asked: Asked, before: int | None = None, after: int | None = None) -> Found:
    """A page of what fits, before or after a sequence number."""
    if asked.record and asked == Asked(record=asked.record):  # there may be thousands, of which a page needs few
        rows = touching.some(*asked.record, ROWS + 1, before=before, after=after)
    elif asked.is_all_that_waits:
        rows = unreviewed.some(ROWS + 1, since=asked.since, until=asked.until, before=before, after=after)
    else:
        rows = matching(asked)
    if after is not None:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: ROWS + 1])
        page, more = found[:ROWS][::-1], len(found) > ROWS
        return Found(lines(page, viewer), page[-1].seq if page else None, page[0].seq if page and more else None)
    found = list((rows if before is None else rows.filter(seq__lt=before)).order_by("-seq")[: ROWS + 1])
    page, more = found[:ROWS], len(found) > ROWS
    return Found(
        lines(page, viewer), page[-1].seq if more else None, page[0].seq if page and before is not None else None
    )


def counted(asked: Asked) -> int:
    """How many fit, as far as it is worth to count: one more than MOST where there are more."""
    if asked.is_all_that_waits:
        return unreviewed.between(asked.since, asked.until)[: MOST + 1].count()
    return matching(asked).order_by("-seq")[: MOST + 1].count()


def matching(asked: Asked) -> QuerySet[Action]:
    """All that fits. What few actions have is named action by action, so that no database walks through a million
    others to find them, whichever way it would go about it."""
    rows = touching.of_record(*asked.record) if asked.record else Action.objects.all()
    if asked.since:
        rows = rows.filter(seq__gt=asked.since)
    if asked.until is not None:
        rows = rows.filter(seq__lte=asked.until)
    if asked.team is not None:
        rows = _narrowed(rows, Q(team_id=asked.team.pk))
    if asked.person is not None:
        rows = _narrowed(rows, Q(actor_kind="person", actor_id=str(asked.person.pk)))
    if asked.by:
        rows = _narrowed(rows, *_done_by(asked.by))
    if asked.kind:
        rows = _narrowed(rows, Q(kind=asked.kind))
    for word in filter(None, (asked.field, asked.side)):
        rows = _among(rows, Trace.objects.filter(word=word))
    if asked.review:
        rows = _among(rows, Unreviewed.objects.all() if asked.review == "open" else Review.objects.all())
    return rows


def _done_by(by: str) -> list[Q]:
    """What a command, a job, a token, the worker or an import did; `by` may name one of them."""
    kind, _, name = by.partition(":")
    if kind == "import":
        return [Q(kind=each) for each in audit_words.IMPORTS]
    if kind == "worker":
        return [Q(actor_kind="job"), Q(actor_kind="command", actor_id="work")]
    return [Q(actor_kind=kind, actor_id=name) if name else Q(actor_kind=kind)]


def _narrowed(rows: QuerySet[Action], *either: Q) -> QuerySet[Action]:
    """Those that fit one of the conditions, each of which has an index of its own."""
    few = [_few(Action.objects.filter(each)) for each in either]
    if all(len(each) <= FEW for each in few):
        return rows.filter(seq__in=set().union(*few))
    return rows.filter(reduce(or_, either))


def _among(rows: QuerySet[Action], others: "QuerySet[Any]") -> QuerySet[Action]:
    """Those whose number the others have."""
    few = _few(others)
    if len(few) <= FEW:
        return rows.filter(seq__in=few)
    return rows.filter(Exists(others.filter(seq=OuterRef("seq"))), seq__lte=few[0])


def _few(numbered: "QuerySet[Any]") -> list[int]:
    """The newest, one more than a few: by the order an index has, so that it is taken."""
    return list(numbered.order_by("-seq").values_list("seq", flat=True)[: FEW + 1])


def as_row(line: Line) -> dict[str, Any]:
    """One action as a row of a file: what is hidden stays so."""
    what = f"{line.who} {line.hidden}" if line.hidden else line.text
    return {"seq": line.seq, "at": line.at, "what": what, "reason": line.reason, "effect": line.effect}


def lines(actions: Sequence[Action], viewer: Person, *, with_reviews: bool = True) -> list[Line]:
    """Each action in words, in a fixed number of queries, without what would count the answers to a blind sheet."""
    marked = _marked(actions) if with_reviews else []
    people = _names(actions, {str(review.by_id) for review in marked})
    named = {action.team_id or 0 for action in actions if "{team}" in audit_words.SENTENCES.get(action.kind, "")}
    teams = dict(Team.objects.filter(pk__in=named).values_list("pk", "name")) if named else {}
    sides = blind.told(actions, viewer)
    alone = _one_sided(actions)
    counted = _counted(actions, sides)
    came, reviews = outcome.outcomes(actions, viewer), {each.seq: _reviewed(each, people) for each in marked}
    undone = taken.by(actions) if with_reviews else {}
    shown = [each for each in actions if each.pk not in counted]
    told = [_line(each, people, teams, sides, alone, came, reviews) for each in shown]
    return [replace(each, taken_by=undone[each.seq]) if each.seq in undone else each for each in told]


def _one_sided(actions: Sequence[Action]) -> set[int]:
    """Those by which a label has come to count on one side's answer alone: no secret, its team allows it."""
    pks = [action.pk for action in actions if action.kind in MAY_COUNT_ONE_SIDE]
    if not pks:
        return set()
    found = Change.objects.filter(action__in=pks, record=Part.RECORD, after__contains='"one_sided":true')
    return set(found.values_list("action_id", flat=True).distinct())


def _counted(actions: Sequence[Action], sides: dict[int, blind.Told]) -> set[int]:
    """Answers to a blind sheet, but for the last that each person gave: how many questions the other side was asked
    would tell which way it went, on one page or with one address after the other."""
    blinded = {each.pk: told.sheet for each in actions if (told := sides.get(each.pk)) and told.hidden}
    answers = {each.pk for each in actions if each.kind in ANSWERED and each.pk in blinded}
    if not answers:
        return set()
    given = Change.objects.filter(record=Sheet.RECORD, record_id__in={blinded[pk] for pk in answers})
    of_each = given.filter(action__kind__in=ANSWERED).values("record_id", "action__actor_kind", "action__actor_id")
    return answers - set(of_each.annotate(last=Max("action")).values_list("last", flat=True))


def _marked(actions: Sequence[Action]) -> list[Review]:
    """Their reviews. Not joined to who gave them: a database may begin with the person, and read all they ever gave."""
    return list(Review.objects.filter(seq__in=[action.seq for action in actions]))


def _reviewed(review: Review, people: dict[str, str]) -> str:
    name, at = people.get(str(review.by_id), "a former member"), timezone.localtime(review.at)
    return f"reviewed by {name}, {at:%Y-%m-%d %H:%M}" + (f": {review.note}" if review.note else "")


def _line(
    action: Action, people: dict[str, str], teams: dict[int, str], sides: dict[int, blind.Told], alone: set[int],
    came: dict[int, str], reviews: dict[int, str],
) -> Line:  # fmt: skip
    is_person = action.actor_kind == "person"
    takes = int(action.record_id) if action.kind in undo.KINDS else None
    title = people.get(action.record_id, "a former member") if action.record in PERSONAL else f"“{action.title}”"
    done = audit_words.sentence(
        action.kind,
        title=title if action.title or action.record in PERSONAL else "",
        team=teams.get(action.team_id or 0, ""),
        number=f"{takes:,}" if takes else "",
    )
    told = sides.get(action.pk)
    is_hidden = told is not None and told.hidden
    return Line(
        seq=action.seq, at=action.at,
        who=audit_words.who(action.actor_kind, action.actor_id, people.get(action.actor_id, "") if is_person else ""),
        person_id=int(action.actor_id) if is_person and action.actor_id.isdecimal() else None,
        sentence=f"{done} for {told.side}" if told else done,
        hidden=f"answered for {told.side}; hidden until both are in" if told and is_hidden else "",
        reason="" if is_hidden else action.reason,
        effects=effect_words.effects(
            today=action.effect_today, saving=action.effect_saving, possible=action.effect_possible
        ),
        one_sided=action.pk in alone, outcome="" if is_hidden else came.get(action.pk, ""),
        reviewed=reviews.get(action.seq, ""), team_id=action.team_id, takes=takes,
    )  # fmt: skip


def _names(actions: Iterable[Action], reviewers: Collection[str]) -> dict[str, str]:
    """The living names of everyone who acted, was acted upon, or reviewed."""
    wanted = {*reviewers} | {action.actor_id for action in actions if action.actor_kind == "person"}
    wanted |= {action.record_id for action in actions if action.record in PERSONAL}
    numbers = [int(each) for each in wanted if is_number(each)]
    if not numbers:
        return {}
    return {str(pk): name for pk, name in Person.objects.filter(pk__in=numbers).values_list("pk", "name")}
