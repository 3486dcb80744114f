"""The ledger of what moves that are done save: what each saved when it was done, whatever its call looks like since."""

from typing import ClassVar, Self

from django.db import models

from inventory.models.part import Part
from inventory.models.people import Team
from inventory.models.wave import Wave


class Ledger(models.QuerySet["Realised"]):
    def standing(self) -> Self:
        """Neither taken back, nor of a part that is gone or of a retired call: what the sums add up. Not joined to the
        part: where little is realised, SQLite would begin with every part and look for what is realised of it."""
        live = Part.objects.live().filter(pk=models.OuterRef("part"))
        return self.filter(models.Exists(live), ended_at=None)

    def of_team(self, team: Team | None) -> Self:
        return self if team is None else self.filter(team=team)

    def newest_first(self) -> Self:
        return self.select_related("team", "wave", "part").order_by("-moved_at", "-pk")


class Realised(models.Model):
    """Micro-dollars a month at the volume and the prices of the day it was done; `saving` is 0 where they were not
    known, and negative where the move costs more. `team` and `wave` are those of that day. The part may be gone by
    now. One that comes along with its sibling in a split is counted with it."""

    RECORD: ClassVar = "realised"
    HISTORY: ClassVar = (
        "part_id", "call_id", "team_id", "wave_id", "name", "moved_at", "cost_before", "cost_after", "saving",
        "priced_on", "verified_at", "ended_at", "ended_why",
    )  # fmt: skip

    # Null in no row: so that an entry is read without its part, too.
    part = models.ForeignKey(Part, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="realised")
    call_id = models.BigIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    moved_at = models.DateTimeField("moved")
    cost_before = models.BigIntegerField("cost before, a month", null=True)
    cost_after = models.BigIntegerField("cost after, a month", null=True)
    saving = models.BigIntegerField()
    priced_on = models.DateField("at the prices of", null=True)
    verified_at = models.DateTimeField("verified", null=True, blank=True)
    ended_at = models.DateTimeField("taken back", null=True, blank=True)
    ended_why = models.TextField("why it was taken back", blank=True, default="")

    objects = Ledger.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part"], condition=models.Q(ended_at=None), name="realised_once"),
            models.CheckConstraint(
                condition=models.Q(cost_before=None, cost_after=None, saving=0)
                | models.Q(
                    cost_before__isnull=False,
                    cost_after__isnull=False,
                    saving=models.F("cost_before") - models.F("cost_after"),
                ),
                name="realised_saving_is_the_difference",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_why="") | models.Q(ended_at__isnull=False),
                name="realised_ended_when_said_why",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "moved_at"], name="realised_of_team"),
            models.Index(fields=["moved_at", "id"], name="realised_newest"),
            models.Index(fields=["call_id"], condition=models.Q(ended_at=None), name="realised_of_call"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def costs_more(self) -> int:
        return -self.saving
