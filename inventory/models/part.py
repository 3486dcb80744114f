"""Parts: what a call shall become. One consumer, one moment, one label."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Cast, Lower

from inventory.domain import effort, readiness, seal
from inventory.domain.line import Side, places
from inventory.domain.part import Figures, Label, Path, State
from inventory.domain.plan import Kind, Why
from inventory.domain.status import MOVING_KINDS, NEED_A_WAVE, Status
from inventory.models.call import KINDS, PROFILE, Call, Profiled, costs_something
from inventory.models.feature import Feature
from inventory.models.overruled import OVERRULES, READIES, overruled
from inventory.models.part_words import LABELS, OUTCOMES, STATES, STATUSES, WHYS
from inventory.models.people import Team
from inventory.models.versioned import Versioned
from inventory.models.wave import Wave

_LIVE, _OWN_MODEL = models.Q(is_live=True), ~models.Q(model="")


class Parts(models.QuerySet["Part"]):
    def live(self) -> Self:
        """Parts of calls that are not retired: what every total adds up."""
        return self.filter(is_live=True)

    def of_kind(self, kind: str) -> Self:
        return self.filter(in_split=True) if kind == Kind.SPLIT else self.filter(kind=kind)

    def ever_labelled(self) -> Self:
        """Those whose label counts, or once did."""
        once = models.Q(state=State.CHECK_NEEDED) | models.Q(sealed_at__isnull=False)
        return self.filter(~models.Q(label=Label.NONE) | once)

    def on_side(self, side: Side) -> Self:
        """Those whose place on the line is that side."""
        return self.filter(reduce(or_, (models.Q(kind=kind, why=why) for kind, why in places(side))))

    def doubtful(self, code: str = "") -> Self:
        """With that doubt, or with any. Both databases keep the codes as JSON text."""
        if not code:
            return self.exclude(doubts=[])
        return self.alias(codes=Cast("doubts", models.TextField())).filter(codes__contains=f'"{code}"')

    def blocked_by(self, words: str) -> Self:
        return self.alias(said=Cast("blockers", models.TextField())).filter(said__contains=words)

    def matching(self, words: str) -> Self:
        """Every word in its own name, or in what its call is searched by."""
        rows = self
        for word in words.lower().split():
            rows = rows.filter(models.Q(name__icontains=word) | models.Q(call__search_text__contains=word))
        return rows

    def of_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def on_own_model(self) -> Self:
        return self.exclude(model="")

    def of_teams(self, teams: Sequence[int]) -> Self:
        return self.filter(team__in=teams)

    def dearest_first(self) -> Self:
        """Those of unknown cost last."""
        return self.order_by(models.F("cost_today").desc(nulls_last=True), "-pk")

    def with_owners(self) -> Self:
        return self.select_related("call", "team", "feature__product_owner", "feature__engineering_owner")

    def with_counted_in(self) -> "models.QuerySet[Any, Any]":
        """`counted_in`: the wave whose sums it belongs to. A part of a split call that stays comes along with the
        first of its siblings that moves: what the split sends twice is sent from then on."""
        first = models.F("wave__starts_on").asc(nulls_last=True)
        siblings = Part.objects.live().filter(call=models.OuterRef("call"), kind__in=MOVING_KINDS, wave__isnull=False)
        along = models.Subquery(siblings.order_by(first, "wave_id").values("wave_id")[:1])
        return self.annotate(
            counted_in=models.Case(
                models.When(wave__isnull=False, then=models.F("wave_id")),
                models.When(~models.Q(kind__in=MOVING_KINDS), in_split=True, then=along),
                output_field=models.BigIntegerField(),
            )
        )

    def to_arrange(self) -> Self:
        """Moves that are in no wave."""
        return self.live().filter(kind__in=MOVING_KINDS, wave=None)

    def in_line_order(self) -> Self:
        """Who stays and who comes back, who moves, and last what stands on the line; the dearest first."""
        rank = models.Case(
            models.When(why=Why.BATCH_DEARER, then=4),
            models.When(kind=Kind.STAY_REAL_TIME, then=0),
            models.When(kind=Kind.BRING_BACK, then=1),
            models.When(kind=Kind.MOVE_TO_BATCH, then=2),
            models.When(kind=Kind.STAY_BATCH, then=3),
            default=4,
        )
        dearest = models.F("cost_today").desc(nulls_last=True)
        return self.order_by(rank, dearest, "pk")


class Part(Profiled, Versioned):
    """`label` is set only where it counts (sealed, or one side where the team says that is enough): a one-sided
    answer stays on its sheet, so that no list or total gives it away. Amounts are micro-dollars a month."""

    RECORD = "part"
    HISTORY: ClassVar = (
        "call_id", "team_id", "feature_id", "position", "name", "consumer", "reaches", "read_when", "deadline",
        "hand_over", "meanwhile", "model", *PROFILE, "label", "state", "outcome", "one_sided", "confidence", "rule",
        "test_version", "guard", "blockers", "reason", "sealed_at", "rested_on", "kept_on", "is_live", "in_split",
        "kind", "why", "cost_today", "cost_target", "saving", "possible", "doubts", "wave_id", "status", *OVERRULES,
    )  # fmt: skip
    ALONG = ("priced_by",)  # amounts are never written without what they were made by

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="parts")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="parts")  # the call's, kept here for totals
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    consumer = models.CharField("who or what uses it first", max_length=200, blank=True)
    reaches = models.CharField("how it reaches them", max_length=200, blank=True)
    read_when = models.CharField("when it is read", max_length=120, blank=True)
    deadline = models.CharField("latest it may arrive", max_length=120, blank=True)
    hand_over = models.CharField("how the late part reaches its reader", max_length=300, blank=True)
    meanwhile = models.CharField("what the screen says meanwhile", max_length=300, blank=True)
    model = models.CharField("model it is planned on", max_length=120, blank=True)  # empty: that of the call

    label = models.CharField(max_length=11, choices=LABELS, blank=True, default=Label.NONE)
    state = models.CharField(max_length=12, choices=STATES, default=State.UNLABELLED)
    outcome = models.CharField(max_length=11, choices=OUTCOMES, blank=True, default="")
    one_sided = models.BooleanField(default=False)
    confidence = models.CharField(max_length=6, blank=True, default="")
    rule = models.PositiveSmallIntegerField(null=True, blank=True)
    test_version = models.PositiveSmallIntegerField(null=True, blank=True)
    guard = models.BooleanField(default=False)
    blockers = models.JSONField(default=list, blank=True)
    reason = models.TextField(blank=True, default="")
    # When the label began to count; under "check needed", since when a sheet must be saved to confirm it.
    sealed_at = models.DateTimeField(null=True, blank=True)
    # The facts a label that counts, or did, rests on: with what the label was. Empty where none were kept.
    rested_on = models.JSONField(default=dict, blank=True)
    # The version of the test on which a person said that the label stays, whatever that version decides.
    kept_on = models.PositiveSmallIntegerField(null=True, blank=True)

    is_live = models.BooleanField(default=True)
    in_split = models.BooleanField(default=False)  # one of several: what the plan counts under "split"
    kind = models.CharField(max_length=14, choices=KINDS, default=Kind.UNDECIDED)
    why = models.CharField(max_length=17, choices=WHYS, blank=True, default=Why.NONE)
    cost_today = models.BigIntegerField(null=True, blank=True)
    cost_target = models.BigIntegerField(null=True, blank=True)
    saving = models.BigIntegerField(default=0)  # cost_today - cost_target, 0 where unknown: what the plan sorts by
    possible = models.BigIntegerField(default=0)
    doubts = models.JSONField(default=list, blank=True)
    # By which price of the model it is planned on; empty where that is the call's, which notes its own.
    priced_by = models.CharField(max_length=16, blank=True, default="", editable=False)

    wave = models.ForeignKey(Wave, null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    status = models.CharField(max_length=11, choices=STATUSES, blank=True, default=Status.NONE)
    effort_set = models.PositiveSmallIntegerField("effort, overruled", null=True, blank=True)
    effort_why = models.CharField("why that effort", max_length=300, blank=True, default="")
    risk_set = models.PositiveSmallIntegerField("risk, overruled", null=True, blank=True)
    risk_why = models.CharField("why that risk", max_length=300, blank=True, default="")
    ready_set = models.CharField("readiness, overruled", max_length=9, choices=READIES, blank=True, default="")
    ready_why = models.CharField("why that readiness", max_length=300, blank=True, default="")

    objects = Parts.as_manager()

    class Meta:
        constraints = [
            *Profiled.Meta.constraints,
            models.UniqueConstraint(fields=["call", "position"], name="part_position_once"),
            models.CheckConstraint(condition=models.Q(label__in=[v.value for v in Label]), name="part_label_known"),
            models.CheckConstraint(condition=models.Q(state__in=[v.value for v in State]), name="part_state_known"),
            models.CheckConstraint(condition=models.Q(kind__in=[v.value for v in Kind]), name="part_kind_known"),
            models.CheckConstraint(condition=costs_something(), name="part_cost_not_negative"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["agreed", "settled"]) | ~models.Q(label=""),
                name="sealed_part_has_label",
            ),
            models.CheckConstraint(condition=models.Q(status__in=[v.value for v in Status]), name="part_status_known"),
            models.CheckConstraint(
                condition=~models.Q(status__in=[v.value for v in NEED_A_WAVE]) | models.Q(wave__isnull=False),
                name="planned_part_has_wave",
            ),
            models.CheckConstraint(
                condition=models.Q(effort_set=None, effort_why="")
                | (
                    models.Q(effort_set__isnull=False, effort_set__gte=effort.LEAST, effort_set__lte=effort.MOST)
                    & ~models.Q(effort_why="")
                ),
                name="effort_1_to_5_and_why_together",
            ),
            models.CheckConstraint(
                condition=models.Q(risk_set=None, risk_why="")
                | (
                    models.Q(risk_set__isnull=False, risk_set__gte=effort.LEAST, risk_set__lte=effort.MOST)
                    & ~models.Q(risk_why="")
                ),
                name="risk_1_to_5_and_why_together",
            ),
            models.CheckConstraint(
                condition=models.Q(ready_set="", ready_why="")
                | (models.Q(ready_set__in=[v.value for v in readiness.Ready]) & ~models.Q(ready_why="")),
                name="readiness_known_and_why_together",
            ),
        ]
        indexes = [
            # Partial, because SQLite seeks no bare boolean; `is_live` at the end, so that it need not read the row.
            # Covering: the plan's totals are one walk over the first of them.
            models.Index(
                fields=[
                    "team", "in_split", "kind", "why", "one_sided", "feature", "cost_today", "cost_target", "possible",
                    "is_live",
                ],
                condition=_LIVE, name="part_totals",
            ),
            models.Index(
                fields=["feature", "kind", "why", "one_sided", "cost_today", "cost_target", "possible", "is_live"],
                condition=_LIVE, name="part_feature_totals",
            ),
            models.Index(fields=["kind", "call", "is_live"], condition=_LIVE, name="part_by_kind"),
            models.Index(fields=["cost_today", "id"], condition=_LIVE, name="part_by_cost"),
            # What a team has still to answer, to check and to settle, the dearest first.
            models.Index(
                fields=["team", "state", "cost_today", "is_live"],
                condition=_LIVE,
                name="part_of_team_by_state",
            ),
            # The same consumer, upper and lower case alike.
            models.Index(Lower("consumer"), "state", condition=_LIVE, name="part_by_consumer"),
            models.Index(fields=["state", "call", "label", "is_live"], condition=_LIVE, name="part_by_state"),
            # The few that are planned on a model of their own.
            models.Index(fields=["model", "priced_by", "call"], condition=_OWN_MODEL, name="part_of_own_model"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def rests_on(self) -> seal.Facts:
        """The facts a label rests on as they are now. The model is the call's, unless it is planned on another."""
        return {name: self.runs_on if name == "model" else getattr(self, name) for name in seal.FACTS}

    @property
    def runs_on(self) -> str:
        """The model it shall run on."""
        return self.model or self.call.model

    @property
    def costs_more(self) -> int:
        """By how much its move makes it dearer, where it does."""
        return -self.saving

    def changes(self) -> tuple[seal.Change, ...]:
        """Which of them have changed since the label began to count, where that is to be checked."""
        if self.state != State.CHECK_NEEDED:
            return ()
        return seal.changed(self.rested_on, self.rests_on())

    def facts(self, *, dearer: int | None = None) -> readiness.Facts:
        """As `domain.readiness` wants it. `dearer`: by how many micro-dollars a month batch would cost more."""
        return readiness.Facts(
            kind=Kind(self.kind), why=Why(self.why), state=State(self.state), outcome=self.outcome,
            one_sided=self.one_sided, guard=self.guard, blockers=self.blockers, priced=self.cost_today is not None,
            in_split=self.in_split, hand_over=self.hand_over, runs_in_batch=self.call.today_path == Path.BATCH,
            has_prefix=self.cacheable_prefix > 0, dearer=dearer, confidence=self.confidence, tools=self.call.tools,
            streaming=self.call.streaming, assumed=self.call.figures == Figures.ASSUMED,
            changed=seal.said(self.changes()) or str(self.rested_on.get("because", "")).removesuffix("."),
        )  # fmt: skip

    def weights(self) -> effort.Weights:
        """Effort, risk and readiness as they follow from what is known, or as somebody overruled them."""
        return overruled(effort.weights(self.facts()), {name: getattr(self, name) for name in OVERRULES})

    @property
    def points(self) -> int:
        """The effort that counts, as a number."""
        return self.effort_set or effort.points(self.facts())
