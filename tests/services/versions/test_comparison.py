"""Two versions compared: the reasons are found, and add up to the whole difference to the micro-dollar."""

import random
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import tasks
from inventory.domain.difference import Amounts, Reason, added
from inventory.models import Call, ComparedLine, Comparison, Frozen, Part, Person, PriceRow, Wave
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.files import frozen_book
from inventory.services.prices import pricing
from inventory.services.versions import comparison, plan_then
from tests import factories
from tests.bench import build
from tests.services.plans import BY, Registered, frozen, move

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices")]


def compared(person: Person, now: datetime, first: Frozen, second: Frozen | None = None) -> Comparison:
    params = {"first": first.pk, "second": second.pk if second else None}
    job = jobs.enqueue(kind="compare_plans", params=params, by=person.actor, at=now, person=person)
    assert tasks.run_job(job.pk)
    return Comparison.objects.get(job=job)


def by_reason(found: Comparison) -> dict[Reason, Amounts]:
    return {reason: amounts for reason, _, amounts in comparison.by_reason(found)}


def edit(call: Call, now: datetime, **fields: object) -> None:
    call.refresh_from_db()
    calls.edit(call=call, version=call.version, fields=fields, by=BY, at=now)


def dearer(now: datetime, model: str = "claude-sonnet-5-5") -> None:
    """Twice the price, from a row of its own."""
    for row in PriceRow.objects.valid_on(now.date()).filter(model__key=model, platform="anthropic"):
        PriceRow.objects.filter(pk=row.pk).update(valid_to=now.date())
        row.pk, row.valid_from, row.valid_to = None, now.date(), None
        for name in PriceRow.PRICES:
            setattr(row, name, getattr(row, name) and getattr(row, name) * 2)
        row.save(force_insert=True)
    pricing._book.cache_clear()


def test_effort_risk_and_readiness_that_changed_are_told_and_change_no_amount(
    registered: Registered, pia: Person, now: datetime
) -> None:
    same, risky, other = (registered(cacheable_prefix=0).parts.get() for _ in range(3))
    for part in (same, risky, other):
        move(part)
    frozen(pia, now)
    Part.objects.filter(pk=risky.pk).update(
        risk_set=4, risk_why="It was missed before", ready_set="not_ready", ready_why="Not tried yet"
    )
    other.refresh_from_db()
    other.label, other.guard = "waiting", True  # another move: its label says it
    other.save()
    pricing.apply(other.call, [other], book=pricing.book(now.date()))
    other.save(), other.call.save()
    found = compared(pia, now, Frozen.objects.get())
    told = {(line.part_id, line.reason): line for line in found.lines.all()}
    assert told.keys() == {(risky.pk, "weight"), (other.pk, "label")}
    line = told[risky.pk, "weight"]
    assert line.said == "risk 1 → 4; readiness: ready → not ready"
    assert (line.today, line.after, line.planned, line.size) == (0, 0, 0, 0)
    was, is_now = comparison.sums(found)
    assert added(by_reason(found).values()) == is_now.less(was)


def test_nothing_differs_right_after_freezing(registered: Registered, pia: Person, now: datetime) -> None:
    move(registered().parts.get())
    registered(model="home-made")
    frozen(pia, now)
    found = compared(pia, now, Frozen.objects.get())
    assert not found.lines.exists()
    assert by_reason(found) == {}
    was, is_now = comparison.sums(found)
    assert was == is_now != Amounts()


def test_each_difference_is_told_under_its_reason(registered: Registered, pia: Person, now: datetime) -> None:
    plain = {"cacheable_prefix": 0}
    volume, tokens, label, gone, split, waves = (registered(**plain) for _ in range(6))
    move(waves.parts.get())
    frozen(pia, now)
    edit(volume, now, requests=1100)
    edit(tokens, now, output=900)
    move(label.parts.get())
    gone.refresh_from_db()
    calls.retire(call=gone, version=gone.version, reason="", by=BY, at=now)
    half = {"name": "Half", "requests": 500, "uncached_input": 6000, "cacheable_prefix": 0, "output": 800}
    split.refresh_from_db()
    parts.split(call=split, version=split.version, parts=[half, {**half, "name": "Other"}], by=BY, at=now)
    wave = Wave.objects.create(team=waves.team, name="First", starts_on=date(2027, 3, 1))
    Part.objects.filter(call=waves).update(wave=wave, status="planned")
    registered(**plain)

    found = compared(pia, now, Frozen.objects.get())

    # 6,000 in at $2 and 800 out at $10 a million are $20 a month for 1,000 requests.
    assert by_reason(found) == {
        Reason.VOLUME: Amounts(2_000_000, 2_000_000),
        Reason.TOKENS: Amounts(1_000_000, 1_000_000),
        Reason.LABEL: Amounts(0, -10_000_000),
        Reason.SPLIT: Amounts(0, 0),
        Reason.WAVE: Amounts(0, 0, 10_000_000),
        Reason.NEW: Amounts(20_000_000, 20_000_000),
        Reason.GONE: Amounts(-20_000_000, -20_000_000),
    }
    told = dict(found.lines.values_list("reason", "said"))
    assert told["volume"] == "1,000 → 1,100 requests a month"
    assert told["wave"] == "no wave → First, from March 2027; no status → Planned"
    assert told["split"] == "whole → 2 parts"


