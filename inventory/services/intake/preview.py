"""What a file would do, row by row: held against the inventory in the background, and kept until it is imported."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.exchange import call_file, manner, reading
from inventory.exchange.call_file import CallRow, Read
from inventory.exchange.manner import Manner, Unclear
from inventory.exchange.reading import Problem
from inventory.models import Job, Upload, UploadRow
from inventory.services import job as jobs
from inventory.services.intake.judging import Judge, Judged, Kind
from inventory.services.intake.staging import ROWS

NAMED = 20  # new teams told by name
KEPT = 300  # characters kept of a cell that cannot be read
Told = Callable[[int], None]


class Unreadable(Exception):
    """Nothing can be said of its rows: the text says why."""


def look(*, job: Job, upload: Upload, at: datetime, told: Told) -> str:
    """Stage every row of the file with what it would do. Run again, it begins from the start; rows that were unticked
    stay so. `told` hears how many rows are through; what it raises ends it. Raises `Unreadable`."""
    left_out = set(upload.rows.filter(ticked=False).exclude(kind="wrong").values_list("number", flat=True))
    upload.rows.all().delete()
    try:
        found = reading.opened(bytes(upload.file.data), old_encodings=True)
    except reading.Unreadable as refusal:
        raise Unreadable(str(refusal)) from refusal
    looked = _Look(upload, Judge(person=upload.owner, at=at), left_out)
    rows = call_file.rows(found, upload.columns, Manner(upload.decimals, upload.days))
    while chunk := list(islice(rows, ROWS)):
        looked.at_rows(chunk)
        told(looked.count)
    for problem in found.problems:
        looked.beside(problem)
    upload.notes = list(found.sheet.notes)
    upload.unclear = [asdict(each) for each in manner.first(looked.unclear)]
    upload.state = "asking" if upload.unclear else "ready"
    upload.report = {"not_kept": list(call_file.not_kept(found, upload.columns)), **looked.report()}
    with transaction.atomic():
        jobs.renew(job, at=timezone.now())
        upload.save(update_fields=["state", "unclear", "notes", "report"])
    return "A question about the file is open." if upload.unclear else looked.told()


class _Look:
    """The rows so far. Once one is not clear, nothing more is staged: all will be read anew."""

    def __init__(self, upload: Upload, judge: Judge, left_out: set[int]) -> None:
        self.upload, self.judge, self.left_out = upload, judge, left_out
        self.count = 0
        self.counts: Counter[str] = Counter()
        self.unclear: list[Unclear] = []

    def at_rows(self, chunk: Sequence[Read]) -> None:
        self.count += len(chunk)
        found = [each for read in chunk for each in read.unclear]
        self.unclear = list(manner.first([*self.unclear, *found]))
        if self.unclear:
            return
        readable = {judged.row.number: judged for judged in self.judge.judge([read.call for read in chunk])}
        UploadRow.objects.bulk_create([self._row(read, readable[read.call.number]) for read in chunk])

    def beside(self, problem: Problem) -> None:
        """A problem of a whole row, or of the file: its row is wrong, whatever its cells say."""
        kept = [problem.column, problem.value, problem.message]
        row, _ = UploadRow.objects.get_or_create(
            upload=self.upload, number=problem.row or 0, defaults={"kind": Kind.WRONG, "ticked": False}
        )
        if row.kind != Kind.WRONG:
            self.counts[row.kind] -= 1
        if row.kind != Kind.WRONG or not row.problems:
            self.counts[Kind.WRONG] += 1
        row.kind, row.ticked, row.problems = Kind.WRONG, False, [*row.problems, kept]
        row.save(update_fields=["kind", "ticked", "problems"])

    def report(self) -> dict[str, Any]:
        teams = [team.name for team in self.judge.places.new_teams]
        features = len(self.judge.places.new_features)
        return {"counts": dict(self.counts), "teams": teams[:NAMED], "new_teams": len(teams), "new_features": features}

    def told(self) -> str:
        names = {Kind.NEW: "new", Kind.CHANGED: "changed", Kind.UNCHANGED: "as they were", Kind.WRONG: "wrong"}
        return ", ".join(f"{self.counts[kind]:,} {name}" for kind, name in names.items()) + ". Nothing is written yet."

    def _row(self, read: Read, judged: Judged) -> UploadRow:
        problems = [*read.problems, *judged.problems]
        kind = Kind.WRONG if problems else judged.kind
        self.counts[kind] += 1
        self.counts["cost"] += (judged.call.cost_today or 0) if kind == Kind.NEW and judged.call else 0
        known = judged.call if judged.kind != Kind.NEW else None
        return UploadRow(
            upload=self.upload, number=read.call.number, kind=kind,
            ticked=kind != Kind.WRONG and read.call.number not in self.left_out,
            cells=_as_read(read) if kind == Kind.WRONG else _as_meant(read.call), was=judged.was,
            problems=[[each.column, each.value, each.message] for each in problems],
            call_id=known.pk if known else None, version=judged.seen,
        )  # fmt: skip


def _as_read(read: Read) -> dict[str, str]:
    return {column: reading.shown(text[:KEPT]) for column, text in read.row.cells.items() if text}


def _as_meant(row: CallRow) -> dict[str, str]:
    cells = call_file.written(row.fields, row.said)
    if row.growth is not None:
        cells["growth_per_month"] = call_file.percent(row.growth)
    return {"team": row.team, "feature": row.feature, **{column: text for column, text in cells.items() if text}}
