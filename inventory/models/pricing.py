"""The price book: dated price rows, the models they price, and the modifiers that multiply them."""

from datetime import date
from typing import ClassVar, Self, TypeGuard

from django.db import models

from inventory.domain import book, pricing
from inventory.models.versioned import Versioned

PLATFORMS = ("anthropic", "aws", "foundry", "bedrock", "vertex")  # those that publish prices

PRICE_NAMES = {
    "input": "Input", "output": "Output", "write_5m": "Write 5 min", "write_1h": "Write 1 h", "read": "Read",
    "batch_input": "Batch input", "batch_output": "Batch output", "batch_write_5m": "Batch write 5 min",
    "batch_write_1h": "Batch write 1 h", "batch_read": "Batch read", "fast_input": "Fast input",
    "fast_output": "Fast output",
}  # fmt: skip


class ClaudeModel(models.Model):
    """What is known of a model apart from its prices. `aliases` are all ids under which a platform offers it."""

    RECORD = "claude_model"
    HISTORY: ClassVar = (
        "key", "name", "family", "status", "status_note", "released_on", "retires_on", "retirement", "aliases",
        "min_cacheable", "context_window", "note",
    )  # fmt: skip

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    family = models.CharField(max_length=20)
    status = models.CharField(
        max_length=10, choices=[("active", "Active"), ("deprecated", "Deprecated"), ("retired", "Retired")]
    )
    status_note = models.CharField(max_length=200, blank=True)
    released_on = models.DateField(null=True, blank=True)
    retires_on = models.DateField(null=True, blank=True)  # only a date that is set; "not sooner than" stays in the note
    retirement = models.CharField(max_length=200, blank=True)
    aliases = models.JSONField(default=list)
    min_cacheable = models.PositiveIntegerField(null=True, blank=True)
    context_window = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    def as_model(self) -> book.Model:
        return book.Model(self.key, self.name, tuple(self.aliases), self.retires_on, self.min_cacheable)


class PriceRows(models.QuerySet["PriceRow"]):
    def valid_on(self, day: date) -> Self:
        return self.filter(models.Q(valid_to=None) | models.Q(valid_to__gt=day), valid_from__lte=day)

    def upcoming(self, day: date) -> Self:
        """Those that hold only after that day, the next first."""
        return self.filter(valid_from__gt=day).select_related("model").order_by("valid_from", "platform", "pk")

    def listed(self) -> Self:
        """By platform, newest model first, ordinary card before the one for long prompts."""
        place = models.Case(*(models.When(platform=name, then=models.Value(i)) for i, name in enumerate(PLATFORMS)))
        order = (place, "-model__released_on", "model__key", "platform_id", "endpoint", "above", "pk")
        return self.select_related("model").order_by(*order)


