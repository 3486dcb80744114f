"""No two ever wait for each other on PostgreSQL.

Whoever changes a record holds it, but not against others who merely point to it: what a new row points to is looked at
when the transaction ends, when it holds the head of the chain already. And everybody holds records in one order.
"""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from threading import Event

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import tasks
from inventory.domain.audit import Actor
from inventory.domain.wave import Terms
from inventory.exchange import call_file
from inventory.models import Action, Call, Feature, Frozen, Job, Person, PriceRow, Scenario, Team, staged
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.intake import taking, undo
from inventory.services.intake import upload as uploads
from inventory.services.people import account, people
from inventory.services.people import team as teams
from inventory.services.planning import arrangement
from inventory.services.planning import wave as waves
from inventory.services.prices import price_row, reprice
from inventory.services.talk import comment as comments
from inventory.services.undoing import built, putting
from inventory.services.versions import comparison, scenario
from tests import factories
from tests.services.plans import frozen

BY = Actor("command", "test")
ONE = {"name": "One", "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
FIELDS = {**ONE, "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time"}
HEAD = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock, taken at the start"),
]


@pytest.fixture
def call(team: Team, pia: Person) -> Call:
    return factories.make_call(feature=factories.make_feature(team=team, product_owner=pia))


@pytest.mark.parametrize("held", ["feature", "team", "person"])
def test_a_new_row_does_not_wait_for_whoever_changes_what_it_points_to(
    held: str, call: Call, pia: Person, now: datetime
) -> None:
    other = factories.make_team()

    def add() -> None:
        parts.split(call=call, version=1, parts=[ONE, ONE], by=BY, at=now)
        features.register(team=other, fields={"name": "Another"}, by=BY, at=now)
        comments.write(call=call, text="Look", token="0" * 32, person=pia, by=BY, at=now)

    with _held(held, call, pia):
        _in_another_session(add)
    assert call.parts.count() == 2


