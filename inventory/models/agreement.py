"""What both sides had said, apart, when their sheets first were in together: the ground of the agreement figures."""

from typing import ClassVar, Self

from django.db import models

from inventory.models.part_words import OUTCOMES
from inventory.models.people import Team


class Pairs(models.QuerySet["Pair"]):
    def of_team(self, team: Team | int) -> Self:
        return self.filter(team=team)


class Pair(models.Model):
    """Written once for each part, never changed by what the sides agree on later. The part may
    be gone by now. The answers stay out of its history: they are in that of the sheets, which knows who may look."""

    RECORD: ClassVar = "pair"
    HISTORY: ClassVar = ("part_id", "team_id", "test_version", "at", "product", "engineering")

    part_id = models.BigIntegerField()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pairs")
    test_version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    product = models.CharField(max_length=11, choices=OUTCOMES)
    engineering = models.CharField(max_length=11, choices=OUTCOMES)
    product_answers = models.JSONField()
    engineering_answers = models.JSONField()

    objects = Pairs.as_manager()

    class Meta:
        indexes = [models.Index(fields=["team", "at"], name="pair_of_team_by_time")]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.product}, {self.engineering}"
