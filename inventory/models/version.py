"""What the test's current version would decide otherwise: worked out by a job, shown to whoever has to look."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from inventory.domain.part import State
from inventory.models.part import Part
from inventory.models.waiting import SIDES, Sheet

LISTED = (State.UNLABELLED, State.ONE_SIDE, State.AGREED, State.SETTLED)  # the others are asked anyway


class Differings(models.QuerySet["Differing"]):
    def still(self, version: int) -> Self:
        """Those of this version that nobody has answered, changed or kept since they were worked out."""
        saved = Sheet.objects.filter(part=OuterRef("part_id"), test_version=version, submitted_at__isnull=False)
        open_ = self.filter(~Exists(saved), test_version=version, part__is_live=True, part__state__in=LISTED)
        return open_.exclude(part__kept_on__gte=version)

    def seen_by(self, discipline: str) -> Self:
        """What follows from one side's sheet alone is that side's."""
        return self.filter(Q(side="") | Q(side=discipline))

    def of_teams(self, teams: list[int] | None) -> Self:
        return self if teams is None else self.filter(part__team__in=teams)


class Differing(models.Model):
    """Follows from the sheets and can be worked out again at any time, so it is no part of the history. `side` names
    the only side whose answers it follows from, empty where both are in; `opens` is the id of a question that was not
    asked before, of `test_version`; then `now` is empty."""

    part = models.OneToOneField(Part, on_delete=models.CASCADE, related_name="differing")
    test_version = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=11, choices=SIDES, blank=True)
    was = models.CharField(max_length=11, blank=True)
    now = models.CharField(max_length=11, blank=True)
    opens = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    objects = Differings.as_manager()

    def __str__(self) -> str:
        return f"{self.part_id}: {self.was}, {self.now}"