def test_a_price_that_changed_is_told_apart_from_a_volume_that_grew(
    registered, pia: Person, now: datetime, monkeypatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    call = registered(cacheable_prefix=0)
    frozen(pia, now)
    dearer(now)
    edit(call, now, requests=2000)
    frozen(pia, now)
    first, second = Frozen.objects.order_by("number")
    found = compared(pia, now, first, second)
    assert by_reason(found) == {
        Reason.PRICE: Amounts(20_000_000, 20_000_000),
        Reason.VOLUME: Amounts(40_000_000, 40_000_000),
    }
    assert comparison.find(first, second) == found
    assert comparison.find(second, first) is None


def test_the_price_of_a_model_that_only_a_part_is_planned_on_is_told_as_price(
    registered, pia: Person, now: datetime, monkeypatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    call = registered(cacheable_prefix=0)
    call.is_split = True
    own = [call.parts.get(), factories.make_part(call=call, position=1, model="claude-haiku-4-5")]
    for part in own:
        part.call, part.label, part.state, part.in_split = call, "waiting", "agreed", True

    def priced() -> None:
        pricing.apply(call, own, book=pricing.book(now.date()))
        for record in (call, *own):
            record.save()
        frozen(pia, now)

    priced()
    dearer(now, "claude-haiku-4-5")
    priced()
    # 6,000 in at $1 and 800 out at $5 a million are $10 a month for 1,000 requests, and twice that then.
    assert by_reason(compared(pia, now, *Frozen.objects.order_by("number"))) == {Reason.PRICE: Amounts(0, 10_000_000)}


def test_reasons_add_up_on_plans_nobody_arranged_also_chunk_by_chunk(
    registered, pia: Person, now: datetime, monkeypatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    monkeypatch.setattr(plan_then, "CHUNK", 3)
    chance = random.Random(5)
    for _ in range(10):
        registered(
            requests=chance.randrange(10**6),
            model=chance.choice(["claude-sonnet-5-5", "home-made", "claude-haiku-4-5"]),
        )
    frozen(pia, now)
    for call in Call.objects.order_by("pk"):
        if chance.random() < 0.3:
            calls.retire(call=call, version=call.version, reason="", by=BY, at=now)
        elif chance.random() < 0.7:
            edit(call, now, requests=chance.randrange(10**6), output=chance.randrange(5000), model="claude-haiku-4-5")
        else:
            move(call.parts.get())
    dearer(now)
    registered()
    frozen(pia, now)
    first, second = Frozen.objects.order_by("number")

    found = compared(pia, now, first, second)

    was, is_now = comparison.sums(found)
    assert [(side.today, side.after, side.planned) for side in (was, is_now)] == [
        (each.today, each.after, each.planned) for each in (first, second)
    ]
    lines = ComparedLine.objects.filter(comparison=found)
    assert added(Amounts(*each) for each in lines.values_list("today", "after", "planned")) == is_now.less(was)
    assert added(by_reason(found).values()) == is_now.less(was)
    assert found.calls == Call.objects.count()


@pytest.mark.parametrize("with_now", [True, False])
def test_a_killed_comparison_goes_on_behind_its_last_chunk_or_sets_the_plan_aside_anew(
    registered, pia: Person, now: datetime, monkeypatch, with_now: bool
) -> None:
    monkeypatch.setattr(plan_then, "CHUNK", 2)
    for _ in range(5):
        registered()
    frozen(pia, now)
    for call in Call.objects.order_by("pk"):
        edit(call, now, output=900)
    frozen(pia, now)
    first, again = Frozen.objects.order_by("number")
    second = None if with_now else again
    job = jobs.enqueue(kind="compare_plans", params={}, by=pia.actor, at=now, person=pia)
    claimed = jobs.claim(pk=job.pk, worker="one", at=timezone.now())

    def dies(done: int, total: int) -> None:
        if done:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        comparison.work_out(job=claimed, first=first, second=second, told=dies)
    assert Comparison.objects.get(job=job).lines.count() == 2
    told: list[int] = []
    found = comparison.work_out(job=claimed, first=first, second=second, told=lambda done, total: told.append(done))
    assert (found.lines.count(), found.calls) == (5, 5)
    assert told[0] == (0 if with_now else 2)


def test_no_query_of_its_export_is_open_while_it_tells(registered, pia: Person, now: datetime, monkeypatch) -> None:
    """On SQLite what is told could not be written once somebody else has."""
    monkeypatch.setattr(frozen_book, "AT_ONCE", 2)
    for _ in range(5):
        registered()
    frozen(pia, now)
    for call in Call.objects.order_by("pk"):
        edit(call, now, output=900)
    found = compared(pia, now, Frozen.objects.get())
    told: list[tuple[int, int, int]] = []
    with CaptureQueriesContext(connection) as queries:
        frozen_book.export_comparison(
            BytesIO(), found=found, told=lambda done, total: told.append((done, total, len(queries)))
        )
    assert [(done, total) for done, total, _ in told] == [(2, 5), (4, 5)]
    assert told[0][2] < told[1][2] < len(queries)  # each lot is asked for by itself


def test_plans_of_different_teams_are_not_compared(registered, pia: Person, now: datetime) -> None:
    team = registered().team
    registered(feature=factories.make_feature())
    frozen(pia, now, team=team)
    frozen(pia, now)
    with pytest.raises(comparison.OtherScope):
        comparison.find(*Frozen.objects.order_by("pk"))


def test_what_was_compared_with_the_plan_of_then_is_forgotten_after_a_week(
    registered, pia: Person, now: datetime
) -> None:
    registered()
    frozen(pia, now)
    compared(pia, now, Frozen.objects.get())
    comparison.drop_old(at=timezone.now())
    assert Comparison.objects.count() == 1
    comparison.drop_old(at=timezone.now() + jobs.KEEP)
    assert Comparison.objects.count() == 0


@pytest.mark.soak
def test_reasons_add_up_on_thousands_of_calls_changed_at_random(pia: Person, monkeypatch) -> None:
    """Frozen, changed in every way the columns allow, re-priced where that is due, and compared in chunks."""
    build.inventory(3000)
    at, chance = timezone.now(), random.Random(7)
    frozen(pia, at)
    book = pricing.book(timezone.localdate(at))
    wave = Wave.objects.create(team=Call.objects.all()[0].team, name="First", starts_on=date(2027, 3, 1))
    for call in Call.objects.select_related("team").order_by("pk"):
        own = list(call.parts.order_by("position"))
        for record in (call, *own):
            record.requests = chance.choice([record.requests, chance.randrange(10**7)])
            record.hit_share = chance.choice([record.hit_share, Decimal("0.5")])
        call.model = chance.choice([call.model, call.model, "claude-opus-5-5", "nobody-knows"])
        call.today_path = chance.choice(["real_time", "batch"])
        for part in own:
            part.label, part.state = chance.choice(
                [("", "disputed"), ("waiting", "agreed"), ("not_waiting", "settled")]
            )
            part.wave = chance.choice([None, wave])
        if not call.is_split and chance.random() < 0.1:
            call.is_split = True
            own.append(factories.make_part(call=call, position=1))
        if chance.random() < 0.8:  # the others' amounts are by facts nobody knows any more
            pricing.apply(call, own, book=book)
        call.retired_at = chance.choice([None, None, None, at])
        for part in own:
            part.is_live = call.retired_at is None
            part.save()
        call.save()
    frozen(pia, at)
    first, second = Frozen.objects.order_by("number")
    found = compared(pia, at, first, second)
    was, is_now = comparison.sums(found)
    assert [tuple(side) for side in (was, is_now)] == [(e.today, e.after, e.planned) for e in (first, second)]
    lines = ComparedLine.objects.filter(comparison=found).values_list("today", "after", "planned")
    assert added(Amounts(*each) for each in lines) == added(by_reason(found).values()) == is_now.less(was)
    assert set(by_reason(found)) == set(Reason) - {Reason.NEW}
    live = compared(pia, at, second)
    assert [reason for reason, _, _ in comparison.by_reason(live)] == []
