"""Calls: one place that calls Claude, as it runs today."""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Coalesce, Lower

from inventory.domain.part import Figures, Path
from inventory.domain.plan import Kind
from inventory.domain.pricing import Profile
from inventory.models.feature import Feature
from inventory.models.people import Team
from inventory.models.versioned import Versioned

PROVIDERS = [
    ("anthropic", "Claude API"),
    ("aws", "Claude Platform on AWS"),
    ("foundry", "Microsoft Foundry"),
    ("bedrock", "Amazon Bedrock"),
    ("vertex", "Google Cloud"),
    ("gateway", "A gateway"),
    ("unknown", "Not known"),
]
PATHS = [(Path.REAL_TIME, "Real time"), (Path.BATCH, "Batch")]
FIGURES = [(Figures.TYPED, "Typed in"), (Figures.ASSUMED, "Assumed"), (Figures.MEASURED, "Measured")]
KINDS = [
    (Kind.MOVE_TO_BATCH, "Move to batch"),
    (Kind.BRING_BACK, "Bring back"),
    (Kind.SPLIT, "Split"),
    (Kind.STAY_REAL_TIME, "Stay real time"),
    (Kind.STAY_BATCH, "Stay batch"),
    (Kind.CANNOT_MOVE, "Cannot move"),
    (Kind.UNDECIDED, "Undecided"),
]
LARGEST_VOLUME = 10**12
LARGEST_TOKENS = 10**9
LARGEST_USE = 10**4  # searches, or minutes of a container, of one request

# The profile of one request and its monthly volume: a call has it as it runs today, each part as it shall become.
PROFILE = (
    "requests", "uncached_input", "cacheable_prefix", "output", "hit_share", "batch_hit_share", "expired_share",
    "searches", "container_minutes",
)  # fmt: skip


def costs_something() -> models.Q:
    """A cost is not known, or 0 and more. What a part saves may be less than nothing, what it costs never."""
    found = models.Q()
    for name in ("cost_today", "cost_target"):
        found &= models.Q(**{name: None}) | models.Q(**{f"{name}__gte": 0})
    return found


class Profiled(models.Model):
    requests = models.PositiveBigIntegerField("requests a month")
    uncached_input = models.PositiveBigIntegerField("input tokens, not cacheable")
    cacheable_prefix = models.PositiveBigIntegerField("cacheable prefix tokens", default=0)
    output = models.PositiveBigIntegerField("output tokens")
    hit_share = models.DecimalField("cache hit share", max_digits=7, decimal_places=6, default=Decimal(0))
    batch_hit_share = models.DecimalField(
        "cache hit share in batch", max_digits=7, decimal_places=6, default=Decimal("0.3")
    )
    expired_share = models.DecimalField(
        "share that expires in batch and is repeated", max_digits=7, decimal_places=6, default=Decimal(0)
    )
    searches = models.DecimalField("web searches a request", max_digits=9, decimal_places=4, default=Decimal(0))
    container_minutes = models.DecimalField(
        "container minutes a request", max_digits=9, decimal_places=4, default=Decimal(0)
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hit_share__gte=0, hit_share__lte=1), name="%(class)s_hit_share_0_to_1"
            ),
            models.CheckConstraint(
                condition=models.Q(batch_hit_share__gte=0, batch_hit_share__lte=1),
                name="%(class)s_batch_hit_share_0_to_1",
            ),
            models.CheckConstraint(
                condition=models.Q(requests__lte=LARGEST_VOLUME), name="%(class)s_volume_within_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    uncached_input__lte=LARGEST_TOKENS,
                    cacheable_prefix__lte=LARGEST_TOKENS,
                    output__lte=LARGEST_TOKENS,
                ),
                name="%(class)s_tokens_within_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(expired_share__gte=0, expired_share__lte=1), name="%(class)s_expired_share_0_to_1"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    searches__gte=0,
                    searches__lte=LARGEST_USE,
                    container_minutes__gte=0,
                    container_minutes__lte=LARGEST_USE,
                ),
                name="%(class)s_tools_within_reason",
            ),  # fmt: skip
        ]

    def profile(self, *, write_1h: bool = False, fast: bool = False, share_above: Decimal | None = None) -> Profile:
        """As `domain.pricing` wants it; what only the call knows (cache length, fast mode) is handed in."""
        figures = {name: getattr(self, name) for name in PROFILE}
        return Profile(**figures, write_1h=write_1h, fast=fast, share_above=share_above)


class Calls(models.QuerySet["Call"]):
    def live(self) -> Self:
        return self.filter(retired_at=None)

    def retired(self) -> Self:
        return self.exclude(retired_at=None)

    def with_keys(self, keys: Iterable[str]) -> Self:
        """Upper and lower case count as the same."""
        return self.alias(lower_key=Lower("key")).filter(lower_key__in=[key.lower() for key in keys])

    def matching(self, words: str) -> Self:
        """Every word somewhere in name, key, feature, team, model, entry point or tag."""
        rows = self
        for word in words.lower().split():
            rows = rows.filter(search_text__contains=word)
        return rows


