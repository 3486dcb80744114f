"""Finding in the history, and what is found as a file."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from inventory import tasks
from inventory.domain import audit_words
from inventory.domain.audit import Actor
from inventory.domain.part import Label
from inventory.exchange import csv_out
from inventory.exchange import history_table as files
from inventory.models import Action, Call, Job, Part, Person, Team, Trace, append_only
from inventory.models.frozen import ALL
from inventory.services import audit
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.history import history, history_file, moment
from inventory.services.labelling import reconcile
from inventory.services.versions import frozen, plan_now
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in
from tests.views.history.test_audit import FIELDS, answered, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


BY = Actor("command", "x")


@pytest.fixture
def call(team: Team, pia: Person, now: datetime) -> Call:
    feature = features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=now)
    return calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=now)


def count(client: Client, query: str) -> int:
    return text(client, f"/history?{query}").count("<li><time")


@pytest.fixture
def moved(call: Call, now: datetime) -> Part:
    """Nobody waits, as both sides say: it moves to batch."""
    part = call.parts.get()
    both_in(part, now)
    part.refresh_from_db()
    return part


def exported(person: Person, at: datetime) -> None:
    job = jobs.enqueue(kind="export_plan", params={}, by=person.actor, at=at, person=person)
    Job.objects.filter(pk=job.pk).update(state="done", started_at=at, finished_at=at)


def test_a_line_tells_the_field_that_was_changed_with_both_values(
    call: Call,
    pia: Person,
    as_ed: Client,
    now: datetime,
) -> None:
    calls.edit(call=call, version=1, fields={"requests": 2000}, by=pia.actor, at=now, reason="Measured")
    page = text(as_ed, "/history")
    assert 'Pia changed the call “Ticket tags”</a><span class="outcome">: requests a month 1,000 → 2,000</span>' in page
    assert "“Measured”" in page
    assert "cost today +$" in page


def test_a_line_names_several_fields_and_what_became_of_the_label_and_the_move(
    call: Call,
    moved: Part,
    pia: Person,
    as_ed: Client,
    now: datetime,
) -> None:
    call.refresh_from_db()
    fields = {"tag": "b", "workspace": "c", "prompt_name": "d", "api_key": "e"}
    calls.edit(call=call, version=call.version, fields=fields, by=pia.actor, at=now)
    page = text(as_ed, "/history")
    assert "workspace, name of the api key, prompt or span name and 1 more" in page.lower()
    assert f"label No label yet → {moved.get_label_display()}" in page
    assert f"move Undecided → {moved.get_kind_display()}" in page


def test_a_line_of_many_changes_tells_how_many(team: Any, as_ed: Client, now: datetime) -> None:
    changes = audit.Changes()
    changes.add({}, {("team", n): {"name": f"Team no. {n}"} for n in range(1000, 1120)})
    audit.append(
        kind="exchange.import", by=Actor("command", "x"), at=now, record="file", record_id="1", title="f.csv",
        team_id=None, changes=changes,
    )  # fmt: skip
    assert 'imported “f.csv”</a><span class="outcome">: 120 changes' in text(as_ed, "/history")


def test_a_line_of_a_blind_answer_tells_nothing_of_it(
    call: Call, pia: Person, as_ed: Client, as_pia: Client, now: datetime
) -> None:
    answered(call.parts.get(), "product", pia, now)
    blind = text(as_ed, "/history?kind=waiting.answer") + text(as_ed, "/history?kind=waiting.submit")
    assert 'class="outcome"' not in blind
    assert 'class="outcome"' in text(as_pia, "/history?kind=waiting.answer")


def test_what_moved_to_batch_since_the_last_export_is_found(
    call: Call,
    moved: Part,
    ed: Person,
    as_ed: Client,
    now: datetime,
) -> None:
    assert moved.kind == "move_to_batch"
    assert count(as_ed, "side=to_batch") == 1
    assert "never exported" in text(as_ed, "/history?side=to_batch&since=export")
    exported(ed, now - timedelta(minutes=1))
    assert count(as_ed, "side=to_batch&since=export") == 1
    exported(ed, now + timedelta(minutes=1))
    assert count(as_ed, "side=to_batch&since=export") == 0
    assert count(as_ed, "side=to_real_time") == 0


def test_a_field_is_found_and_how_many_have_it_does_not_matter(
    call: Call,
    pia: Person,
    as_ed: Client,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for n in range(1, 4):
        calls.edit(call=call, version=n, fields={"requests": 1000 + n}, by=pia.actor, at=now)
        call.refresh_from_db()
    for few in (1000, 2):
        monkeypatch.setattr(history, "FEW", few)
        assert (count(as_ed, "field=call.requests"), count(as_ed, "field=call.name")) == (3, 0)
        assert count(as_ed, f"field=call.requests&team={call.team_id}&person={pia.pk}&kind=call.edit") == 3


def test_what_acted_is_found_whatever_it_is_and_many_or_few(
    call: Call, as_ed: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for by in (("command", "work"), ("command", "load_prices"), ("job", "17"), ("visitor", ""), ("token", "ci")):
        audit_at(call, now, Actor(*by))
    audit_at(call, now, Actor("person", "1"), kind="exchange.import")
    found = {"command": 2, "command:load_prices": 1, "job": 1, "job:17": 1, "token": 1, "token:ci": 1, "visitor": 1}
    for few in (1000, 0):
        monkeypatch.setattr(history, "FEW", few)
        for by, times in (found | {"import": 1, "worker": 2}).items():
            assert (by, count(as_ed, f"by={by}&field=call.tag")) == (by, times)
    assert '<option value="job:17" selected>Job 17</option>' in text(as_ed, "/history?by=job:17")
    assert count(as_ed, "by=person") == 3


def test_every_command_that_acts_can_be_looked_for() -> None:
    named = re.compile(r"""Actor\("command", "(\w+)"\)""")
    files = Path("inventory").rglob("*.py")
    assert {name for path in files for name in named.findall(path.read_text())} == set(audit_words.COMMAND_NAMES)


def test_since_the_last_commit_is_since_the_newest_frozen_version(
    call: Call, pia: Person, as_pia: Client, now: datetime
) -> None:
    assert "no version of the plan is frozen" in text(as_pia, "/history?since=version")
    assert "No version of the plan is frozen" in text(as_pia, f"/history/compare/call/{call.pk}?since=version")
    asked_for = jobs.enqueue(kind="freeze_plan", params={}, by=pia.actor, at=now, person=pia)
    with plan_now.set_aside(ALL, at=now) as standing:
        frozen.freeze(job=asked_for, standing=standing, team=None, note="", by=pia.actor, at=now, person=pia)
    page = text(as_pia, "/history?since=version&review=open")
    assert "Batchline keeps no commit yet: the newest frozen version stands for it, version 1 of all teams" in page
    assert "All of it is reviewed." in page
    audit_at(call, now)
    assert count(as_pia, "since=version&review=open") == 1
    assert "1 of these waits for a review" in text(as_pia, "/history?since=version&review=open")
    assert "tag: x" in text(as_pia, f"/history/compare/call/{call.pk}?since=version")


def test_days_narrow_by_when_an_action_began(call: Call, as_ed: Client) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    for days in (0, 10):
        audit_at(call, long_ago + timedelta(days=days))
    day, later = (timezone.localdate(long_ago + timedelta(days=days)) for days in (0, 10))
    assert count(as_ed, f"kind=call.edit&last_day={day}") == 1
    assert count(as_ed, f"kind=call.edit&first_day={later}") == 1
    assert count(as_ed, f"kind=call.edit&first_day={day}&last_day={later}") == 2
    assert count(as_ed, f"kind=call.edit&last_day={day - timedelta(days=1)}") == 0


def audit_at(call: Call, at: datetime, by: Actor = BY, *, kind: str = "call.edit") -> None:
    before = audit.states(call)
    call.tag += "x"
    call.save()
    audit.record(kind=kind, by=by, at=at, subject=call, before=before, after=audit.states(call))


MEANS_NOTHING = {
    "field=call.password": "no field that exists",
    "field=_connector": "no field that exists",
    "by=the+machine": "no command, job or token that has done anything",
    "by=job:99": "no command, job or token that has done anything",
    "by=command:%00": "no command, job or token that has done anything",
    "side=left": "no side of the line that exists",
    "since=ever": "no moment that exists",
    "first_day=2026-13-01": "“2026-13-01” is no day",
    "first_day=0001-01-01": "is no day",
    "last_day=1.10.2026": "is no day",
    "last_day=2999-01-01": "1 January 2999 is still to come",
    "first_day=2026-02-02&last_day=2026-02-01": "The first day is after the last",
}


def test_a_filter_that_means_nothing_is_answered_in_words(call: Call, as_ed: Client) -> None:
    assert {query: told for query, told in MEANS_NOTHING.items() if told not in text(as_ed, f"/history?{query}")} == {}


def test_a_moment_is_the_last_action_before_it_even_where_a_long_job_ended_late(call: Call, now: datetime) -> None:
    start = audit.head().seq
    for minutes in (1, 3, 2, 9):
        audit_at(call, now + timedelta(minutes=minutes))
    assert moment.until(now + timedelta(minutes=2, seconds=30)) == start + 3
    assert moment.until(now + timedelta(minutes=8)) == start + 3
    assert moment.until(now - timedelta(days=1)) == 0


def test_the_fields_of_old_actions_are_traced_as_those_of_new_ones(moved: Part) -> None:
    made = set(Trace.objects.values_list("word", "seq"))
    with_history_unguarded(Trace)
    import_module("inventory.migrations.0016_trace").trace_what_is_there(apps, None)
    assert set(Trace.objects.values_list("word", "seq")) == made


def with_history_unguarded(model: Any) -> None:
    append_only.remove(connection)
    model.objects.all().delete()


# As a file


def file_of(client: Client, form: str, query: str = "", **picks: Any) -> bytes:
    answer = client.post(f"/history/export?{query}", {"format": form, **picks})
    assert answer.status_code == 302
    job = Job.objects.latest("pk")
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return b"".join(jobs.read_file(job))


@pytest.fixture
def risky(call: Call, pia: Person, now: datetime) -> Call:
    calls.edit(call=call, version=1, fields={"name": "=2+2", "requests": 7}, by=pia.actor, at=now, reason="-5")
    return call


def test_a_csv_file_has_a_line_an_action_with_its_fields_and_runs_nothing(risky: Call, as_ed: Client) -> None:
    head = audit.head()
    rows = list(csv.reader(io.StringIO(file_of(as_ed, "csv", "kind=call.edit").decode("utf-8-sig"))))
    edit = dict(zip(rows[0], rows[1], strict=True))
    assert (edit["Who"], edit["Reason"], edit["Kind"]) == ("Pia", "'-5", "call.edit")
    assert "Call =2+2, Requests a month: 1,000 → 7" in edit["Fields"]
    assert float(edit["Cost today, $ a month"]) < 0
    assert ["Head of the history", f"{head.seq + 1}:{audit.head().hash}"] in rows
    assert ["Asked for", "kind call.edit"] in rows


@pytest.mark.parametrize("start", csv_out.STARTS)
def test_a_text_that_a_spreadsheet_would_run_is_told_as_text(start: str) -> None:
    file = io.BytesIO()
    table = files.Csv(file)
    table.action({"reason": f"{start}cmd", "seq": 1})
    table.end({})
    assert list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))[1][5] == f"'{start}cmd"


def test_a_workbook_has_actions_fields_and_the_head_and_no_formula(risky: Call, as_ed: Client) -> None:
    book = load_workbook(io.BytesIO(file_of(as_ed, "xlsx")))
    assert book.sheetnames == ["Actions", "Changes", "About"]
    assert book["Actions"].max_row == Action.objects.count() + 1
    assert {cell.data_type for row in book["Changes"].iter_rows() for cell in row} <= {"s", "n"}
    assert dict(book["About"].iter_rows(values_only=True))["Head of the history"].startswith(f"{audit.head().seq}:")


def test_a_json_file_has_each_action_with_its_fields(risky: Call, as_ed: Client) -> None:
    found = json.loads(file_of(as_ed, "json"))
    edit = next(each for each in found["actions"] if each["kind"] == "call.edit")
    assert (edit["who"], edit["reason"]) == ("Pia", "-5")
    assert {
        "noun": "Call",
        "name": "=2+2",
        "done": "changed",
        "field": "Name",
        "before": "Ticket tags",
        "after": "=2+2",
    } in edit["fields"]
    assert len(found["actions"]) == Action.objects.count()
    nothing = json.loads(file_of(as_ed, "json", "kind=team.retire"))
    assert nothing["actions"] == []


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl"])
def test_no_file_tells_what_is_blind_for_anybody(
    form: str, call: Call, pia: Person, as_pia: Client, now: datetime
) -> None:
    answered(call.parts.get(), "product", pia, now)
    data = file_of(as_pia, form)
    told = str([list(sheet.values) for sheet in load_workbook(io.BytesIO(data))]) if form == "xlsx" else data.decode()
    assert "Ticket tags" in told
    assert "reader" not in told
    assert "person_now" not in told
    assert "A person" not in told


def test_the_whole_history_is_exported_for_checking_elsewhere(moved: Part, as_ed: Client) -> None:
    report = history_file.verify(file_of(as_ed, "jsonl", "kind=call.edit").decode().splitlines())
    assert (report.is_whole, report.seq) == (True, audit.head().seq)


def test_an_action_of_many_changes_is_exported_whole(team: Any, as_ed: Client, now: datetime) -> None:
    changes = audit.Changes()
    changes.add({}, {("team", n): {"name": f"Team no. {n}"} for n in range(1000, 1700)})
    audit.append(
        kind="exchange.import", by=Actor("command", "x"), at=now, record="file", record_id="1", title="f.csv",
        team_id=None, changes=changes,
    )  # fmt: skip
    assert len(json.loads(file_of(as_ed, "json", "kind=exchange.import"))["actions"][0]["fields"]) == 700
    assert "and 600 more" in file_of(as_ed, "csv", "kind=exchange.import").decode()


def test_only_ticked_actions_go_out(risky: Call, as_ed: Client) -> None:
    page = as_ed.get("/history").content.decode()
    newest = audit.head().seq
    assert f'class="pick" form="export-history" name="pick" value="{newest}"' in page
    found = json.loads(file_of(as_ed, "json", pick=[str(newest)], picked="1,x"))
    assert [action["seq"] for action in found["actions"]] == [newest, 1]
    assert "2 ticked actions" in json.dumps(found)


def test_the_head_is_in_the_log_after_an_export(risky: Call, as_ed: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    file_of(as_ed, "json")
    assert f"head of the history {audit.head().seq}:{audit.head().hash}" in caplog.text


def test_settling_reads_as_one_line_with_label_effect_and_reason(
    call: Call,
    pia: Person,
    as_ed: Client,
    now: datetime,
) -> None:
    part = call.parts.get()
    both_in(part, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    part.refresh_from_db()
    by = {"by": pia.actor, "at": now, "version": part.version}
    reconcile.settle(part=part, label=Label.NOT_WAITING, reason="Read on Mondays.", **by)
    page = text(as_ed, "/history?kind=agreement.settle")
    assert "Pia settled the label of “Ticket tags”</a>" in page
    assert "label No label yet → Nobody waits" in page
    assert "move Undecided → Move to batch" in page
    assert "saving +$" in page
    assert "“Read on Mondays.”" in page
