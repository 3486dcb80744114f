"""A file that was uploaded: kept for its owner, its columns and questions settled, its rows ticked, then imported."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from inventory.domain.audit import Actor
from inventory.exchange import call_file, heading, reading
from inventory.exchange.call_file import CallRow
from inventory.exchange.reading import Problem
from inventory.models import Job, Person, RememberedColumn, Upload, UploadFile, UploadRow
from inventory.models.upload import UploadRows
from inventory.services import job as jobs
from inventory.services.intake import taking
from inventory.services.intake.judging import GROWTH
from inventory.services.intake.taking import Along, Summary

KEEP = timedelta(days=7)
SAMPLES = 3  # rows shown beside the headings
CHUNK = 2000


class NotNow(Exception):
    """What was asked for does not fit how far the file is: somebody was quicker, or a page was old."""


class NothingTicked(Exception):
    """There is nothing to import."""


def keep(*, person: Person, name: str, data: bytes, at: datetime) -> Upload:
    """Keep the file with what its headings most likely stand for. Raises `reading.Unreadable`, and keeps nothing."""
    found = reading.opened(data, old_encodings=True)
    headings = [each for each in found.headings if each]
    remembered = RememberedColumn.objects.filter(person=person, heading__in=headings)
    said = dict(remembered.values_list("heading", "column"))
    columns = {each: column for each, column in said.items() if column in ("", *call_file.COLUMNS)}
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
    """Have the ticked rows imported. Raises `NotNow` and `NothingTicked`."""
    upload = _held(upload)
    if not (upload.state == "ready" or (upload.state == "importing" and is_stopped(upload))):
        raise NotNow
    if not upload.rows.to_import().exists():
        raise NothingTicked
    return _started(upload, "import_inventory", "importing", by, at)


def tick(*, upload: Upload, shown: Iterable[int], ticked: Iterable[int]) -> None:
    """Of the rows `shown` import those `ticked`. A wrong row is never imported. Raises `NotNow`."""
    wanted = set(ticked)
    rows = _to_tick(upload)
    rows.filter(number__in=[n for n in shown if n in wanted]).update(ticked=True)
    rows.filter(number__in=[n for n in shown if n not in wanted]).update(ticked=False)


def tick_all(*, upload: Upload, kind: str, ticked: bool) -> None:
    """All rows of a kind, on whatever page."""
    _to_tick(upload).filter(kind=kind).update(ticked=ticked)


def is_stopped(upload: Upload) -> bool:
    """Whether the job that works on it has ended without its work: it was cancelled, or has failed."""
    return upload.state in ("reading", "importing") and (
        upload.job is None or (upload.job.is_over and upload.job.state != "done")
    )


def take_in(*, upload: Upload, by: Actor, at: datetime, along: Along) -> Summary:
    """Import the ticked rows. Raises `taking.Refused`."""
    rows = upload.rows.to_import().values_list("number", "call_id", "version", "was")
    seen = {n: (pk, version, was.get(GROWTH)) for n, pk, version, was in rows}

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
    rows = upload.rows.to_import().order_by("number").values_list("number", "cells")
    last = -1
    while lot := list(rows.filter(number__gt=last)[:CHUNK]):
        yield from (call_file.again(number, cells) for number, cells in lot)
        last = lot[-1][0]


def _held(upload: Upload) -> Upload:
    return Upload.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "job").get(pk=upload.pk)


def _read(upload: Upload, by: Actor, at: datetime) -> Job:
    if upload.state in ("importing", "imported") or (upload.state == "reading" and not is_stopped(upload)):
        raise NotNow
    return _started(upload, "preview_import", "reading", by, at)


def _started(upload: Upload, kind: str, state: str, by: Actor, at: datetime) -> Job:
    job = jobs.enqueue(kind=kind, params={"upload": upload.pk}, by=by, at=at, person=upload.owner)
    upload.state, upload.job, upload.problems = state, job, []
    upload.save(update_fields=["state", "job", "problems"])
    return job


def _to_tick(upload: Upload) -> UploadRows:
    if upload.state != "ready":
        raise NotNow
    return UploadRow.objects.filter(upload=upload).exclude(kind="wrong")
