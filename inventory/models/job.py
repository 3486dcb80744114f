"""Background work as rows: the row is the truth, whoever carries it."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models

from inventory.models.people import Person

KINDS = [
    ("export_plan", "Export of the plan"),
    ("export_history", "Export of the history"),
    ("export_list", "Export of a list"),
    ("import_inventory", "Import of calls"),
    ("check_inventory", "Check of a file of calls"),  # until 0.1.0
    ("preview_import", "Preview of a file of calls"),
    ("undo_import", "Taking back of an import"),
    ("load_demo", "Loading of the sample"),
    ("remove_demo", "Removal of the sample"),
    ("compare_versions", "Comparison with the test's new version"),
    ("reprice", "Preview of a re-pricing"),
    ("reprice_apply", "Re-pricing"),
    ("freeze_plan", "Freezing of the plan"),
    ("compare_plans", "Comparison of two versions of the plan"),
    ("work_out_scenario", "Working out of a scenario"),
    ("export_frozen", "Export of a version of the plan"),
    ("export_comparison", "Export of a comparison"),
]
STATES = [
    ("queued", "Waiting to start"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]


class Jobs(models.QuerySet["Job"]):
    def claimable(self, at: datetime) -> Self:
        """Nobody holds it now: new, given back and past its pause, or held by a worker whose lease ran out."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lte=at)
        left = models.Q(attempts__lt=models.F("max_attempts"), cancel_asked=False)
        return self.filter(free, left, state__in=("queued", "running"))


class Job(models.Model):
    """A running job is held until `lease_until`; a queued one waits until then where it is set.

    The lease passes without renewal when its worker died: then anyone may take the job again, `max_attempts` times.
    """

    RECORD: ClassVar = "job"
    HISTORY: ClassVar = ("kind", "params", "created_by_id", "cancel_asked")

    kind = models.CharField(max_length=30, choices=KINDS)
    params = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=9, choices=STATES, default="queued")
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    claimed_by = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    is_final = models.BooleanField(default=False)  # in its last step, one transaction: too late to be cancelled
    done_rows = models.PositiveBigIntegerField(default=0)
    all_rows = models.PositiveBigIntegerField(null=True, blank=True)
    message = models.TextField(blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_size = models.PositiveBigIntegerField(null=True, blank=True)
    file_until = models.DateTimeField(null=True, blank=True)

    told_at = float("-inf")  # when this process last wrote progress, by its monotonic clock
    objects = Jobs.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=[s for s, _ in STATES]), name="job_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False)
                | models.Q(state__in=["queued", "running"], finished_at=None),
                name="job_finished_at_when_over",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until", "id"], name="job_to_claim")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    def has_file(self, at: datetime) -> bool:
        """A result that can be fetched now."""
        return self.state == "done" and self.file_until is not None and self.file_until > at


class FileChunk(models.Model):
    """A job's result in pieces, so that any web process can serve it without holding it whole."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="file_chunk_once")]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.position}"


class Heartbeat(models.Model):
    """When a worker was last alive and taking jobs."""

    worker = models.CharField(max_length=60, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.worker} at {self.seen_at:%Y-%m-%d %H:%M:%S}"
