"""A file that was uploaded: kept for its owner, its columns and questions settled, its rows ticked, then imported."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from inventory.domain.audit import Actor
from inventory.exchange import call_file, call_row, heading, part_row, reading
from inventory.exchange import columns as of_plan
from inventory.exchange.call_row import OF_FEATURE, CallRow
from inventory.exchange.part_row import TEXTS
from inventory.exchange.reading import Problem
from inventory.models import Job, Person, RememberedColumn, Upload, UploadFile, UploadRow
from inventory.models.upload import UploadRows
from inventory.services import job as jobs
from inventory.services.files import listed
from inventory.services.intake import taking
from inventory.services.intake.origin import CHOICES, FILE
from inventory.services.intake.taking import Along, Summary

KEEP = timedelta(days=7)
# Files of ours that are there to be read, by what they are and the headings of their first sheet.
NOT_TO_EDIT = {"the workbook of the plan": of_plan.SUMMARY, "the list as it is shown": listed.CALLS}
SAMPLES = 3  # rows shown beside the headings
CHUNK = 2000


class NotNow(Exception):
    """What was asked for does not fit how far the file is: somebody was quicker, or a page was old."""


class Undecided(Exception):
    """Of some cells, in `count` rows, nobody has said whether the file's value or the app's shall count."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NothingTicked(Exception):
    """There is nothing to import."""


def keep(*, person: Person, name: str, data: bytes, at: datetime) -> Upload:
    """Keep the file with what its headings most likely stand for. Raises `reading.Unreadable`, and keeps nothing."""
    found = reading.opened(data, old_encodings=True)
    headings = [each for each in found.headings if each]
    if refusal := _no_calls(headings):
        raise reading.Unreadable(refusal)
    remembered = RememberedColumn.objects.filter(person=person, heading__in=headings)
    said = dict(remembered.values_list("heading", "column"))
    columns = {each: column for each, column in said.items() if column in ("", *call_row.COLUMNS)}
    columns |= call_file.columns_of(headings)
    titles = [found.titles[place] for place, each in enumerate(found.headings) if each]
    samples = [[row[place] for place, each in enumerate(found.headings) if each] for row in found.samples(SAMPLES)]
    with transaction.atomic():
        upload = Upload.objects.create(
            owner=person, name=name, created_at=at, expires_at=at + KEEP, headings=headings, titles=titles,
            samples=samples, columns=columns,
        )  # fmt: skip
        UploadFile.objects.create(upload=upload, data=data)
    return upload


def _no_calls(headings: Sequence[str]) -> str:
    """Why a file with these headings cannot be one of calls; empty where it can."""
    for what, columns in NOT_TO_EDIT.items():
        if list(headings) == [reading.heading(column.heading) for column in columns]:
            return (
                f"This is {what}: it is there to be read, and does not come back. "
                "To change calls in a file, export them from the inventory with “Excel to edit”."
            )
    if len(headings) < len(call_row.REQUIRED):
        needed = ", ".join(call_row.REQUIRED)
        return f"Its first row has too few headings ({len(headings)}) for a file of calls, which needs {needed}."
    return ""


def is_clear(columns: Mapping[str, str]) -> bool:
    """Whether every column is there that a file needs, and none twice."""
    used = [column for column in columns.values() if column]
    return not call_file.missing(used) and len(used) == len(set(used))


def proposed(upload: Upload) -> dict[str, str]:
    """For each heading the column it is said to stand for, or most likely does."""
    open_ = [each for each in upload.headings if each not in upload.columns]
    return {**heading.likely(open_, upload.columns.values()), **upload.columns}


@transaction.atomic
def choose(*, upload: Upload, columns: Mapping[str, str], by: Actor, at: datetime) -> Job:
    """Say what each heading stands for (empty: left out), remember it for this person, and have the file read."""
    upload = _held(upload)
    for each, column in columns.items():
        if call_file.columns_of([each]).get(each) != column:  # a column's own name says enough by itself
            RememberedColumn.objects.update_or_create(person=upload.owner, heading=each, defaults={"column": column})
    upload.columns = dict(columns)
    upload.save(update_fields=["columns"])
    return _read(upload, by, at)


