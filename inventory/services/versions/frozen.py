"""Freeze the plan as a numbered version: what every call and part is and costs, and the prices that is by."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce

from inventory.domain import effort, price_copy, weighed
from inventory.domain.audit import Actor
from inventory.domain.plan import Kind
from inventory.domain.status import MOVING_KINDS
from inventory.models import Frozen, FrozenPrice, FrozenWeights, Job, Person, StagedCall, StagedPart, Team, staged
from inventory.services import audit
from inventory.services.versions import frozen_list
from inventory.services.versions.plan_now import Standing


class NothingToFreeze(Exception):
    """The plan is empty."""


@transaction.atomic
def freeze(
    *, job: Job, standing: Standing, team: Team | None, note: str, by: Actor, at: datetime, person: Person | None = None
) -> Frozen:
    """The plan of a team, or of all, that was set aside becomes its next version, under the number of the job that does
    it. `at` is when it was set aside: of that moment it is.

    Rows are copied by the database itself, and the version's sums are those of its rows. On PostgreSQL others write
    meanwhile, and two that freeze at once get their numbers one after the other. Raises `NothingToFreeze`.
    """
    sums = _sums()
    if not sums["parts"]:
        raise NothingToFreeze
    weights = _weights()
    staged.copy(job.pk)
    audit.hold()
    scope = standing.scope
    last = Frozen.objects.of(scope).aggregate(last=Max("number"))["last"] or 0
    made = Frozen.objects.create(
        id=job.pk, scope=scope, team=team.name if team else "", number=last + 1, note=note, frozen_at=at,
        frozen_by=person, **sums,
    )  # fmt: skip
    _keep_prices(made, standing)
    FrozenWeights.objects.bulk_create(FrozenWeights(frozen=made, **each) for each in weights)
    audit.record(kind="frozen.freeze", by=by, at=at, subject=made, before={}, after=audit.states(made), reason=note)
    return made


def _sums() -> dict[str, int]:
    known = StagedPart.objects.aggregate(
        parts=Count("pk"),
        moving=Count("pk", filter=Q(kind__in=MOVING_KINDS)),
        undecided=Count("pk", filter=Q(kind=Kind.UNDECIDED)),
        unpriced=Count("pk", filter=Q(cost_today=None)),
        today=Coalesce(Sum("cost_today"), 0),
        after=Coalesce(Sum("cost_target"), 0),
        possible=Coalesce(Sum("possible"), 0),
        planned=Coalesce(Sum("saving", filter=frozen_list.IN_PLAN), 0),
    )
    return {"calls": StagedCall.objects.count(), **{n: int(v) for n, v in known.items()}}


def _keep_prices(made: Frozen, standing: Standing) -> None:
    rows = standing.rows
    FrozenPrice.objects.bulk_create(
        FrozenPrice(
            frozen=made, provider=each.key[0], model=each.key[1], geo=each.key[2], priced_by=each.key[3], on=each.on,
            price=price_copy.plain(each.price) if each.price else {},
            rows=[rows[pk] for pk in each.found.rows if pk in rows] if each.found else [],
        )
        for each in standing.used
    )  # fmt: skip


def _weights() -> list[dict[str, str]]:
    """What follows from the facts, once for all parts of which the same is known."""
    marks = StagedPart.objects.order_by().values_list("weighed_by", flat=True).distinct()
    found = {mark: effort.weights(weighed.facts(mark)) for mark in marks}
    return [
        {
            "weighed_by": mark, "effort": each.effort.value, "effort_reason": each.effort.reason,
            "risk": each.risk.value, "risk_reason": each.risk.reason, "ready": each.ready.value,
            "ready_reason": each.ready.reason,
        }
        for mark, each in found.items()
    ]  # fmt: skip
