"""Scenarios: named assumptions under which the plan is worked out, without touching the inventory."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from inventory.domain import effort, scenario
from inventory.domain.scenario import Assumptions, Cache, Labels, Step
from inventory.models.call import KINDS
from inventory.models.job import Job
from inventory.models.people import Person, Team
from inventory.models.versioned import Versioned

LABELS = [
    (Labels.AS_NOW.value, "As they count now"),
    (Labels.ALL_SEALED.value, "All sealed: whatever is not decided comes out as nobody waits"),
    (Labels.BOTH_SIDES.value, "Only those that both sides gave"),
]
CACHES = [
    (Cache.AS_NOW.value, "As each part has it"),
    (Cache.NONE.value, "No cache in batch"),
    (Cache.SHARE.value, "This share, everywhere"),
]
STEPS = [
    (Step.PRICES.value, "Prices"), (Step.DISCOUNT.value, "Negotiated discount"), (Step.VOLUME.value, "Volume"),
    (Step.CACHE.value, "Cache hits in batch"), (Step.LABELS.value, "Labels that count"),
    (Step.MOVES.value, "Moves left out"), (Step.CHOSEN.value, "Single moves"),
]  # fmt: skip
MOST_CHANGE = 9  # a volume may be assumed up to ten times as large
TYPED = (
    "name", "description", "labels", "cache", "cache_share", "prices_on", "volume", "discount", "most_risk",
    "most_effort",
)  # fmt: skip
CHOSEN = ("left_out", "taken_in")  # by ticking, on a page of their own
FIELDS = (*TYPED, *CHOSEN)  # what a person writes
ASSUMED = tuple(name for name in FIELDS if name not in ("name", "description"))
MOST_CHOSEN = 500  # single moves in one scenario


class Scenarios(models.QuerySet["Scenario"]):
    def of(self, team: Team | None) -> Self:
        return self.filter(team=team).select_related("team", "created_by", "job").order_by(Lower("name"), "pk")


class Scenario(Versioned):
    """`team` None: the plan of all teams. `left_out` and `taken_in` are single moves: the number of each part, and what
    it was called when it was chosen, so that the history can be read without the part. The result is no part of what a
    person wrote, so it raises no version: it names the version it was worked out for, the last change of the plan it
    knew, and the day of its prices."""

    RECORD = "scenario"
    HISTORY: ClassVar = ("team_id", *FIELDS)

    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="scenarios")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    labels = models.CharField("labels that count", max_length=10, choices=LABELS, default=Labels.AS_NOW)
    cache = models.CharField("cache hits in batch", max_length=6, choices=CACHES, default=Cache.AS_NOW)
    cache_share = models.DecimalField("share of hits", max_digits=7, decimal_places=6, null=True, blank=True)
    prices_on = models.DateField("prices of", null=True, blank=True)
    volume = models.DecimalField("volume, change", max_digits=9, decimal_places=6, default=Decimal(0))
    discount = models.DecimalField("negotiated discount", max_digits=7, decimal_places=6, null=True, blank=True)
    most_risk = models.PositiveSmallIntegerField("risk at most", null=True, blank=True)
    most_effort = models.PositiveSmallIntegerField("effort at most", null=True, blank=True)

    left_out = models.JSONField("moves left out", default=dict, blank=True)
    taken_in = models.JSONField("moves taken in", default=dict, blank=True)

    result = models.JSONField(default=dict, blank=True)
    result_version = models.PositiveIntegerField(null=True, blank=True)
    result_seq = models.BigIntegerField(default=0)
    result_on = models.DateField(null=True, blank=True)
    worked_out_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = Scenarios.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("team", Lower("name"), condition=~Q(team=None), name="scenario_once_in_team"),
            models.UniqueConstraint(Lower("name"), condition=Q(team=None), name="scenario_once_for_all"),
            models.CheckConstraint(condition=Q(labels__in=[each for each, _ in LABELS]), name="scenario_labels_known"),
            models.CheckConstraint(
                condition=Q(cache="share", cache_share__gte=0, cache_share__lte=1, cache_share__isnull=False)
                | Q(cache__in=("as_now", "none"), cache_share=None),
                name="scenario_cache_and_share_together",
            ),
            models.CheckConstraint(
                condition=Q(volume__gt=-1, volume__lte=MOST_CHANGE), name="scenario_volume_within_reason"
            ),
            models.CheckConstraint(
                condition=Q(discount=None) | Q(discount__gte=0, discount__lt=1), name="scenario_discount_0_to_below_1"
            ),
            models.CheckConstraint(
                condition=(Q(most_risk=None) | Q(most_risk__gte=effort.LEAST, most_risk__lte=effort.MOST))
                & (Q(most_effort=None) | Q(most_effort__gte=effort.LEAST, most_effort__lte=effort.MOST)),
                name="scenario_weights_1_to_5",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> str:
        return self.team.name if self.team else "all teams"

    def assumptions(self) -> Assumptions:
        given = {name: getattr(self, name) for name in ASSUMED}
        given |= {name: frozenset(map(int, given[name])) for name in CHOSEN}
        return Assumptions(**{**given, "labels": Labels(self.labels), "cache": Cache(self.cache)})

    def found(self) -> scenario.Result | None:
        """What was worked out last; None before the first time."""
        return scenario.result(self.result) if self.result else None

    @property
    def run(self) -> int:
        """The run whose lines belong to the result; 0 where none were kept."""
        return int(self.result.get("run", 0))


class ScenarioLines(models.QuerySet["ScenarioLine"]):
    def of(self, found: Scenario) -> Self:
        """Those its result adds up."""
        return self.filter(scenario=found, run=found.run)


class ScenarioLine(models.Model):
    """What one step changes of one part, micro-dollars a month; `kind` is the move it comes to. `run` tells the
    lines of the result from those of one that is on its way, or was killed."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, db_index=False, related_name="lines")
    run = models.BigIntegerField()
    step = models.CharField(max_length=8, choices=STEPS)
    call_id = models.BigIntegerField()
    part_id = models.BigIntegerField()
    team = models.CharField(max_length=120)
    feature = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=14, choices=KINDS)
    today = models.BigIntegerField()
    after = models.BigIntegerField()
    possible = models.BigIntegerField()
    size = models.BigIntegerField()

    objects = ScenarioLines.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "run", "part_id", "step"], name="scenario_line_once"),
            models.CheckConstraint(condition=Q(step__in=[step for step, _ in STEPS]), name="scenario_line_step_known"),
        ]
        indexes = [models.Index(fields=["scenario", "run", "-size", "part_id"], name="scenario_line_by_size")]

    def __str__(self) -> str:
        return f"{self.name}: {self.step}"

    @property
    def saving(self) -> int:
        return self.today - self.after
