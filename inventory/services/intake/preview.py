"""What a file would do, row by row: held against the inventory in the background, and kept until it is imported."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.domain import lots
from inventory.exchange import call_file, call_row, manner, part_row, reading
from inventory.exchange.call_file import Read
from inventory.exchange.manner import Manner, Unclear
from inventory.exchange.reading import Problem
from inventory.models import Job, Upload, UploadRow
from inventory.services import job as jobs
from inventory.services.intake.judging import Judge, Judged, Kind
from inventory.services.intake.parts import Line
from inventory.services.intake.staging import ROWS

NAMED = 20  # new teams told by name
KEPT = 300  # characters kept of a cell that cannot be read
Told = Callable[[int], None]


class Unreadable(Exception):
    """Nothing can be said of its rows: the text says why."""


def look(*, job: Job, upload: Upload, at: datetime, told: Told) -> str:
    """Stage every row of the file with what it would do. Run again, it begins from the start; rows that were unticked
    stay so, and what was chosen between file and app stands while the two are the same. `told` hears how many rows are
    through; what it raises ends it. Raises `Unreadable`."""
    left_out = set(upload.rows.filter(ticked=False).exclude(kind="wrong").values_list("number", flat=True))
    chosen = _chosen(upload)
    upload.rows.all().delete()
    try:
        found = reading.opened(bytes(upload.file.data), old_encodings=True)
    except reading.Unreadable as refusal:
        raise Unreadable(str(refusal)) from refusal
    looked = _Look(upload, Judge(person=upload.owner, at=at), left_out, chosen)
    rows = call_file.rows(found, upload.columns, Manner(upload.decimals, upload.days))
    for chunk in lots.of(rows, ROWS):
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


def _chosen(upload: Upload) -> dict[tuple[Any, ...], str]:
    found = upload.rows.exclude(clashes=[]).values_list("clashes")
    return {tuple(each[:-1]): each[-1] for (clashes,) in found.iterator() for each in clashes}


class _Look:
    """The rows so far. Once one is not clear, nothing more is staged: all will be read anew."""

    def __init__(self, upload: Upload, judge: Judge, left_out: set[int], chosen: Mapping[tuple[Any, ...], str]) -> None:
        self.upload, self.judge, self.left_out, self.chosen = upload, judge, left_out, chosen
        self.count = self.kept = self.most = 0
        self.within: dict[int, int] = {}  # rows of parts: under which call they stand
        self.counts: Counter[str] = Counter()
        self.unclear: list[Unclear] = []

    def at_rows(self, chunk: Sequence[Read]) -> None:
        self.count += sum(read.call.rows for read in chunk)
        found = [each for read in chunk for each in read.unclear]
        self.unclear = list(manner.first([*self.unclear, *found]))
        if self.unclear:
            return
        readable = {judged.row.number: judged for judged in self.judge.judge([read.call for read in chunk])}
        UploadRow.objects.bulk_create([self._row(read, readable[read.call.number]) for read in chunk])

    def beside(self, problem: Problem) -> None:
        """A problem of a whole row, or of the file: its row is wrong, whatever its cells say."""
        kept = [problem.column, problem.value, problem.message]
        number = problem.row or 0
        row, _ = UploadRow.objects.get_or_create(
            upload=self.upload, number=self.within.get(number, number), defaults={"kind": Kind.WRONG, "ticked": False}
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
        origins = self.judge.origins
        return {
            "counts": dict(self.counts), "teams": teams[:NAMED], "new_teams": len(teams), "new_features": features,
            "foreign": origins.foreign, "missing": origins.missing, "kept": self.kept, "most_choices": self.most,
        }  # fmt: skip

    def told(self) -> str:
        names = {
            Kind.NEW: "new", Kind.CHANGED: "changed", Kind.CONFLICT: "in conflict", Kind.UNCHANGED: "as they were",
            Kind.WRONG: "wrong",
        }  # fmt: skip
        return ", ".join(f"{self.counts[kind]:,} {name}" for kind, name in names.items()) + ". Nothing is written yet."

    def _row(self, read: Read, judged: Judged) -> UploadRow:
        problems = dict.fromkeys((*read.problems, *judged.problems))
        kind = Kind.WRONG if problems else judged.kind
        self.counts[kind] += 1
        self.kept += bool(judged.kept)
        self.counts["cost"] += (judged.call.cost_today or 0) if kind == Kind.NEW and judged.call else 0
        known = judged.call if judged.kind != Kind.NEW else None
        number = read.call.number
        clashes = [] if kind == Kind.WRONG else judged.clashes
        asked = [[*each, self.chosen.get(tuple(each), "")] for each in clashes]
        self.most = max(self.most, len(asked))
        self.within |= {part.number: number for part in read.call.parts}
        return UploadRow(
            upload=self.upload, number=number, kind=kind, ticked=kind != Kind.WRONG and number not in self.left_out,
            cells=_as_read(read) if kind == Kind.WRONG else _as_meant(judged), was=judged.was,
            parts=[_part(line) for line in judged.lines], is_bare=read.call.is_bare, told=list(judged.told),
            problems=[_told(each, number) for each in problems],
            clashes=asked, open=sum(not each[-1] for each in asked), kept=[list(each) for each in judged.kept],
            call_id=known.pk if known else None, version=judged.seen,
        )  # fmt: skip


def _told(problem: Problem, number: int) -> list[str]:
    """Column, value and message; of another row of the call, with its number."""
    place = f"row {problem.row}, " if problem.row not in (None, number) else ""
    return [f"{place}{problem.column}" if problem.column else place.rstrip(", "), problem.value, problem.message]


def _part(line: Line) -> dict[str, Any]:
    cells = part_row.written(line.row.fields, line.row.said)
    found = {"number": line.row.number, "name": line.row.name, "kind": line.kind, "cells": cells, "was": line.was}
    return found | ({"pk": line.row.pk} if line.row.pk else {})


def _as_read(read: Read) -> dict[str, str]:
    return {column: reading.shown(text[:KEPT]) for column, text in read.row.cells.items() if text}


def _as_meant(judged: Judged) -> dict[str, str]:
    row, call = judged.row, judged.call
    if row.is_bare and call is not None:
        return {"team": row.team, "feature": row.feature, "call_key": call.key, "name": call.name, "model": call.model}
    return {"team": row.team, "feature": row.feature, **call_row.as_said(row)}
