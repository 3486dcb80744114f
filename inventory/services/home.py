"""What needs a person: what their discipline has still to answer, what to look at again, what nobody owns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from inventory.domain.part import State
from inventory.models import Feature, Part, Person
from inventory.models.part import Parts as Found
from inventory.services import access
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
        answer=_parts(queue.unanswered(person) if person.discipline in access.ANSWERING else Part.objects.none()),
        check=_parts(queue.to_check(person)),
        disputed=_parts(own.filter(state=State.DISPUTED)),
        features=list(unowned.order_by("name", "pk")[:FIRST]),
        features_count=unowned.count(),
        outdated=behind.found(on=today) if access.may_administer(person) else behind.NONE,
    )


def _parts(found: Found) -> Parts:
    sums = found.aggregate(count=Count("pk"), today=Sum("cost_today"))
    return Parts(list(found.dearest_first().select_related("feature")[:FIRST]), sums["count"], sums["today"] or 0)