@transaction.atomic
def answer(*, upload: Upload, decimals: str, days: str, by: Actor, at: datetime) -> Job:
    """Say how the file writes its numbers and days, and have it read."""
    upload = _held(upload)
    upload.decimals, upload.days = decimals or upload.decimals, days or upload.days
    upload.save(update_fields=["decimals", "days"])
    return _read(upload, by, at)


@transaction.atomic
def read(*, upload: Upload, by: Actor, at: datetime) -> Job:
    """Have the file held against the inventory as it is now."""
    return _read(_held(upload), by, at)


@transaction.atomic
def confirm(*, upload: Upload, by: Actor, at: datetime) -> Job:
    """Have the ticked rows imported. Raises `NotNow`, `NothingTicked` and `Undecided`."""
    upload = _held(upload)
    if not (upload.state == "ready" or (upload.state == "importing" and is_stopped(upload))):
        raise NotNow
    if not upload.rows.to_import().exists():
        raise NothingTicked
    if count := undecided(upload):
        raise Undecided(count)
    return _started(upload, "import_inventory", "importing", by, at)


def tick(*, upload: Upload, shown: Iterable[int], ticked: Iterable[int]) -> None:
    """Of the rows `shown` import those `ticked`. A wrong row is never imported. Raises `NotNow`."""
    wanted = set(ticked)
    with _to_tick(upload) as rows:
        rows.filter(number__in=[n for n in shown if n in wanted]).update(ticked=True)
        rows.filter(number__in=[n for n in shown if n not in wanted]).update(ticked=False)


def tick_all(*, upload: Upload, kind: str, ticked: bool) -> None:
    """All rows of a kind, on whatever page."""
    with _to_tick(upload) as rows:
        rows.filter(kind=kind).update(ticked=ticked)


def undecided(upload: Upload) -> int:
    """In how many of the ticked rows a choice between file and app is still to be made."""
    return 0 if upload.rest else upload.rows.undecided().count()


def decide(*, upload: Upload, chosen: Mapping[int, Mapping[int, str]]) -> None:
    """Whose value shall count, by the number of the row and the place of the cell among those in conflict. What is
    chosen for all others is not kept with the cell, so that it follows when that is chosen otherwise. Raises
    `NotNow`."""
    with _to_tick(upload) as found:
        rows = list(found.filter(number__in=chosen.keys(), kind="conflict"))
        for row in rows:
            for place, choice in chosen[row.number].items():
                if place < len(row.clashes) and choice in CHOICES:
                    row.clashes[place][-1] = "" if choice == upload.rest else choice
            row.open = sum(not each[-1] for each in row.clashes)
        UploadRow.objects.bulk_update(rows, ["clashes", "open"])


def decide_rest(*, upload: Upload, choice: str) -> None:
    """Whose value shall count in every cell of the file for which nobody has chosen; empty: that is asked. Raises
    `NotNow`."""
    with _to_tick(upload):
        upload.rest = choice if choice in CHOICES else ""
        upload.save(update_fields=["rest"])


def is_stopped(upload: Upload) -> bool:
    """Whether the job that works on it has ended without its work: it was cancelled, or has failed."""
    return upload.state in ("reading", "importing") and (
        upload.job is None or (upload.job.is_over and upload.job.state != "done")
    )


def take_in(*, upload: Upload, by: Actor, at: datetime, along: Along) -> Summary:
    """Import the ticked rows. Raises `taking.Refused`."""
    rows = upload.rows.to_import().values_list("number", "call_id", "version", "was", "clashes", "parts")
    seen = {
        number: (pk, version, *_expected(number, was, parts, _overruled(clashes, upload.rest)))
        for number, pk, version, was, clashes, parts in rows.iterator(chunk_size=CHUNK)
    }

    def done(summary: Summary) -> None:
        upload.state, upload.action_seq, upload.problems = "imported", summary.seq, []
        upload.save(update_fields=["state", "action_seq", "problems"])
        UploadFile.objects.filter(upload=upload).delete()
        along.done(summary)

    return taking.import_rows(
        rows=partial(_rows, upload), seen=seen, name=upload.name, by=by, at=at, person=upload.owner,
        along=replace(along, done=done),
    )  # fmt: skip


