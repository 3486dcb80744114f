"""The ledger of realised savings: what enters it, what leaves it, and what it adds up to."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from inventory.domain.book import Book
from inventory.domain.plan import Kind
from inventory.domain.status import Status
from inventory.models import Action, Call, Part, Person, Realised, Team
from inventory.services.calls import call as calls
from inventory.services.files import exchange
from inventory.services.history import verification
from inventory.services.planning import ledger, ledger_list, moving, plan, schedule
from tests.factories import make_part, make_team
from tests.services.planning.test_arrangement import make_move, make_wave
from tests.services.planning.test_moving import step
from tests.services.versions.test_same_totals import assert_realised_is_the_same

pytestmark = pytest.mark.django_db
TODAY = date(2027, 3, 15)


def moved(team: Team, pia: Person, now: datetime, **fields: Any) -> Part:
    return step(make_move(team, status=Status.MOVING, **{"wave": make_wave(team, f"W{Part.objects.count()}"), **fields}),
                Status.MOVED, pia, now)  # fmt: skip


def assert_history_tells_of_the_ledger() -> None:
    assert Realised.objects.exists()
    assert [str(found) for found in verification.verify().findings if "realised" in str(found)] == []


def test_a_move_enters_the_ledger_with_what_it_saves_that_day(team: Team, pia: Person, now: datetime) -> None:
    part = moved(team, pia, now, saving=400)
    entry = Realised.objects.get()
    assert (entry.part_id, entry.team, entry.wave_id, entry.moved_at) == (part.pk, team, part.wave_id, now)
    assert (entry.cost_before, entry.cost_after, entry.saving, entry.priced_on) == (1000, 600, 400, part.call.priced_on)
    assert ledger.overall() == ledger.Sums(moves=1, saved=400, still=400)
    part = step(part, Status.VERIFIED, pia, now)
    assert ledger.overall(team=team).verified == 400
    assert_history_tells_of_the_ledger()


def test_the_saving_stays_when_the_call_is_written_down_in_batch(
    prices: Book, team: Team, pia: Person, now: datetime
) -> None:
    part = make_move(team, wave=make_wave(team), status=Status.MOVING)
    calls.edit(call=part.call, version=part.call.version, fields={"requests": 1000}, by=pia.actor, at=now)
    part.refresh_from_db()
    saving = part.saving
    part = step(part, Status.MOVED, pia, now)
    call = Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields={"today_path": "batch"}, by=pia.actor, at=now)
    part.refresh_from_db()
    assert saving > 0
    assert (part.kind, part.saving, plan.totals().overall.sums.saving) == (Kind.STAY_BATCH, 0, 0)
    assert ledger.overall() == ledger.Sums(moves=1, saved=saving)


@pytest.mark.parametrize(("kind", "path", "sign"), [("stay_batch", "batch", 1), ("stay_real_time", "real_time", -1)])
def test_a_call_that_is_on_its_new_path_already_is_held_against_the_old_one(
    prices: Book, team: Team, pia: Person, now: datetime, kind: str, path: str, sign: int
) -> None:
    """The path was changed before somebody said that the move is done: the same requests on the other path."""
    label = "not_waiting" if sign > 0 else "waiting"
    part = make_move(team, wave=make_wave(team), status=Status.MOVING, label=label)
    fields = {"requests": 1000, "today_path": path}
    if path == "real_time":  # so that there is something to write
        Call.objects.filter(pk=part.call_id).update(today_path="batch")
    call = Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields=fields, by=pia.actor, at=now)
    part = Part.objects.select_related("call", "team").get(pk=part.pk)
    assert (part.kind, part.saving) == (kind, 0)
    step(part, Status.MOVED, pia, now)
    entry = Realised.objects.get()
    assert entry.saving * sign > 0
    assert (entry.cost_after, entry.priced_on) == (part.cost_target, timezone.localdate(now))


def test_what_is_taken_back_leaves_the_sum_and_stays_in_the_ledger(
    prices: Book, team: Team, pia: Person, now: datetime
) -> None:
    one, two = moved(team, pia, now, saving=10), moved(team, pia, now, saving=20)
    step(one, Status.WALKED_BACK, pia, now, reason="The desk reads it at once")
    step(two, Status.MOVING, pia, now)
    sums = ledger.told(today=TODAY).overall
    assert (sums.moves, sums.saved, sums.ended_moves, sums.ended) == (0, 0, 2, 30)
    why = {entry.part_id: entry.ended_why for entry in ledger_list.entries()}
    assert why == {one.pk: "The desk reads it at once", two.pk: "Not moved yet after all"}
    two = step(Part.objects.select_related("call", "team").get(pk=two.pk), Status.MOVED, pia, now)
    assert ledger.overall().saved == 20
    assert_history_tells_of_the_ledger()


def test_many_moves_enter_it_with_one_action(team: Team, pia: Person, now: datetime) -> None:
    wave = make_wave(team)
    parts = [make_move(team, saving=n, wave=wave, status=Status.MOVING) for n in (1, 2, 3)]
    moving.set_together(
        team=team, versions={part.pk: part.version for part in parts}, to=Status.MOVED, by=pia.actor, at=now
    )
    assert ledger.overall().saved == 6
    assert Action.objects.get().changes_count == 6
    assert_history_tells_of_the_ledger()


def test_what_stays_of_a_split_call_is_realised_once_with_the_first_that_moves(
    team: Team, pia: Person, now: datetime
) -> None:
    wave = make_wave(team)
    one = make_move(team, saving=100, wave=wave, status=Status.MOVING, in_split=True)
    told: dict[str, Any] = {"team": team, "in_split": True, "label": "waiting", "cost_today": 50}
    make_part(call=one.call, kind=Kind.STAY_REAL_TIME, cost_target=60, saving=-10, **told)
    two = make_part(
        call=one.call, kind=Kind.MOVE_TO_BATCH, cost_target=30, saving=20, wave=wave, status="moving", **told
    )
    Call.objects.filter(pk=one.call_id).update(is_split=True)
    left = [line.sums.left for line in ledger.told(today=TODAY).waves]
    assert left == [110] == [schedule.sums()[wave.pk].saving]
    step(one, Status.MOVED, pia, now)
    found = ledger.told(today=TODAY).overall
    assert (found.saved, found.left) == (90, 20)
    step(Part.objects.get(pk=two.pk), Status.MOVED, pia, now)
    found = ledger.told(today=TODAY).overall
    assert (found.saved, found.left) == (110, 0)


def test_what_is_done_and_what_is_left_make_up_the_saving_of_the_plan(team: Team, pia: Person, now: datetime) -> None:
    """Also where a split is in no wave yet, and where volume or prices changed after a move was done."""
    split = make_move(team, saving=100, in_split=True)
    told: dict[str, Any] = {"team": team, "in_split": True, "label": "waiting", "cost_today": 50, "cost_target": 60}
    make_part(call=split.call, kind=Kind.STAY_REAL_TIME, saving=-10, **told)
    Call.objects.filter(pk=split.call_id).update(is_split=True)
    assert ledger.told(today=TODAY).overall.left == plan.totals().overall.sums.saving == 90
    done = moved(team, pia, now, saving=30)
    Part.objects.filter(pk=done.pk).update(cost_today=1200, cost_target=1150, saving=50)
    Part.objects.filter(pk=split.pk).update(wave=make_wave(team), status=Status.MOVING)
    step(Part.objects.select_related("call", "team").get(pk=split.pk), Status.MOVED, pia, now)
    make_move(team, saving=7)
    sums = ledger.told(today=TODAY).overall
    assert (sums.saved, sums.still, sums.left) == (120, 140, 7)
    assert sums.still + sums.left == plan.totals().overall.sums.saving
    assert ledger.overall(team=team).still == sums.still
    file = BytesIO()
    exchange.export_plan(file, at=now)
    assert_realised_is_the_same(load_workbook(file, data_only=True), now)


def test_a_part_that_is_gone_or_retired_is_in_no_sum(team: Team, pia: Person, now: datetime) -> None:
    one, two = moved(team, pia, now), moved(team, pia, now)
    Part.objects.filter(pk=one.pk).update(is_live=False)
    Part.objects.filter(pk=two.pk).delete()
    assert ledger.overall() == ledger.Sums()
    assert {entry.name: entry.part for entry in ledger_list.entries()} == {
        one.name: one,
        two.name: None,
    } or one.name == two.name
    assert ledger_list.entries().count() == 2


def test_it_is_told_by_team_wave_and_month(team: Team, pia: Person, now: datetime) -> None:
    other = make_team(name="Search")
    early = datetime(2027, 2, 3, tzinfo=now.tzinfo)
    mine = moved(team, pia, early, saving=30)
    moved(other, pia, early + timedelta(days=31), saving=5)
    make_move(team, saving=7, wave_id=mine.wave_id, status="planned")
    make_move(team, saving=2)
    found = ledger.told(today=TODAY)
    assert {line.name: (line.sums.saved, line.sums.left) for line in found.teams} == {
        team.name: (30, 9),
        other.name: (5, 0),
    }
    assert [(line.name, line.sums.saved, line.sums.left) for line in found.waves][-1] == ("In no wave", 0, 2)
    assert [each.amount for each in found.left] == [44, 14, 9]
    assert found.late == 7
    assert sum(line.sums.saved for line in found.waves) == found.overall.saved == sum(ledger.by_team().values())
    assert ledger.by_wave(team) == {mine.wave_id: 30}
    assert ledger.overall(feature=mine.feature).saved == 30


def test_it_takes_the_same_queries_however_many_there_are(
    team: Team, pia: Person, now: datetime, django_assert_num_queries: Any
) -> None:
    for count in (1, 3):
        for _ in range(count):
            moved(team, pia, now)
        with django_assert_num_queries(7):
            ledger.told(today=TODAY)


@pytest.mark.parametrize("wrong", [{"saving": 1}, {"ended_why": "because"}])
def test_the_database_refuses_an_entry_that_cannot_be(
    team: Team, pia: Person, now: datetime, wrong: dict[str, Any]
) -> None:
    moved(team, pia, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Realised.objects.update(**wrong)
    entry = Realised.objects.get()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)
