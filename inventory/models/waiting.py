"""Answer sheets: one discipline's answers to one version of the waiting test for one part."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models

from inventory.domain.people import Discipline
from inventory.models.part import Part
from inventory.models.part_words import OUTCOMES
from inventory.models.people import Person
from inventory.models.versioned import Versioned

SIDES = [(Discipline.PRODUCT, "Product"), (Discipline.ENGINEERING, "Engineering")]


class Sheet(Versioned):
    """Blind: whoever is not of its side sees nothing of it before both are in or a lead has opened it. `opened_at`
    stays for good, as the mark that the other side may have seen answers of it.

    One begun as a copy says of which part for good, also when that part is gone; `copied` are the questions whose
    answer still stands as it was copied.
    """

    RECORD = "sheet"
    HISTORY: ClassVar = (
        "part_id",
        "side",
        "test_version",
        "answers",
        "outcome",
        "submitted_at",
        "opened_at",
        "answered_by_id",
        "copied",
        "copied_from",
        "copied_part_id",
    )

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="sheets")
    side = models.CharField(max_length=11, choices=SIDES)
    test_version = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=11, choices=OUTCOMES, blank=True, default="")
    submitted_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied = models.JSONField(default=list, blank=True)
    copied_from = models.CharField(max_length=120, blank=True, default="")
    copied_part_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "side", "test_version"], name="sheet_once_a_side_and_version"),
            models.CheckConstraint(condition=models.Q(side__in=["product", "engineering"]), name="sheet_side_known"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[o for o, _ in OUTCOMES]), name="sheet_outcome_known"
            ),
        ]
        indexes = [
            # The drafts copied from one part, and what a side has handed in last.
            models.Index(
                fields=["copied_part_id"],
                condition=models.Q(copied_part_id__isnull=False),  # few are copies
                name="sheet_by_copied_part",
            ),
            models.Index(fields=["side", "submitted_at"], name="sheet_of_side_by_time"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether a lead has shown these answers to everybody: not those saved, or begun anew, after that."""
        return bool(self.opened_at and self.submitted_at and self.submitted_at <= self.opened_at)

    def take(self, answers: Mapping[str, Any]) -> None:
        """Set the answers; one that is another now does not stand as copied any more. Saves nothing."""
        self.copied = [key for key in self.copied if answers.get(key) == self.answers.get(key)]
        self.answers = dict(answers)

    def __str__(self) -> str:
        return f"{self.side} on {self.part_id}"
