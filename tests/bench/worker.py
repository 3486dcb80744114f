"""One step of the bench in a process of its own, on the database that DATABASE_URL names: build, queries, sums, export.

Prints one JSON object.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import StringIO
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from openpyxl import Workbook, load_workbook  # noqa: E402

from inventory import tasks  # noqa: E402
from inventory.models import Action, Call, Feature, Part, Person, PriceRow, Repricing, Upload  # noqa: E402
from inventory.models.reprice import PART  # noqa: E402
from inventory.services import audit  # noqa: E402
from inventory.services import job as jobs  # noqa: E402
from inventory.services.intake import staging  # noqa: E402
from inventory.services.intake import upload as uploads  # noqa: E402
from inventory.services.planning import plan  # noqa: E402
from inventory.services.prices import reprice  # noqa: E402
from tests.bench import build  # noqa: E402

# The bare sum: what the plan's totals add up, and nothing else.
BARE_SUM = """SELECT team_id, kind, COUNT(*), SUM(cost_today), SUM(cost_target), SUM(possible)
FROM inventory_part WHERE is_live GROUP BY team_id, kind"""


# And what the page says beside them: where the figures come from.
BARE_SURENESS = "SELECT figures, SUM(cost_today) FROM inventory_call WHERE retired_at IS NULL GROUP BY figures"


def step_build(size: str) -> dict[str, object]:
    call_command("migrate", verbosity=0)
    person = build.inventory(int(size))
    with connection.cursor() as cursor:
        # What PostgreSQL's own housekeeping does within a minute of so many inserts.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    feature, call = Feature.objects.order_by("pk")[0], Call.objects.order_by("pk")[1]
    return {"session": session.session_key, "feature": feature.pk, "call": call.pk}


def step_queries(*paths: str) -> dict[str, int]:
    """Queries of one page view each, the first view thrown away."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Person.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    counts = {}
    for path in paths:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        counts[path] = len(captured)
    return counts


def step_sums() -> dict[str, float]:
    """Seconds of the plan's totals, worked out as after a write, and of the bare sum; medians of interleaved runs."""
    totals: list[float] = []
    bare: list[float] = []
    for _ in range(15):
        cache.clear()
        totals.append(_timed(plan.totals))
        bare.append(_timed(_bare_sum))
    return {"totals": median(totals), "bare": median(bare)}


def step_plan() -> dict[str, float]:
    """Milliseconds of the plan's whole page, as it opens first after a write, and of the bare sums it shows; medians of
    interleaved runs."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Person.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    pages: list[float] = []
    bare: list[float] = []
    for _ in range(18):
        cache.clear()
        pages.append(_timed(partial(client.get, "/plan")))
        bare.append(_timed(_bare_sum) + _timed(partial(_bare_sum, BARE_SURENESS)))
    return {"page": median(pages[3:]) * 1000, "bare": median(bare[3:]) * 1000}


def step_export() -> dict[str, float]:
    """Seconds of the export and of the bare writer on the same cells, formulas as the values they come to; peak memory
    of the export in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        seconds = _timed(lambda: call_command("export_plan", str(path), verbosity=0, stdout=StringIO()))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bare, cells = _write_bare(path, Path(folder) / "bare.xlsx")
    return {"export": seconds, "bare": bare, "peak_mb": peak, "cells": cells}