def refuse(*, upload: Upload, problems: Iterable[Problem]) -> None:
    """Keep why it was not imported; it can be looked over again."""
    kept = [asdict(problem) for problem in problems][: taking.KEPT]
    Upload.objects.filter(pk=upload.pk, state="importing").update(state="ready", problems=kept)


def drop_old(*, at: datetime) -> None:
    for pk in list(Upload.objects.filter(expires_at__lte=at).values_list("pk", flat=True)):
        UploadRow.objects.filter(upload=pk).delete()
        Upload.objects.filter(pk=pk).delete()


def _rows(upload: Upload) -> Iterator[CallRow]:
    """Lot by lot: a query held open while progress is written would fail on SQLite as soon as somebody else writes."""
    rows = upload.rows.to_import().order_by("number").values_list("number", "cells", "clashes", "parts", "is_bare")
    last = -1
    while lot := list(rows.filter(number__gt=last)[:CHUNK]):
        yield from (_row(upload, *each) for each in lot)
        last = lot[-1][0]


def _row(
    upload: Upload, number: int, cells: Mapping[str, str], clashes: Iterable[Sequence[Any]],
    parts: Iterable[Mapping[str, Any]], is_bare: bool,
) -> CallRow:  # fmt: skip
    """With the file's value in every cell for which that was chosen."""
    of_file: dict[int, dict[str, str]] = defaultdict(dict)
    for at, column, _, file, _, choice in clashes:
        if (choice or upload.rest) == FILE:
            of_file[at][column] = file
    made = [
        part_row.again(each["number"], {**each["cells"], **of_file[each["number"]]}, each.get("pk")) for each in parts
    ]
    return call_row.again(number, {**cells, **of_file[number]}, tuple(made), is_bare=is_bare)


def _overruled(clashes: Iterable[Sequence[Any]], rest: str) -> dict[int, dict[str, str]]:
    """What the app says in the cells for which the file's value was chosen, by the number of the row."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for number, column, _, _, now, choice in clashes:
        if (choice or rest) == FILE:
            found[number][column] = now
    return found


def _expected(
    number: int, was: Mapping[str, str], parts: Iterable[Mapping[str, Any]], overruled: Mapping[int, Mapping[str, str]]
) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """What the call's own row and the rows of its parts are to replace: of the call what its version does not cover."""
    was = {**was, **overruled.get(number, {})}
    of_parts = {each["number"]: {**each["was"], **overruled.get(each["number"], {})} for each in parts}
    return {column: was[column] for column in (*OF_FEATURE, *TEXTS) if column in was}, of_parts


def _held(upload: Upload) -> Upload:
    """Its job is read after it: whoever waited here would not see, in one query, a job that was begun meanwhile."""
    return Upload.objects.select_for_update(of=("self",), no_key=True).select_related("owner").get(pk=upload.pk)


def _read(upload: Upload, by: Actor, at: datetime) -> Job:
    if upload.state in ("importing", "imported") or (upload.state == "reading" and not is_stopped(upload)):
        raise NotNow
    return _started(upload, "preview_import", "reading", by, at)


def _started(upload: Upload, kind: str, state: str, by: Actor, at: datetime) -> Job:
    job = jobs.enqueue(kind=kind, params={"upload": upload.pk}, by=by, at=at, person=upload.owner)
    upload.state, upload.job, upload.problems = state, job, []
    upload.save(update_fields=["state", "job", "problems"])
    return job


@contextmanager
def _to_tick(upload: Upload) -> Iterator[UploadRows]:
    """Held, so that nothing is ticked or chosen otherwise while it is being imported."""
    with transaction.atomic():
        if _held(upload).state != "ready":
            raise NotNow
        yield UploadRow.objects.filter(upload=upload).exclude(kind="wrong")