ORDER = ["wave", "repricing", "claudemodel", "person", "team", "feature", "call", "chainhead"]
WRITES: dict[str, Callable[[Call, Team, datetime], object]] = {
    "register a call": lambda call, other, at: calls.register(feature=call.feature, fields=FIELDS, by=BY, at=at),
    "change a call": lambda call, other, at: calls.edit(call=call, version=1, fields={"output": 1}, by=BY, at=at),
    "move a call": lambda call, other, at: calls.edit(
        call=call, version=1, fields={"feature": factories.make_feature(team=other)}, by=BY, at=at
    ),
    "move a feature": lambda call, other, at: features.edit(
        feature=call.feature, version=1, fields={"team": other}, by=BY, at=at
    ),
    "hand a feature over": lambda call, other, at: features.edit(
        feature=call.feature, version=1, fields={"team": other, "product_owner": factories.make_person()}, by=BY, at=at
    ),
    "deactivate an owner": lambda call, other, at: account.deactivate(
        person=Person.objects.get(pk=call.feature.product_owner_id),
        version=1,
        heir=factories.make_person(team=call.team, role="lead"),
        by=BY,
        at=at,
    ),
    "retire and restore a feature": lambda call, other, at: _there_and_back(call, at),
    "change a team": lambda call, other, at: teams.edit(
        team=call.team, version=1, name="New", one_side_enough=True, by=BY, at=at
    ),
    "write and resolve": lambda call, other, at: _talked(call, at),
    "re-price": lambda call, other, at: _reprice(at),
    "add a price": lambda call, other, at: price_row.add(
        fields={"model": _priced().model, "platform_id": "own", **PRICE}, reason="New", by=BY, at=at
    ),
    "plan and give up a wave": lambda call, other, at: _planned_and_given_up(call, at),
    "arrange moves": lambda call, other, at: _arranged(call, at),
    "take back": lambda call, other, at: _taken_back(call, other, at),
    "import a file": lambda call, other, at: _imported(call, at),
    "take back an import": lambda call, other, at: undo.undo(action=_imported(call, at), by=BY, at=at),
    "split a call": lambda call, other, at: parts.split(call=call, version=1, parts=[ONE, ONE], by=BY, at=at),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_everybody_holds_records_in_one_order(
    write: Callable[[Call, Team, datetime], object], call: Call, now: datetime
) -> None:
    other = factories.make_team()
    with CaptureQueriesContext(connection) as queries:
        write(call, other, now)
    transactions = "\n".join(each["sql"] for each in queries).split("COMMIT")
    for statements in transactions:
        held = re.findall(r'FROM "inventory_(\w+)"[^\n]* FOR (?:NO KEY )?UPDATE', statements)
        assert held == sorted(held, key=ORDER.index)


def test_others_write_while_a_version_is_copied_and_it_is_of_one_moment(
    call: Call, pia: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is split between the copies of calls and of parts is as it was in both, and nobody waits."""
    found, copied = staged.live_parts, staged.copy

    def meanwhile(scope: int) -> object:
        _in_another_session(lambda: parts.split(call=call, version=1, parts=[ONE, ONE], by=BY, at=now))
        return found(scope)

    def later(number: int) -> None:
        copied(number)
        _in_another_session(lambda: parts.unsplit(call=call, version=2, reason="No", by=BY, at=now))

    before = call.parts.get().pk
    monkeypatch.setattr(staged, "live_parts", meanwhile)
    monkeypatch.setattr(staged, "copy", later)
    assert frozen(pia, now).state == "done"
    kept = Frozen.objects.get()
    assert [row.is_split for row in kept.call_rows.all()] == [False]
    assert [row.part_id for row in kept.part_rows.all()] == [before]
    assert call.parts.count() == 1


def test_a_comparison_with_now_is_of_one_moment(call: Call, pia: Person, now: datetime) -> None:
    """Read chunk by chunk while others write: what is written after it began is not in it."""
    other = factories.make_call(feature=call.feature)
    assert frozen(pia, now).state == "done"
    job = jobs.enqueue(kind="compare_plans", params={}, by=BY, at=now, person=pia)
    held = jobs.claim(pk=job.pk, worker="one", at=timezone.now())
    assert held is not None

    def meanwhile(done: int, total: int) -> None:
        call.refresh_from_db()
        edit = {"call": call, "version": call.version, "fields": {"output": call.output + 1}}
        _in_another_session(lambda: calls.edit(**edit, by=BY, at=now))
        calls.retire(call=other, version=1, reason="", by=BY, at=now) if not done else None

    found = comparison.work_out(job=held, first=Frozen.objects.get(), second=None, told=meanwhile)
    assert (found.calls, found.lines.count()) == (2, 0)


def test_nobody_builds_on_an_import_while_it_is_taken_back(
    call: Call, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feature it made or changed is held as much as its calls: an edit that came between would be lost."""
    action, looked = _imported(call, now), undo.reasons

    def meanwhile(action: Action) -> list[str]:
        found = looked(action)
        for feature in Feature.objects.filter(name="Feature") if connection.in_atomic_block else ():
            edit = {"feature": feature, "version": 1, "fields": {"description": "Mine"}, "by": BY, "at": now}
            with pytest.raises(OperationalError):  # it waits
                _in_another_session(lambda edit=edit: features.edit(**edit))
        return found

    monkeypatch.setattr(undo, "reasons", meanwhile)
    assert undo.undo(action=action, by=BY, at=now) is not None
    assert not Feature.objects.filter(name="Feature").exists()


def test_what_is_pressed_twice_at_once_is_started_once(call: Call, pia: Person, now: datetime) -> None:
    """The second waits for the first, and then sees the job it has begun."""
    file = f"{HEAD}\n{call.team},{call.feature},new,New,{call.model},9,900000,9".encode()
    upload = uploads.keep(person=pia, name="calls.csv", data=file, at=timezone.now())
    tasks.run_job(uploads.read(upload=upload, by=BY, at=timezone.now()).pk)
    plan = scenario.register(team=call.team, fields={"name": "One"}, by=BY, at=now, person=pia)
    tasks.run_job(Job.objects.latest("pk").pk)

    def confirm() -> object:
        return uploads.confirm(upload=upload, by=BY, at=timezone.now())

    with _begun_elsewhere(confirm), pytest.raises(uploads.NotNow):
        confirm()
    again = partial(scenario.ask_again, scenario=plan, by=BY, at=now, person=pia)
    with _begun_elsewhere(again):
        again()
    counts = [Job.objects.filter(kind=kind).count() for kind in ("import_inventory", "work_out_scenario")]
    assert counts == [1, 2]


def test_nobody_who_was_deactivated_meanwhile_becomes_an_owner(call: Call, pia: Person, now: datetime) -> None:
    """By a new feature, an edit, or by taking one back: each waits for who deactivates, and sees then that they are
    gone."""
    heir, gone = factories.make_person(team=call.team, role="lead"), factories.make_person()
    left = factories.make_person()
    feature = call.feature

    def leaves(person: Person) -> Callable[[], object]:
        return partial(account.deactivate, person=person, version=1, heir=None, by=BY, at=now)

    with _begun_elsewhere(leaves(left)), pytest.raises(features.OwnerGone):
        features.register(team=call.team, fields={"name": "New", "engineering_owner": left}, by=BY, at=now)
    with _begun_elsewhere(leaves(gone)), pytest.raises(features.OwnerGone):
        features.edit(feature=feature, version=1, fields={"product_owner": gone}, by=BY, at=now)
    features.edit(feature=feature, version=1, fields={"product_owner": heir}, by=BY, at=now)
    action = Action.objects.latest("seq")
    stamp = built.look(action).stamp
    with _begun_elsewhere(leaves(pia)), pytest.raises((putting.Refused, putting.ChangedMeanwhile)):
        putting.take_back(action=action, keys=None, stamp=stamp, reason="No", by=BY, at=now)
    feature.refresh_from_db()
    assert feature.product_owner == heir


def test_whoever_deactivates_waits_for_whoever_makes_them_an_owner(call: Call, now: datetime) -> None:
    person, owner = factories.make_person(), factories.make_person()
    hand_over = partial(features.edit, feature=call.feature, version=1, fields={"product_owner": person}, by=BY, at=now)
    begin = partial(features.register, team=call.team, fields={"name": "New", "product_owner": owner}, by=BY, at=now)
    for makes, who in ((hand_over, person), (begin, owner)):
        with _begun_elsewhere(makes), pytest.raises(account.HeirNeeded):
            account.deactivate(person=who, version=1, heir=None, by=BY, at=now)


def test_two_at_once_do_not_make_one_scenario_too_many(
    call: Call, pia: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "MOST", 1)

    def make(name: str) -> object:
        return scenario.register(team=call.team, fields={"name": name}, by=BY, at=now, person=pia)

    with _begun_elsewhere(partial(make, "One")), pytest.raises(scenario.TooMany):
        make("Two")
    assert Scenario.objects.count() == 1


PRICE = {
    "platform": "anthropic", "valid_from": date(2026, 12, 1), "as_of": date(2026, 11, 1), "source": "a test",
    "input": 1, "output": 1, "write_5m": 1, "write_1h": 1, "read": 1,
}  # fmt: skip


def _priced() -> PriceRow:
    return PriceRow.objects.first() or factories.make_price()


def _reprice(at: datetime) -> None:
    """Staged and applied: the call has no amounts yet."""
    _priced()
    job = jobs.enqueue(kind="reprice", params={}, by=BY, at=at)
    held = jobs.claim(pk=job.pk, worker="one", at=at)
    assert held is not None
    found = reprice.stage(job=held, on=timezone.localdate(at), at=at, told=lambda done, total: None)
    assert reprice.apply(repricing=found, reason="New", by=BY, at=at) is not None


def _imported(call: Call, at: datetime) -> Action:
    """A call that changes, a new one beside it, and a new team."""
    cells = f"{call.name},{call.model},9,900000,9,anthropic"
    homes = (f"{call.team},{call.feature},{call.key}", f"{call.team},{call.feature},new", "Another,Feature,other")
    file = call_file.read("\n".join([f"{HEAD},provider", *(f"{home},{cells}" for home in homes)]).encode())
    summary = taking.import_inventory(file=file, name="calls.csv", by=BY, at=at)
    assert (summary.new_calls, summary.changed) == (2, 1)
    return Action.objects.get(seq=summary.seq)


def _there_and_back(call: Call, at: datetime) -> None:
    gone = features.retire(feature=call.feature, version=1, reason="No", with_calls=True, by=BY, at=at)
    features.restore(feature=gone, version=gone.version, by=BY, at=at)


def _talked(call: Call, at: datetime) -> None:
    person = factories.make_person()
    who = {"person": person, "by": person.actor, "at": at}
    first = comments.write(call=call, text="Look", token="a" * 32, **who)
    comments.reply(thread=first, text="Yes", token="b" * 32, **who)
    comments.resolve(thread=first, **who)


def _planned_and_given_up(call: Call, at: datetime) -> None:
    wave = waves.register(team=call.team, fields={"name": "One"}, by=BY, at=at)
    part = call.parts.get()
    arrangement.put(team=call.team, versions={part.pk: part.version}, wave=wave, by=BY, at=at)
    waves.edit(wave=wave, version=1, fields={"ramp_months": 2}, by=BY, at=at)
    waves.retire(wave=wave, version=2, reason="No", by=BY, at=at)


def _arranged(call: Call, at: datetime) -> None:
    call.parts.update(kind="move_to_batch", saving=1)
    terms = Terms(1, date(2027, 1, 1), 1, 0)
    token = arrangement.proposal(team=call.team, terms=terms).token
    arrangement.arrange(team=call.team, terms=terms, token=token, by=BY, at=at)


def _taken_back(call: Call, other: Team, at: datetime) -> None:
    """Each of these as soon as it is done."""
    for act in (
        lambda: _planned_and_given_up(call, at),
        lambda: calls.edit(call=call, version=call.version, fields={"output": 1}, by=BY, at=at),
        lambda: features.edit(
            feature=call.feature, version=1, fields={"team": other, "product_owner": None}, by=BY, at=at
        ),
        lambda: teams.edit(team=call.team, version=1, name="New", one_side_enough=True, by=BY, at=at),
    ):
        act()
        action = Action.objects.latest("seq")
        stamp = built.look(action).stamp
        putting.take_back(action=action, keys=None, stamp=stamp, reason="No", by=BY, at=at)
        call.refresh_from_db()


@contextmanager
def _held(name: str, call: Call, person: Person) -> Iterator[None]:
    hold: dict[str, Callable[[], object]] = {
        "feature": lambda: features._locked(call.feature),
        "team": lambda: teams._locked(call.team),
        "person": lambda: people.locked(person.pk),
    }
    with transaction.atomic():
        hold[name]()
        yield


def _in_another_session(work: Callable[[], None]) -> None:
    """Fails instead of waiting for ever."""

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
            work()
        finally:
            connections.close_all()
            connection.close_pool()  # type: ignore[attr-defined]

    with ThreadPoolExecutor(1) as other:
        other.submit(run).result()


@contextmanager
def _begun_elsewhere(work: Callable[[], object]) -> Iterator[None]:
    """Another session has done it, and commits a moment later than it is done here."""
    done = Event()

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                done.set()
                time.sleep(0.5)
        finally:
            connections.close_all()
            connection.close_pool()  # type: ignore[attr-defined]

    with ThreadPoolExecutor(1) as other:
        ended = other.submit(run)
        assert done.wait(10)
        yield
        ended.result()