class PriceRow(Versioned):
    """Micro-dollars per million tokens, for one id on one platform, one prompt-length band, from one day on."""

    RECORD = "price_row"
    PRICES: ClassVar = tuple(PRICE_NAMES)
    HISTORY: ClassVar = (
        "model_id", "platform", "platform_id", "endpoint", "above", "valid_from", "valid_to", "retires_on",
        "us_multiplier", *PRICES, "derived", "source", "source_address", "as_of", "confidence", "note",
    )  # fmt: skip

    model = models.ForeignKey(ClaudeModel, on_delete=models.PROTECT, related_name="rows")
    platform = models.CharField(max_length=12)
    platform_id = models.CharField(max_length=120)
    endpoint = models.CharField(max_length=60, blank=True)
    above = models.PositiveIntegerField("prompts of more than this many tokens", default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    retires_on = models.DateField(
        null=True, blank=True
    )  # when this platform stops offering this id, where a date is set
    us_multiplier = models.DecimalField(  # of every price, for inference in the US only; None where that is not offered
        max_digits=7, decimal_places=4, null=True, blank=True
    )

    input = models.PositiveBigIntegerField()
    output = models.PositiveBigIntegerField()
    write_5m = models.PositiveBigIntegerField()
    write_1h = models.PositiveBigIntegerField()
    read = models.PositiveBigIntegerField()
    batch_input = models.PositiveBigIntegerField(null=True, blank=True)
    batch_output = models.PositiveBigIntegerField(null=True, blank=True)
    batch_write_5m = models.PositiveBigIntegerField(null=True, blank=True)
    batch_write_1h = models.PositiveBigIntegerField(null=True, blank=True)
    batch_read = models.PositiveBigIntegerField(null=True, blank=True)
    fast_input = models.PositiveBigIntegerField(null=True, blank=True)
    fast_output = models.PositiveBigIntegerField(null=True, blank=True)

    derived = models.JSONField(default=list, blank=True)  # names of prices that follow from a rule, not from a list
    source = models.CharField(max_length=300)
    source_address = models.CharField(max_length=300, blank=True)
    as_of = models.DateField()
    confidence = models.CharField(max_length=8)
    note = models.TextField(blank=True)

    objects = PriceRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "platform_id", "endpoint", "above", "valid_from"],
                name="price_row_once_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="price_row_ends_after_start",
            ),
            models.CheckConstraint(condition=models.Q(input__gt=0), name="price_row_input_not_zero"),
            models.CheckConstraint(
                condition=models.Q(fast_input=None, fast_output=None)
                | models.Q(fast_input__isnull=False, fast_output__isnull=False),
                name="fast_prices_both_or_none",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    batch_input=None,
                    batch_output=None,
                    batch_read=None,
                    batch_write_5m=None,
                    batch_write_1h=None,
                )
                | models.Q(
                    batch_input__isnull=False,
                    batch_output__isnull=False,
                    batch_read__isnull=False,
                    batch_write_5m__isnull=False,
                    batch_write_1h__isnull=False,
                ),
                name="batch_prices_all_or_none",
            ),  # fmt: skip
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} on {self.platform} from {self.valid_from}"

    @property
    def us_shown(self) -> str:
        """`1.1`; empty where inference in the US only is not offered."""
        return "" if self.us_multiplier is None else f"{self.us_multiplier.normalize():f}"

    @property
    def cells(self) -> list[tuple[str, int | None, bool]]:
        """Its prices but those of fast mode: name, price, and whether it follows from a rule."""
        shown = [(name, words) for name, words in PRICE_NAMES.items() if not name.startswith("fast_")]
        return [(words, getattr(self, name), name in self.derived) for name, words in shown]

    def as_row(self) -> book.Row:
        return book.Row(
            pk=self.pk, model=self.model.key, platform=self.platform, platform_id=self.platform_id,
            endpoint=self.endpoint, us_multiplier=self.us_multiplier, retires_on=self.retires_on,
            derived=frozenset(self.derived), confidence=self.confidence, card=self._card(),
        )  # fmt: skip

    def _card(self) -> pricing.Card:
        standard = pricing.Rates(self.input, self.output, self.write_5m, self.write_1h, self.read)
        batch = (self.batch_input, self.batch_output, self.batch_write_5m, self.batch_write_1h, self.batch_read)
        fast = (self.fast_input, self.fast_output)
        return pricing.Card(
            self.above,
            standard,
            pricing.Rates(*batch) if _known(batch) else None,
            standard.at(*fast) if _known(fast) else None,
        )


def _known(rates: tuple[int | None, ...]) -> TypeGuard[tuple[int, ...]]:
    return None not in rates


class Modifier(models.Model):
    """A published factor or fee that is no row of its own: geography, endpoint premium, tool fees."""

    RECORD = "modifier"
    HISTORY: ClassVar = ("key", "value", "unit", "applies_to", "valid_from", "source", "source_address", "as_of")

    key = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=14, decimal_places=6)
    unit = models.CharField(max_length=60)
    applies_to = models.TextField(blank=True)
    valid_from = models.DateField()
    source = models.CharField(max_length=300)
    source_address = models.CharField(max_length=300, blank=True)
    as_of = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "valid_from"], name="modifier_once_a_day")]

    def __str__(self) -> str:
        return f"{self.key} {self.shown}"

    @property
    def shown(self) -> str:
        """The value without idle zeros: `1.1`, `1,550`."""
        return f"{self.value.normalize():,f}"


class Discount(models.Model):
    """The share negotiated off the token prices of one platform, from one day on until another is set for it."""

    RECORD: ClassVar = "discount"
    HISTORY: ClassVar = ("platform", "share", "on_fees", "valid_from", "reason")

    platform = models.CharField(max_length=12)
    share = models.DecimalField(max_digits=7, decimal_places=6)
    on_fees = models.BooleanField("off the fees of tools too", default=False)
    valid_from = models.DateField()
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "valid_from"], name="discount_once_a_day"),
            models.CheckConstraint(condition=models.Q(share__gte=0, share__lt=1), name="discount_0_to_below_1"),
        ]

    def __str__(self) -> str:
        return f"{(self.share * 100).normalize():f} % on {self.platform} from {self.valid_from}"

    def as_discount(self) -> book.Discount:
        return book.Discount(self.share, self.on_fees)
