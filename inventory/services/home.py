"""What needs a person: what their discipline has still to answer, what to look at again, what nobody owns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from inventory.domain.part import State
from inventory.models import Call, Feature, Part, Person
from inventory.models.part import Parts as Found
from inventory.services import access, unchanged
from inventory.services.labelling import queue
from inventory.services.prices import behind
from inventory.services.prices.behind import Behind

FIRST = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """The dearest of them, how many there are in all, and what they cost today, micro-dollars a month."""

    first: Sequence[Part]
    count: int
    today: int

    @property
    def rest(self) -> int:
        return self.count - len(self.first)


@dataclass(frozen=True, slots=True)
class Needs:
    """Of the teams that wait for this person. `answer` is empty for whoever answers for neither discipline; nothing in
    it tells what the other side has said, only that this side has not. `outdated` is for whoever may re-price."""

    answer: Parts
    check: Parts
    disputed: Parts
    features: Sequence[Feature]
    features_count: int
    outdated: Behind

    @property
    def more_features(self) -> int:
        return self.features_count - len(self.features)

    @property
    def are_none(self) -> bool:
        of_parts = self.answer.count or self.check.count or self.disputed.count
        return not (of_parts or self.features_count or self.outdated.calls)


def needs(person: Person, *, today: date) -> Needs:
    teams = access.teams_waiting_for(person)
    unowned = Feature.objects.live().of_teams(teams).incomplete().select_related("team")
    own = Part.objects.live().of_teams(teams)
    return Needs(
        answer=_parts(
            f"answer:{person.pk}",
            queue.unanswered(person) if person.discipline in access.ANSWERING else Part.objects.none(),
        ),
        check=_parts(f"check:{person.pk}", queue.to_check(person)),
        disputed=_parts(f"disputed:{person.pk}", own.filter(state=State.DISPUTED)),
        features=list(unowned.order_by("name", "pk")[:FIRST]),
        features_count=unowned.count(),
        outdated=_behind(today) if access.may_administer(person) else behind.NONE,
    )


def calls() -> int:
    """How many there are, the retired ones apart."""
    return unchanged.once("calls", Call.objects.live().count)


def _behind(today: date) -> Behind:
    return unchanged.once(f"behind:{today.isoformat()}", lambda: behind.found(on=today))


def _parts(what: str, found: Found) -> Parts:
    """Among a hundred thousand parts these sums are most of what home takes: kept as `what` until the next action."""

    def worked_out() -> tuple[list[int], int, int]:
        sums = found.aggregate(count=Count("pk"), today=Sum("cost_today"))
        return list(found.dearest_first().values_list("pk", flat=True)[:FIRST]), sums["count"], sums["today"] or 0

    first, count, today = unchanged.once(f"needs:{what}", worked_out)
    return Parts(list(found.filter(pk__in=first).dearest_first().select_related("feature")), count, today)
