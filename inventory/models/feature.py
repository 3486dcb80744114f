"""Features: something users of the product would name, owned by one team."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Lower

from inventory.models.people import Person, Team
from inventory.models.versioned import Versioned

MOST_GROWTH = 1  # the volume doubles each month


class Features(models.QuerySet["Feature"]):
    def live(self) -> Self:
        return self.filter(retired_at=None)

    def retired(self) -> Self:
        return self.exclude(retired_at=None)

    def matching(self, words: str) -> Self:
        """Every word somewhere in the name, the description or the team's name."""
        rows = self
        for word in words.split():
            places = ("name", "description", "team__name")
            rows = rows.filter(
                models.Q.create([(f"{place}__icontains", word) for place in places], connector=models.Q.OR)
            )
        return rows

    def of_teams(self, teams: Sequence[int]) -> Self:
        return self.filter(team__in=teams)

    def incomplete(self) -> Self:
        """Without one of its two owners, or without a first guess."""
        return self.filter(models.Q(product_owner=None) | models.Q(engineering_owner=None) | models.Q(first_guess=None))

    def owned_by(self, person: Person) -> Self:
        return self.filter(models.Q(product_owner=person) | models.Q(engineering_owner=person))


class Feature(Versioned):
    """`first_guess` is the percent of its Claude spend the team believes can move, asked before the first label.
    `growth` is the share by which the volume of its calls grows each month, negative where it shrinks."""

    RECORD = "feature"
    HISTORY: ClassVar = (
        "team_id", "name", "description", "product_owner_id", "engineering_owner_id", "first_guess",
        "growth", "retired_at", "is_demo",
    )  # fmt: skip

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="features")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    product_owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    engineering_owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_guess = models.PositiveSmallIntegerField(null=True, blank=True)
    growth = models.DecimalField("growth a month", max_digits=7, decimal_places=6, default=Decimal(0))
    retired_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = Features.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("team", Lower("name"), name="feature_name_once_in_team"),
            models.CheckConstraint(
                condition=models.Q(first_guess=None) | models.Q(first_guess__lte=100),
                name="first_guess_up_to_100",
            ),
            models.CheckConstraint(
                condition=models.Q(growth__gt=-1, growth__lte=MOST_GROWTH), name="feature_growth_within_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lacks(self) -> list[str]:
        """What `incomplete` finds missing, in words."""
        missing = {
            "product owner": self.product_owner_id is None,
            "engineering owner": self.engineering_owner_id is None,
            "first guess": self.first_guess is None,
        }
        return [f"no {what}" for what, is_missing in missing.items() if is_missing]