class Call(Profiled, Versioned):
    """Amounts are micro-dollars a month, stored by the service that changed an input; None where the price is
    unknown."""

    RECORD = "call"
    HISTORY: ClassVar = (
        "feature_id", "team_id", "key", "name", "description", "provider", "model", "geo", "fast", "write_1h",
        "share_above", "today_path", "path_assumed", *PROFILE, "figures", "code_location", "source_repository",
        "source_commit", "entry_point", "streaming", "tools", "workspace", "api_key", "prompt_name", "tag",
        "retired_at", "is_demo", "is_split", "kind", "cost_today", "cost_target", "worth",
    )  # fmt: skip
    ALONG = ("priced_by", "priced_on")  # amounts are never written without what they were made by

    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="calls")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="calls")  # the feature's, kept here for lists
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=4000, blank=True)

    provider = models.CharField(max_length=12, choices=PROVIDERS)
    model = models.CharField(max_length=120)
    geo = models.CharField(max_length=8, blank=True, choices=[("", "Anywhere"), ("us", "US only")])
    fast = models.BooleanField("fast mode", default=False)
    write_1h = models.BooleanField("one-hour cache", default=False)
    share_above = models.DecimalField(
        "share of requests above the second price card's limit",
        max_digits=7,
        decimal_places=6,
        null=True,
        blank=True,
    )
    today_path = models.CharField(max_length=9, choices=PATHS)
    path_assumed = models.BooleanField(default=False)
    figures = models.CharField(max_length=8, choices=FIGURES, default=Figures.TYPED)

    code_location = models.CharField(max_length=300, blank=True)
    source_repository = models.CharField(max_length=300, blank=True)
    source_commit = models.CharField(max_length=64, blank=True)
    entry_point = models.CharField(max_length=200, blank=True)
    streaming = models.BooleanField(null=True, blank=True)
    tools = models.BooleanField(null=True, blank=True)

    workspace = models.CharField(max_length=120, blank=True)
    api_key = models.CharField("name of the API key", max_length=120, blank=True)
    prompt_name = models.CharField("prompt or span name", max_length=120, blank=True)
    tag = models.CharField(max_length=120, blank=True)

    retired_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    is_split = models.BooleanField(default=False)
    kind = models.CharField(max_length=14, choices=KINDS, default=Kind.UNDECIDED)
    cost_today = models.BigIntegerField(null=True, blank=True)
    cost_target = models.BigIntegerField(null=True, blank=True)
    worth = models.BigIntegerField("saving for each point of effort, a month", default=0, editable=False)
    # By which prices the amounts were made, and on which day: kept with them, but no fact of the call, so no history.
    priced_by = models.CharField(max_length=16, blank=True, editable=False)
    priced_on = models.DateField(null=True, blank=True, editable=False)
    saving_rank = models.GeneratedField(  # what the plan sorts by: the saving, 0 where it is not known
        expression=Coalesce(models.F("cost_today") - models.F("cost_target"), 0),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    cost_rank = models.GeneratedField(  # what lists sort by: the cost today, 0 where it is not known
        expression=Coalesce(models.F("cost_today"), 0), output_field=models.BigIntegerField(), db_persist=True
    )
    search_text = models.TextField(blank=True, editable=False)  # has an index of its own: models/search.py

    objects = Calls.as_manager()

    class Meta:
        constraints = [
            *Profiled.Meta.constraints,
            models.UniqueConstraint(Lower("key"), name="call_key_once"),
            models.CheckConstraint(
                condition=models.Q(today_path__in=[p.value for p in Path]), name="call_today_path_known"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in Kind]), name="call_kind_known"),
            models.CheckConstraint(
                condition=models.Q(provider__in=[p for p, _ in PROVIDERS]), name="call_provider_known"
            ),
            models.CheckConstraint(
                condition=models.Q(figures__in=[f.value for f in Figures]), name="call_figures_known"
            ),
            models.CheckConstraint(condition=costs_something(), name="call_cost_not_negative"),
            models.CheckConstraint(
                condition=models.Q(share_above=None) | models.Q(share_above__gte=0, share_above__lte=1),
                name="call_share_above_0_to_1",
            ),
        ]
        indexes = [
            # Partial: PostgreSQL walks an index in order past `retired_at IS NULL` only if the index says so itself.
            models.Index(fields=["saving_rank", "id"], condition=models.Q(retired_at=None), name="call_by_saving"),
            models.Index(fields=["worth", "id"], condition=models.Q(retired_at=None), name="call_by_worth"),
            # Covering: the list narrowed by any of these, and how many they are and cost, without reading a row.
            models.Index(
                fields=["cost_rank", "id", "cost_today", "kind", "provider", "figures", "model", "retired_at"],
                condition=models.Q(retired_at=None),
                name="call_by_cost",
            ),
            models.Index(fields=["requests", "id"], condition=models.Q(retired_at=None), name="call_by_requests"),
            models.Index(fields=["name", "id"], condition=models.Q(retired_at=None), name="call_by_name"),
            # Which calls the prices of today would price otherwise, without reading a row.
            models.Index(
                fields=["provider", "model", "geo", "priced_by", "priced_on", "retired_at"],
                condition=models.Q(retired_at=None),
                name="call_by_price",
            ),
            # What is spent by where the figures come from: said on the plan, so one narrow walk.
            models.Index(
                fields=["figures", "cost_today", "retired_at"],
                condition=models.Q(retired_at=None),
                name="call_by_figures",
            ),
            models.Index(fields=["feature", "retired_at"], name="call_of_feature"),
            models.Index(fields=["team", "retired_at"], name="call_of_team"),
            # Calls like another, upper and lower case alike.
            models.Index(Lower("tag"), name="call_by_tag"),
            models.Index(Lower("prompt_name"), name="call_by_prompt_name"),
            models.Index(Lower("entry_point"), name="call_by_entry_point"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def saving(self) -> int | None:
        return None if self.cost_today is None or self.cost_target is None else self.cost_today - self.cost_target
