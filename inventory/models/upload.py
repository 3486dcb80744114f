"""A file on its way into the inventory: kept with its rows until somebody imports it, or its time has passed."""

from typing import Self

from django.db import models

from inventory.models.job import Job
from inventory.models.people import Person

STATES = [
    ("columns", "Columns to be named"),
    ("reading", "Being read"),
    ("asking", "A question is open"),
    ("ready", "To be looked over"),
    ("importing", "Being imported"),
    ("imported", "Imported"),
]
KINDS = [
    ("new", "New"), ("changed", "Changed"), ("conflict", "Conflicts"), ("unchanged", "As it was"), ("wrong", "Wrong"),
]  # fmt: skip
CHOICES = [("", "Asked"), ("file", "The file's"), ("app", "The app's")]


class Upload(models.Model):
    """Only its owner sees it. What a heading stands for is in `columns` (headings as they are compared); `job` is the
    one that reads it, and later the one that imports it. Holds nothing of the inventory, so no history tells of it."""

    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=STATES, default="columns")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    titles = models.JSONField(default=list)  # the headings as they stand in the file
    headings = models.JSONField(default=list)
    samples = models.JSONField(default=list)  # the first rows
    columns = models.JSONField(default=dict)
    decimals = models.CharField(max_length=5, blank=True)
    days = models.CharField(max_length=11, blank=True)
    unclear = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    report = models.JSONField(default=dict)
    problems = models.JSONField(default=list)  # why it was not imported
    rest = models.CharField(max_length=4, choices=CHOICES, blank=True)  # whose value counts where nobody has chosen
    action_seq = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=[s for s, _ in STATES]), name="upload_state_known"),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="upload_of_owner")]

    def __str__(self) -> str:
        return self.name


class UploadFile(models.Model):
    """Its bytes, apart so that nobody reads them with the row."""

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="file")
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.upload_id)


class UploadRows(models.QuerySet["UploadRow"]):
    def to_import(self) -> Self:
        return self.filter(ticked=True, kind__in=("new", "changed", "conflict"))

    def undecided(self) -> Self:
        """To be imported, with a cell for which nobody has chosen."""
        return self.to_import().filter(open__gt=0)


class UploadRow(models.Model):
    """One call as it would be imported, at the number of its own row; `parts` are the rows of its parts, each with its
    number, name, kind, `cells` and `was`, and a call that `is_bare` has no other row. `cells` by column, of a readable
    row as `call_row.written` makes them; `was` what the call says now where it would be changed; `problems` as column,
    value and message. `clashes` are cells that file and app have both changed since the export, with a choice each, of
    which `open` are still to be made; `kept` those that the app alone has changed. `call_id` and `version` are those of
    the call it was held against."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=KINDS)
    ticked = models.BooleanField(default=True)
    cells = models.JSONField(default=dict)
    was = models.JSONField(default=dict)
    parts = models.JSONField(default=list)
    is_bare = models.BooleanField(default=False)
    told = models.JSONField(default=list)  # what else to know of it, in words
    problems = models.JSONField(default=list)
    clashes = models.JSONField(default=list)
    open = models.PositiveSmallIntegerField(default=0)
    kept = models.JSONField(default=list)
    call_id = models.BigIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)

    objects = UploadRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_row_once"),
            models.CheckConstraint(condition=models.Q(kind__in=[k for k, _ in KINDS]), name="upload_row_kind_known"),
            models.CheckConstraint(
                condition=models.Q(ticked=False) | ~models.Q(kind="wrong"), name="wrong_upload_row_is_left_out"
            ),
        ]
        indexes = [models.Index(fields=["upload", "kind", "number"], name="upload_row_by_kind")]

    def __str__(self) -> str:
        return f"Row {self.number}"

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Column, what the call says now, what it would say."""
        return [(column, old, self.cells.get(column, "")) for column, old in self.was.items()]

    @property
    def of_parts(self) -> list[tuple[int, str, str, list[tuple[str, str, str]]]]:
        """Number, name and kind of each row of a part, and what it would change."""
        return [
            (
                each["number"], each["name"], dict(KINDS)[each["kind"]].lower(),
                [(column, old, each["cells"].get(column, "")) for column, old in each["was"].items()],
            )
            for each in self.parts
        ]  # fmt: skip

    @property
    def choices(self) -> list[tuple[str, str, str, str, str, str]]:
        """Part (empty for the call), column, what it said at the export, in the file, now, and what was chosen."""
        names = {each["number"]: each["name"] for each in self.parts}
        return [(names.get(number, ""), *rest) for number, *rest in self.clashes]

    @property
    def stays(self) -> list[tuple[str, str, str, str]]:
        """Part (empty for the call), column, what it said at the export, and now, since the app alone changed it."""
        names = {each["number"]: each["name"] for each in self.parts}
        return [(names.get(number, ""), *rest) for number, *rest in self.kept]


class RememberedColumn(models.Model):
    """What a heading stood for when this person last said so."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="remembered_columns")
    heading = models.CharField(max_length=120)
    column = models.CharField(max_length=40, blank=True)  # empty: left out

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "heading"], name="remembered_column_once")]

    def __str__(self) -> str:
        return f"{self.heading}: {self.column}"
