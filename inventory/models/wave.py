"""Waves: moves of one team that are done together, and what each wave has to wait for."""

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Lower

from inventory.domain import wave as domain
from inventory.models.people import Person, Team
from inventory.models.versioned import Versioned


class Waves(models.QuerySet["Wave"]):
    def live(self) -> Self:
        return self.filter(retired_at=None)

    def in_time(self) -> Self:
        """Those without a start last."""
        return self.order_by(models.F("starts_on").asc(nulls_last=True), "name", "pk")


class Wave(Versioned):
    """`starts_on` is the first day of the month in which it starts; None as long as it has no date. After it, its share
    that has moved grows by one `ramp_months`-th a month; 0 means all at once."""

    RECORD = "wave"
    HISTORY: ClassVar = ("team_id", "name", "starts_on", "ramp_months", "owner_id", "retired_at")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="waves")
    name = models.CharField(max_length=80)
    starts_on = models.DateField("start", null=True, blank=True)
    ramp_months = models.PositiveSmallIntegerField("ramp, in months", default=0)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    depends_on = models.ManyToManyField("self", through="Dependency", symmetrical=False, related_name="dependents")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = Waves.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "team", Lower("name"), condition=models.Q(retired_at=None), name="wave_name_once_in_team"
            ),
            models.CheckConstraint(
                condition=models.Q(ramp_months__lte=domain.LONGEST_RAMP), name="wave_ramp_within_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def starts(self) -> int | None:
        """The month of its start, as `domain.wave` counts."""
        return None if self.starts_on is None else domain.month(self.starts_on)


class Dependency(models.Model):
    """`wave` does not start before `on`."""

    RECORD: ClassVar = "dependency"
    HISTORY: ClassVar = ("wave_id", "on_id")

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="waits_for")
    on = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "on"], name="dependency_once"),
            models.CheckConstraint(condition=~models.Q(wave=models.F("on")), name="dependency_on_another_wave"),
        ]

    def __str__(self) -> str:
        return f"{self.wave} after {self.on}"
