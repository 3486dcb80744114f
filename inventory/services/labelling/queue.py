"""The queue: which parts need this person, the dearest first, and which of them they have in hand.

A hold is like the lease of a job: it keeps two people of one discipline from answering the same part at once, runs out
by itself, and leaves no trace in the history.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import CharField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Sum
from django.db.models.lookups import IsNull

from inventory.domain.part import State
from inventory.models import Feature, Hold, Part, Person, Sheet, Team
from inventory.models.part import Parts as Found
from inventory.services import access

SHOWN = 10
UNANSWERED = (State.UNLABELLED, State.ONE_SIDE)
TRIES = 5  # parts tried when others take them at the same moment


@dataclass(frozen=True, slots=True)
class Queue:
    """`first` are the dearest that nobody else has in hand, `held` what this person has; `left` counts what still needs
    them, `all` every live part of the same teams or feature. Costs are micro-dollars a month."""

    first: Sequence[Part]
    held: Hold | None
    left: int
    all: int
    today: int

    @property
    def rest(self) -> int:
        return self.left - len(self.first)


def needing(person: Person) -> Found:
    """Live parts of this person's teams that need their side: not answered yet, to be looked over after a broken seal,
    or disputed. Empty for whoever answers for neither side; nothing in it tells what the other side has said."""
    if person.discipline not in access.ANSWERING:
        return Part.objects.none()
    return _open(person, *UNANSWERED, State.CHECK_NEEDED, State.DISPUTED)


def unanswered(person: Person) -> Found:
    """A sheet from before a broken seal counts no more, also where the other side has given a label since."""
    return _open(person, *UNANSWERED)


def to_check(person: Person) -> Found:
    return _open(person, State.CHECK_NEEDED)


def shown(
    *,
    person: Person,
    at: datetime,
    team: Team | None = None,
    feature: Feature | None = None,
    passed: Collection[int] = (),
) -> Queue:
    """The queue as this person finds it now, narrowed to one team or feature; `passed` are ids of parts they went past
    and are not given again, though they still need them."""
    found = _narrowed(needing(person), team, feature)
    scope = _narrowed(Part.objects.live().of_teams(access.teams_waiting_for(person)), team, feature)
    free = _free(found, person, at).exclude(pk__in=passed)
    sums = found.aggregate(left=Count("pk"), today=Sum("cost_today"))
    return Queue(
        first=list(free.dearest_first().select_related("feature", "team")[:SHOWN]),
        held=Hold.objects.at(at)
        .filter(person=person, part__in=needing(person))
        .select_related("part__feature")
        .first(),
        left=sums["left"],
        all=scope.count(),
        today=sums["today"] or 0,
    )


def left(*, person: Person, team: Team | None = None, feature: Feature | None = None) -> int:
    """How many parts still need them."""
    return _narrowed(needing(person), team, feature).count()


@transaction.atomic
def take(
    *,
    person: Person,
    at: datetime,
    team: Team | None = None,
    feature: Feature | None = None,
    passed: Collection[int] = (),
) -> Part | None:
    """Give this person the next part they have not passed, and hold it for them; what they held before is free again.
    Asked for twice at once, both get the same. None where nothing is left, or others were faster each time."""
    Hold.objects.filter(Q(until__lte=at) | Q(person=person)).delete()
    found = _free(_narrowed(needing(person), team, feature), person, at).exclude(pk__in=passed).dearest_first()
    for part in found[:TRIES]:
        try:
            with transaction.atomic():
                Hold.objects.create(part=part, side=person.discipline, person=person, until=at + lasts())
        except IntegrityError:
            mine = Hold.objects.at(at).filter(person=person).select_related("part").first()
            if mine is not None:
                return mine.part
            continue
        return part
    return None


def renew(*, person: Person, part: Part, at: datetime) -> None:
    """Whoever answers keeps what they hold, for as long again."""
    Hold.objects.filter(person=person, part=part).update(until=at + lasts())


def leave(*, person: Person) -> None:
    Hold.objects.filter(person=person).delete()


def done(*, person: Person, part: Part) -> None:
    """Their sheet is in: the part is free for whoever takes it next."""
    Hold.objects.filter(person=person, part=part).delete()


def holder(*, part: Part, person: Person, at: datetime) -> Hold | None:
    """The colleague of the same side who has this part in hand."""
    others = Hold.objects.at(at).filter(part=part, side=person.discipline).exclude(person=person)
    return others.select_related("person").first()


def was_answering(*, part: Part, person: Person) -> bool:
    """Whether they had begun here: they have it in hand, or the last answer of a sheet is theirs."""
    mine = Hold.objects.filter(part=part, person=person), Sheet.objects.filter(part=part, answered_by=person)
    return any(found.exists() for found in mine)


def lasts() -> timedelta:
    return timedelta(minutes=settings.LABEL_HOLD_MINUTES)


def _open(person: Person, *states: State) -> Found:
    """One NOT EXISTS over all states, not one for each: so both databases find the rows, and the dearest, by index."""
    own = Part.objects.live().of_teams(access.teams_waiting_for(person))
    return own.filter(state__in=states).exclude(Exists(_in(person)))


def _in(person: Person) -> QuerySet[Sheet]:
    """What this person's side has handed in and that still counts: in a dispute nothing does, nor does a sheet once
    either side has gone on to a newer version of the test. The part's state is taken from the row outside, so that no
    second part is looked up for each."""
    since = Q(submitted_at__gte=OuterRef("sealed_at")) | IsNull(OuterRef("sealed_at"), True)
    counts = (
        Q(standing=State.UNLABELLED)
        | (Q(standing=State.ONE_SIDE) & since)
        | Q(standing=State.CHECK_NEEDED, submitted_at__gt=OuterRef("sealed_at"))
    )
    newer = Sheet.objects.filter(part=OuterRef("part_id"), test_version__gt=OuterRef("test_version"))
    replaces = newer.filter(Q(side=person.discipline) | Q(submitted_at__isnull=False))
    of_side = Sheet.objects.filter(~Exists(replaces), part=OuterRef("pk"), side=person.discipline)
    standing = ExpressionWrapper(OuterRef("state"), output_field=CharField())
    return of_side.filter(submitted_at__isnull=False).alias(standing=standing).filter(counts)


def _free(found: Found, person: Person, at: datetime) -> Found:
    """Without what a colleague of the same side has in hand."""
    held = Hold.objects.at(at).filter(part=OuterRef("pk"), side=person.discipline).exclude(person=person)
    return found.exclude(Exists(held))


def _narrowed(found: Found, team: Team | None, feature: Feature | None) -> Found:
    if feature is not None:
        return found.filter(feature=feature)
    return found.of_team(team) if team is not None else found
