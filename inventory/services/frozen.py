"""Freeze the plan as a numbered version: what every call and part is and costs, and the prices that is by."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.domain import effort, price_copy, weighed
from inventory.domain.audit import Actor
from inventory.domain.plan import Kind
from inventory.domain.status import MOVING_KINDS
from inventory.models import Frozen, FrozenCall, FrozenPart, FrozenPrice, FrozenWeights, Job, Person, Team
from inventory.models import frozen as models
from inventory.services import audit, frozen_price


class NothingToFreeze(Exception):
    """The plan is empty."""


@transaction.atomic
def freeze(*, job: Job, team: Team | None, note: str, by: Actor, at: datetime, person: Person | None = None) -> Frozen:
    """Copy the plan of a team, or of all, as its next version, under the number of the job that does it.

    Rows are copied by the database itself, and the version's sums are those of its rows. Meanwhile nobody writes, so
    that calls, parts and prices, read one after the other, are of one moment. Raises `NothingToFreeze`.
    """
    audit.hold()
    scope = team.pk if team else models.ALL
    models.copy(job.pk, scope)
    sums = _sums(job.pk)
    if not sums["parts"]:
        raise NothingToFreeze
    last = Frozen.objects.of(scope).aggregate(last=Max("number"))["last"] or 0
    made = Frozen.objects.create(
        id=job.pk, scope=scope, team=team.name if team else "", number=last + 1, note=note, frozen_at=at,
        frozen_by=person, **sums,
    )  # fmt: skip
    _keep_prices(made)
    _keep_weights(made)
    audit.record(kind="frozen.freeze", by=by, at=at, subject=made, before={}, after=audit.states(made), reason=note)
    return made


def _sums(number: int) -> dict[str, int]:
    parts = FrozenPart.objects.filter(frozen=number)
    known = parts.aggregate(
        parts=Count("pk"),
        moving=Count("pk", filter=Q(kind__in=MOVING_KINDS)),
        undecided=Count("pk", filter=Q(kind=Kind.UNDECIDED)),
        unpriced=Count("pk", filter=Q(cost_today=None)),
        today=Coalesce(Sum("cost_today"), 0),
        after=Coalesce(Sum("cost_target"), 0),
        possible=Coalesce(Sum("possible"), 0),
        planned=Coalesce(Sum("saving", filter=Q(one_sided=False, counted_on__isnull=False)), 0),
    )
    return {"calls": FrozenCall.objects.filter(frozen=number).count(), **{n: int(v) for n, v in known.items()}}


def _keep_prices(made: Frozen) -> None:
    found = frozen_price.used(made.scope, on=timezone.localdate(made.frozen_at))
    rows = frozen_price.rows(found)
    FrozenPrice.objects.bulk_create(
        FrozenPrice(
            frozen=made, provider=each.key[0], model=each.key[1], geo=each.key[2], priced_by=each.key[3], on=each.on,
            price=price_copy.plain(each.price) if each.price else {},
            rows=[rows[pk] for pk in each.found.rows if pk in rows] if each.found else [],
        )
        for each in found
    )  # fmt: skip


def _keep_weights(made: Frozen) -> None:
    """What follows from the facts, once for all parts of which the same is known."""
    marks = made.part_rows.order_by().values_list("weighed_by", flat=True).distinct()
    found = {mark: effort.weights(weighed.facts(mark)) for mark in marks}
    FrozenWeights.objects.bulk_create(
        FrozenWeights(
            frozen=made, weighed_by=mark, effort=each.effort.value, effort_reason=each.effort.reason,
            risk=each.risk.value, risk_reason=each.risk.reason, ready=each.ready.value, ready_reason=each.ready.reason,
        )
        for mark, each in found.items()
    )  # fmt: skip
