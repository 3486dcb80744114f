"""Versions of the plan that were frozen: every call and part with its figures, and the prices they were by.

Plain values only, as in the history: nothing that is changed or deleted elsewhere reaches them, and the database
refuses to change, delete or replace a row.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.utils.text import slugify

from inventory.domain.effort import Weight, Weights
from inventory.models.call import KINDS, Profiled
from inventory.models.overruled import OVERRULES, overruled
from inventory.models.part_words import LABELS, STATUSES
from inventory.models.people import Person

ALL = 0  # the scope of a version that holds the plans of all teams
SUMS = ("calls", "parts", "moving", "undecided", "unpriced", "today", "after", "possible", "planned")


class Frozens(models.QuerySet["Frozen"]):
    def of(self, scope: int) -> Self:
        return self.filter(scope=scope)

    def newest_first(self) -> Self:
        return self.select_related("frozen_by").order_by("-frozen_at", "-pk")


class Frozen(models.Model):
    """One version. `id` is the number of the job that made it: its rows come first, and no job makes two.

    `scope` is the number of a team, or ALL; versions count from 1 in each. Sums are micro-dollars a month, `planned`
    the saving that is agreed and in a wave with a start.
    """

    RECORD: ClassVar = "frozen"
    HISTORY: ClassVar = ("scope", "team", "number", "note", *SUMS)

    id = models.BigIntegerField(primary_key=True)
    scope = models.BigIntegerField(default=ALL)
    team = models.CharField(max_length=120, blank=True)  # as it was called then
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=500, blank=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    calls = models.PositiveIntegerField()
    parts = models.PositiveIntegerField()
    moving = models.PositiveIntegerField()
    undecided = models.PositiveIntegerField()
    unpriced = models.PositiveIntegerField()
    today = models.BigIntegerField()
    after = models.BigIntegerField()
    possible = models.BigIntegerField()
    planned = models.BigIntegerField()

    objects = Frozens.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "number"], name="frozen_number_once_in_scope")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.about}"

    def calls_of(self, parts: Iterable["FrozenPart"]) -> dict[int, "FrozenCall"]:
        """The calls of these parts by their numbers."""
        return {row.call_id: row for row in self.call_rows.filter(call_id__in=[part.call_id for part in parts])}

    def weights_of(self, parts: Iterable["FrozenPart"]) -> dict[str, Weights]:
        """Those of these parts, by what was known of each; overruled ones still to be put in their place."""
        marks = {part.weighed_by for part in parts}
        return {row.weighed_by: row.found() for row in self.weights.filter(weighed_by__in=marks)}

    @property
    def slug(self) -> str:
        """For the name of a file."""
        return f"plan-version-{self.number}-{slugify(self.about) or self.scope}"

    @property
    def about(self) -> str:
        return self.team or "all teams"

    @property
    def team_id(self) -> int | None:
        return self.scope or None

    @property
    def saving(self) -> int:
        return self.today - self.after


class FrozenPrice(models.Model):
    """One price that amounts of a version are by: the rows of the book it is made of with their sources, as plain
    values, and `price` to reckon with (`domain.price_copy`; empty where the book did not know the model)."""

    frozen = models.ForeignKey(Frozen, on_delete=models.PROTECT, db_index=False, related_name="prices")
    provider = models.CharField(max_length=12)
    model = models.CharField(max_length=120)
    geo = models.CharField(max_length=8, blank=True)
    priced_by = models.CharField(max_length=16, blank=True)  # of the calls and parts whose amounts are by it
    on = models.DateField()
    price = models.JSONField(default=dict)
    rows = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["frozen", "provider", "model", "geo", "priced_by"], name="frozen_price_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} on {self.provider}"

    @property
    def discount(self) -> Decimal | None:
        """The negotiated share; None where there was none."""
        return Decimal(self.price["discount"]) or None if self.price else None


class FrozenWeights(models.Model):
    """Effort, risk and readiness as they followed from what was known, with their reasons: of all parts of a version of
    which the same was known (`domain.weighed`)."""

    frozen = models.ForeignKey(Frozen, on_delete=models.PROTECT, db_index=False, related_name="weights")
    weighed_by = models.TextField()
    effort = models.CharField(max_length=2)
    effort_reason = models.TextField()
    risk = models.CharField(max_length=2)
    risk_reason = models.TextField()
    ready = models.CharField(max_length=10)
    ready_reason = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["frozen", "weighed_by"], name="frozen_weights_once")]

    def __str__(self) -> str:
        return self.weighed_by

    def found(self) -> Weights:
        return Weights(
            Weight(self.effort, self.effort_reason),
            Weight(self.risk, self.risk_reason),
            Weight(self.ready, self.ready_reason),
        )


class CallColumns(Profiled):
    """What a copy of the plan holds of a call."""

    call_id = models.BigIntegerField()
    team = models.CharField(max_length=120)
    feature = models.CharField(max_length=120)
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    provider = models.CharField(max_length=12)
    model = models.CharField(max_length=120)
    geo = models.CharField(max_length=8, blank=True)
    fast = models.BooleanField()
    write_1h = models.BooleanField()
    share_above = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    today_path = models.CharField(max_length=9)
    figures = models.CharField(max_length=8)
    is_split = models.BooleanField()
    priced_by = models.CharField(max_length=16, blank=True)
    priced_on = models.DateField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class FrozenCall(CallColumns):
    frozen = models.ForeignKey(Frozen, on_delete=models.PROTECT, db_index=False, related_name="call_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["frozen", "call_id"], name="frozen_call_once")]
        indexes = [models.Index(fields=["frozen", "team", "feature"], name="frozen_call_by_team")]


class PartColumns(Profiled):
    """`label` and `state` as everybody saw them; answers stay on their sheets. `counted_on` is the start of the wave
    whose sums it belongs to, which for a part that stays beside a sibling that moves is the sibling's."""

    call_id = models.BigIntegerField()
    part_id = models.BigIntegerField()
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    consumer = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=11, blank=True)
    state = models.CharField(max_length=12)
    one_sided = models.BooleanField()
    guard = models.BooleanField()
    blockers = models.JSONField(default=list)
    in_split = models.BooleanField()
    kind = models.CharField(max_length=14)
    why = models.CharField(max_length=17, blank=True)
    cost_today = models.BigIntegerField(null=True)
    cost_target = models.BigIntegerField(null=True)
    saving = models.BigIntegerField()
    possible = models.BigIntegerField()
    doubts = models.JSONField(default=list)
    priced_by = models.CharField(max_length=16, blank=True)  # on a model of its own
    wave = models.CharField(max_length=80, null=True)  # as the query that copies it has it
    starts_on = models.DateField(null=True)
    ramp_months = models.PositiveSmallIntegerField(null=True)
    counted_on = models.DateField(null=True)
    status = models.CharField(max_length=11, blank=True)
    weighed_by = models.TextField(blank=True)
    effort_set = models.PositiveSmallIntegerField(null=True)
    effort_why = models.CharField(max_length=300, blank=True)
    risk_set = models.PositiveSmallIntegerField(null=True)
    risk_why = models.CharField(max_length=300, blank=True)
    ready_set = models.CharField(max_length=9, blank=True)
    ready_why = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class FrozenPart(PartColumns):
    frozen = models.ForeignKey(Frozen, on_delete=models.PROTECT, db_index=False, related_name="part_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["frozen", "part_id"], name="frozen_part_once")]
        indexes = [
            models.Index(fields=["frozen", "call_id"], name="frozen_part_of_call"),
            models.Index(fields=["frozen", "saving", "part_id"], name="frozen_part_by_saving"),
        ]

    def weights(self, found: Weights) -> Weights:
        """As they counted: what followed from the facts, or what somebody overruled it with."""
        return overruled(found, {name: getattr(self, name) for name in OVERRULES})

    @property
    def move_name(self) -> str:
        return str(dict(KINDS).get(self.kind, self.kind))  # type: ignore[call-overload]

    @property
    def label_name(self) -> str:
        return str(dict(LABELS).get(self.label, self.label))  # type: ignore[call-overload]

    @property
    def status_name(self) -> str:
        return dict(STATUSES).get(self.status, "") if self.status else ""