def step_reprice() -> dict[str, float]:
    """Seconds of a re-pricing that changes every priced call, computed, confirmed and applied, and of a bare UPDATE of
    the same rows and columns; peak memory in MB."""
    person, at = Person.objects.get(), timezone.now()
    PriceRow.objects.update(input=F("input") * 2, output=F("output") * 2, batch_output=F("batch_output") * 3)
    start = time.perf_counter()
    params = {"on": timezone.localdate(at).isoformat()}
    job = jobs.enqueue(kind="reprice", params=params, by=person.actor, at=at, person=person)
    assert tasks.run_job(job.pk)
    staged = time.perf_counter()
    found = Repricing.objects.get(job=job)
    applying = reprice.confirm(repricing=found, reason="Bench", by=person.actor, at=at, person=person)
    assert tasks.run_job(applying.pk)
    ended = time.perf_counter()
    action = Action.objects.get(kind=reprice.REPRICE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    bare = _timed(partial(_bare_update, _written(action)))
    return {
        "reprice": ended - start, "stage": staged - start, "apply": ended - staged, "bare": bare, "peak_mb": peak,
        "changes": action.changes_count,
    }  # fmt: skip


def step_import(rows: str) -> dict[str, float]:
    """Seconds from the click on "Import" of so many previewed rows to the end of the job, of the preview before it, and
    of one bare bulk insert of the same calls and parts; peak memory in MB before that insert."""
    person, at = Person.objects.get(), timezone.now()
    upload = uploads.keep(person=person, name="bench.csv", data=build.csv_file(int(rows)), at=at)
    start = time.perf_counter()
    assert tasks.run_job(uploads.read(upload=upload, by=person.actor, at=at).pk)
    looked = time.perf_counter()
    is_alone = connection.vendor == "sqlite"  # elsewhere others go on saving until the history is written
    held = _began(staging.Staged, "write") if is_alone else _began(audit, "append", kind="exchange.import")
    assert tasks.run_job(uploads.confirm(upload=upload, by=person.actor, at=at).pk)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    action = Action.objects.get(kind="exchange.import", title="bench.csv")
    calls = list(Call.objects.filter(key__startswith="import-").order_by("pk"))
    parts = list(Part.objects.filter(call__key__startswith="import-").order_by("call_id"))
    assert len(calls) == len(parts) == int(rows)
    for number, (call, part) in enumerate(zip(calls, parts, strict=True)):
        call.pk = part.pk = None
        call.key, part.call_id = f"bare-{number}", number
    bare = _timed(partial(_bare_insert, calls, parts))
    return {
        "import": ended - looked, "preview": looked - start, "held": ended - held[0], "bare": bare, "peak_mb": peak,
        "changes": action.changes_count,
    }  # fmt: skip


def _began(of: Any, name: str, **only: object) -> list[float]:
    """When the function is called, with these arguments among others; told once it was."""
    real, at = getattr(of, name), list[float]()

    def noted(*given: object, **named: object) -> object:
        if only.items() <= named.items():
            at.append(time.perf_counter())
        return real(*given, **named)

    setattr(of, name, noted)
    return at


def step_ask(what: str, rows: str) -> dict[str, int]:
    """Have a job waiting, as a page would: the export, the preview of a file of so many new rows, or its import."""
    person, at = Person.objects.get(), timezone.now()
    if what == "export":
        job = jobs.enqueue(kind="export_plan", params={}, by=person.actor, at=at, person=person)
    elif what == "preview":
        data = build.csv_file(int(rows), key="meanwhile")
        upload = uploads.keep(person=person, name="meanwhile.csv", data=data, at=at)
        job = uploads.read(upload=upload, by=person.actor, at=at)
    else:
        upload = Upload.objects.get(name="meanwhile.csv")
        job = uploads.confirm(upload=upload, by=person.actor, at=at)
    return {"job": job.pk}


def _bare_insert(calls: list[Call], parts: list[Part]) -> None:
    """Both tables in one transaction, from records that are made already: no file, no arithmetic, no history."""
    with transaction.atomic():
        Call.objects.bulk_create(calls)
        for call, part in zip(calls, parts, strict=True):
            part.call_id = call.pk
        Part.objects.bulk_create(parts)
        transaction.set_rollback(True)


def _written(action: Action) -> list[tuple[str, list[tuple[object, ...]]]]:
    """The rows the re-pricing has written, with the values it has written there: what a bare UPDATE is given."""
    statements = []
    for model, names in ((Call, ("kind", "cost_today", "cost_target")), (Part, PART)):
        pks = action.changes.filter(record=model.RECORD).values_list("record_id", flat=True)
        wanted = {int(pk) for pk in pks}
        columns = [connection.ops.quote_name(name) for name in names]
        table = model._meta.db_table
        statement = f"UPDATE {table} SET {', '.join(f'{c} = %s' for c in columns)}, version = version + 1 WHERE id = %s"
        rows = model.objects.values_list(*names, "pk")
        values = [tuple(json.dumps(v) if isinstance(v, list) else v for v in row) for row in rows if row[-1] in wanted]
        statements.append((statement, values))
    return statements


def _bare_update(statements: list[tuple[str, list[tuple[object, ...]]]]) -> None:
    """One UPDATE a row by its id, in one transaction: no model, no arithmetic, no history."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, values in statements:
            cursor.executemany(statement, values)


def _bare_sum(statement: str = BARE_SUM) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()


def _write_bare(given: Path, path: Path) -> tuple[float, int]:
    """Seconds of writing those cells again, and how many there are that hold something; reading them takes no part."""
    seconds, cells = 0.0, 0
    source = load_workbook(given, read_only=True, data_only=True)
    book = Workbook(write_only=True)
    for sheet in source.worksheets:
        rows, target = sheet.iter_rows(values_only=True), book.create_sheet()
        while lot := list(islice(rows, 1000)):
            cells += sum(value is not None for row in lot for value in row)
            seconds += _timed(partial(_append, target, lot))
    source.close()
    return seconds + _timed(lambda: book.save(path)), cells


def _append(sheet: Any, rows: list[tuple[object, ...]]) -> None:
    for row in rows:
        sheet.append(row)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    step, *given = sys.argv[1:]
    sys.stdout.write(json.dumps(globals()[f"step_{step}"](*given)))
