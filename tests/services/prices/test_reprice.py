"""Re-pricing: staged chunk by chunk, looked at, applied once as one action, with the old figures in history."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory import tasks
from inventory.domain.audit import Actor
from inventory.models import Action, Call, Job, Part, Person, PriceRow, Repricing, StagedPrice, Trace
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.history import replay, verification
from inventory.services.prices import behind, price_load, price_use, pricing, reprice, repriced
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices", "same_day")]
BY = Actor("command", "test")
ON = date(2026, 11, 22)
FIELDS = {
    "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time", "requests": 1000,
    "uncached_input": 6000, "cacheable_prefix": 0, "output": 800,
}  # fmt: skip
AMOUNTS = ("kind", "why", "cost_today", "cost_target", "saving", "possible", "doubts")


@pytest.fixture
def same_day(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Jobs ask the clock themselves."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


@pytest.fixture
def registered(team, now: datetime) -> Callable[..., Call]:
    feature = factories.make_feature(team=team)

    def register(**fields: object) -> Call:
        number = Call.objects.count()
        given = {**FIELDS, "key": f"c-{number}", "name": f"Call {number}", **fields}
        return calls.register(feature=feature, fields=given, by=BY, at=now)

    return register


def dearer(factor: int = 2, model: str = "claude-sonnet-5-5") -> None:
    """The price of a model on the Claude API, changed, and told as the services do."""
    row = PriceRow.objects.valid_on(ON).get(platform="anthropic", model__key=model)
    for name in PriceRow.PRICES:
        setattr(row, name, getattr(row, name) and getattr(row, name) * factor)
    row.save()
    pricing._book.cache_clear()


def staged(person: Person, now: datetime, on: date = ON) -> Repricing:
    job = jobs.enqueue(kind="reprice", params={"on": on.isoformat()}, by=person.actor, at=now, person=person)
    assert tasks.run_job(job.pk)
    return Repricing.objects.get(job=job)


def applied(found: Repricing, person: Person, now: datetime) -> Job:
    job = reprice.confirm(repricing=found, reason="New list", by=person.actor, at=now, person=person)
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    return job


def stored() -> dict[str, list[tuple[object, ...]]]:
    return {
        "calls": list(Call.objects.order_by("pk").values_list("kind", "cost_today", "cost_target")),
        "parts": list(Part.objects.order_by("pk").values_list(*AMOUNTS)),
    }


def disagreeing() -> list[str]:
    """Where the chain is broken, or a call or part is not as history left it; fixtures themselves leave no action."""
    broken = [str(finding) for finding in verification.verify().findings if finding.seq is not None]
    return broken + [str(each) for each in replay.differences() if each.record.startswith(("call ", "part "))]


def test_a_dry_run_changes_nothing_and_tells_all(registered, admin: Person, now: datetime) -> None:
    registered(), registered(requests=2000), registered(model="claude-haiku-4-5"), registered(model="home-made")
    before, actions = stored(), Action.objects.count()
    dearer()

    found = staged(admin, now)

    assert stored() == before
    assert Action.objects.count() == actions + 1  # that somebody asked for the job
    assert (found.calls, found.parts) == (4, 4)
    told = repriced.report(found)
    # 1,000 requests: 6,000 in at $2, 800 out at $10 a million are $20 a month; twice that now.
    assert (told.calls, told.parts, told.overall.today, told.overall.saving) == (2, 2, 60_000_000, 0)
    assert [(group.name, group.parts, group.today, group.after) for group in told.teams] == [
        ("Documents", 2, 60_000_000, 60_000_000)
    ]
    assert [(group.name, group.today) for group in told.models] == [("claude-sonnet-5-5", 60_000_000)]
    assert [(each.name, each.today, each.cost_today) for each in told.dearest] == [
        ("Call 1", 40_000_000, 80_000_000), ("Call 0", 20_000_000, 40_000_000)
    ]  # fmt: skip
    assert "2 parts of 2 calls would change, of 4 looked at" in found.job.__class__.objects.get(pk=found.job_id).message


def test_applying_is_one_action_with_every_change_and_history_keeps_the_old(registered, admin, now) -> None:
    first, untouched = registered(), registered(model="claude-haiku-4-5")
    versions = {call.pk: call.version for call in (first, untouched)}
    dearer()

    job = applied(staged(admin, now), admin, now)

    first.refresh_from_db(), untouched.refresh_from_db()
    assert (job.state, first.cost_today, first.parts.get().cost_today) == ("done", 40_000_000, 40_000_000)
    assert (first.version, untouched.version) == (versions[first.pk] + 1, versions[untouched.pk])
    action = Action.objects.get(kind="pricing.reprice")
    assert (action.reason, action.changes_count, action.effect_today, action.effect_saving, action.effect_possible) == (
        "New list", 2, 20_000_000, 0, 10_000_000
    )  # fmt: skip
    assert (
        action.changes.get(record="part").before == '{"cost_target":20000000,"cost_today":20000000,"possible":10000000}'
    )
    fields = {"part.cost_today", "part.cost_target", "part.possible", "call.cost_today", "call.cost_target"}
    assert set(Trace.objects.filter(seq=action.seq).values_list("word", flat=True)) == fields
    assert disagreeing() == []
    assert not StagedPrice.objects.exists()
    assert behind.found(on=ON).calls == 0


def test_calls_whose_amounts_stay_are_by_the_new_prices_too(registered, admin, now) -> None:
    """A dearer price of what a call does not use changes no amount of it."""
    registered(), registered(requests=0)
    dearer()
    assert behind.found(on=ON).calls == 2

    applied(staged(admin, now), admin, now)

    assert behind.found(on=ON).calls == 0
    assert list(Call.objects.order_by("pk").values_list("version", flat=True)) == [2, 1]


HALF = {"requests": 500, "uncached_input": 6000, "cacheable_prefix": 0, "output": 800}


@pytest.mark.parametrize("requests", [500, 0], ids=["its amount differs", "its amount stays"])
def test_a_call_is_behind_for_the_model_of_one_part_alone(registered, admin, now, requests: int) -> None:
    call = registered()
    registered()
    rows = [{"name": "One", **HALF}, {"name": "Two", **HALF, "model": "claude-haiku-4-5"}]
    parts.split(call=call, version=1, parts=rows, by=BY, at=now)
    Part.objects.filter(call=call, position=1).update(requests=requests)
    applied_none = staged(admin, now)  # what the update made of it
    if applied_none.rows.exists():
        applied(applied_none, admin, now)
    assert behind.found(on=ON).calls == 0
    haiku = PriceRow.objects.valid_on(ON).get(platform="anthropic", model__key="claude-haiku-4-5")
    assert price_use.is_used(haiku, on=ON)

    dearer(model="claude-haiku-4-5")
    assert behind.found(on=ON) == behind.Behind(1, 2, ON)

    found = staged(admin, now)
    if requests:
        assert found.report["parts"] == 1
        applied(found, admin, now)
    assert behind.found(on=ON).calls == 0


def test_what_applies_is_what_pricing_each_call_anew_gives(registered, admin, now) -> None:
    whole, split = registered(), registered(requests=5000)
    half = {"requests": 2500, "uncached_input": 6000, "cacheable_prefix": 0, "output": 800}
    parts.split(
        call=split, version=1, parts=[{"name": "One", **half}, {"name": "Two", **half, "output": 80_000}], by=BY, at=now
    )
    Part.objects.filter(call=whole).update(label="not_waiting", state="agreed")
    dearer(3)

    applied(staged(admin, now), admin, now)

    book = pricing.book(ON)
    for call in Call.objects.select_related("team"):
        own = list(call.parts.order_by("position"))
        before = (
            [[getattr(part, name) for name in AMOUNTS] for part in own],
            call.cost_today,
            call.cost_target,
            call.kind,
        )
        pricing.apply(call, own, book=book)
        after = (
            [[getattr(part, name) for name in AMOUNTS] for part in own],
            call.cost_today,
            call.cost_target,
            call.kind,
        )
        assert before == after


def test_a_move_that_batch_makes_dearer_changes_kind_and_is_counted(registered, admin, now) -> None:
    part = registered().parts.get()
    Part.objects.filter(pk=part.pk).update(
        label="not_waiting", state="agreed", kind="move_to_batch", cost_target=10_000_000
    )
    PriceRow.objects.filter(platform="anthropic", model__key="claude-sonnet-5-5").update(
        batch_input=9_000_000, batch_output=90_000_000
    )
    pricing._book.cache_clear()

    found = staged(admin, now)

    assert repriced.report(found).kinds == [("Move to batch", "Stay real time", 1)]


def test_a_killed_worker_goes_on_where_it_stopped(registered, admin, now, monkeypatch) -> None:
    for _ in range(5):
        registered()
    dearer()
    monkeypatch.setattr(reprice, "CHUNK", 2)
    job = jobs.enqueue(kind="reprice", params={"on": "2026-11-22"}, by=BY, at=now)
    held = jobs.claim(pk=job.pk, worker="one", at=now)
    seen: list[int] = []

    def dies(done: int, total: int) -> None:
        seen.append(done)
        if done == 4:
            raise SystemExit

    with pytest.raises(SystemExit):
        reprice.stage(job=held, on=ON, at=now, told=dies)
    again = jobs.claim(pk=job.pk, worker="two", at=now + timedelta(minutes=3))
    with pytest.raises(jobs.Lost):  # the first one, thought dead, comes back
        reprice.stage(job=held, on=ON, at=now, told=lambda done, total: None)
    found = reprice.stage(job=again, on=ON, at=now, told=lambda done, total: seen.append(done))

    assert seen == [0, 2, 4, 4]
    assert (found.calls, found.parts, found.rows.count()) == (5, 5, 10)
    assert sorted(found.rows.of_parts().values_list("call_id", flat=True)) == sorted(
        Call.objects.values_list("pk", flat=True)
    )


def test_cancelling_keeps_nothing(registered, admin, now) -> None:
    registered()
    dearer()
    job = jobs.enqueue(kind="reprice", params={"on": "2026-11-22"}, by=BY, at=now)
    held = jobs.claim(pk=job.pk, worker="one", at=now)
    Job.objects.filter(pk=job.pk).update(cancel_asked=True)

    tasks.carry(held)

    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert not Repricing.objects.exists()


def test_what_was_written_since_is_computed_anew(registered, admin, now) -> None:
    edited, retired, other = registered(), registered(), registered()
    dearer()
    found = staged(admin, now)
    calls.edit(call=edited, version=edited.version, fields={"requests": 10}, by=BY, at=now)
    calls.retire(call=retired, version=retired.version, reason="Gone", by=BY, at=now)
    # Written behind the price's back: its amounts are still those of before.
    Part.objects.filter(call=other).update(version=7, output=0)
    Call.objects.filter(pk=other.pk).update(version=9, output=0)

    applied(found, admin, now)

    for call in (edited, retired, other):
        call.refresh_from_db()
    assert (edited.cost_today, retired.cost_today, other.cost_today) == (400_000, 20_000_000, 24_000_000)
    action = Action.objects.get(kind="pricing.reprice")
    assert set(action.changes.values_list("record", "record_id")) == {
        ("call", str(other.pk)), ("part", str(other.parts.get().pk))
    }  # fmt: skip


def test_nothing_to_change_writes_nothing(registered, admin, now) -> None:
    call = registered()
    Call.objects.update(priced_by="", priced_on=None)
    assert behind.found(on=ON) == behind.Behind(1, 1, None)
    versions = list(Call.objects.values_list("version", flat=True))
    actions = Action.objects.count()

    found = staged(admin, now)

    assert (found.report["parts"], behind.found(on=ON).calls) == (0, 0)
    with pytest.raises(reprice.NotReady):
        reprice.confirm(repricing=found, reason="Why", by=admin.actor, at=now, person=admin)
    assert Action.objects.count() == actions + 1
    assert list(Call.objects.values_list("version", flat=True)) == versions
    call.refresh_from_db()
    assert call.priced_on == ON


def test_all_of_it_undone_meanwhile_leaves_no_action(registered, admin, now) -> None:
    call = registered()
    dearer()
    found = staged(admin, now)
    calls.retire(call=call, version=call.version, reason="Gone", by=BY, at=now)

    job = applied(found, admin, now)

    assert (job.state, job.message) == ("done", "Nothing differed any more: nothing was written.")
    assert not Action.objects.filter(kind="pricing.reprice").exists()


def test_it_is_confirmed_once_and_applied_once(registered, admin, now) -> None:
    registered()
    dearer()
    found = staged(admin, now)
    first = reprice.confirm(repricing=found, reason="One", by=admin.actor, at=now, person=admin)
    with pytest.raises(reprice.ConfirmedAlready) as refusal:
        reprice.confirm(repricing=found, reason="Two", by=admin.actor, at=now, person=admin)
    assert refusal.value.job == first
    tasks.run_job(first.pk)
    with pytest.raises(reprice.NotReady):
        reprice.apply(repricing=found, reason="Again", by=admin.actor, at=now)
    assert Action.objects.filter(kind="pricing.reprice").count() == 1


def test_a_worker_that_dies_while_applying_loses_and_doubles_nothing(registered, admin, now, monkeypatch) -> None:
    registered()
    dearer()
    found = staged(admin, now)
    before = stored()
    job = reprice.confirm(repricing=found, reason="One", by=admin.actor, at=now, person=admin)
    finish = jobs.finish

    def dies(*given: object, **named: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(jobs, "finish", dies)
    tasks.run_job(job.pk)
    assert (stored(), Action.objects.filter(kind="pricing.reprice").count()) == (before, 0)
    monkeypatch.setattr(jobs, "finish", finish)
    Job.objects.filter(pk=job.pk).update(lease_until=None)
    tasks.run_job(job.pk)

    assert Job.objects.get(pk=job.pk).state == "done"
    assert Action.objects.filter(kind="pricing.reprice").count() == 1
    assert disagreeing() == []


def test_other_prices_or_another_day_are_not_applied(registered, admin, now) -> None:
    registered()
    dearer()
    found, tomorrow = staged(admin, now), staged(admin, now, on=ON + timedelta(days=1))
    for each, at in ((found, now + timedelta(days=1)), (tomorrow, now)):
        with pytest.raises(reprice.Outdated):
            reprice.confirm(repricing=each, reason="Why", by=admin.actor, at=at, person=admin)
    job = reprice.confirm(repricing=found, reason="Why", by=admin.actor, at=now, person=admin)
    price_load.load_packaged(at=now)  # takes the dearer price back

    tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, "Ask again" in job.message) == ("failed", True)
    assert Call.objects.get().cost_today == 20_000_000


def test_a_price_that_begins_later_is_noticed_on_its_day(registered, admin, now) -> None:
    registered()
    row = PriceRow.objects.valid_on(ON).get(platform="anthropic", model__key="claude-sonnet-5-5")
    begins = ON + timedelta(days=10)
    row.valid_to = begins
    row.save()
    row.pk, row.valid_from, row.valid_to, row.output = None, begins, None, 20_000_000
    row.save()
    pricing._book.cache_clear()

    assert behind.found(on=begins - timedelta(days=1)) == behind.Behind(0, 0, None)
    assert behind.found(on=begins) == behind.Behind(1, 1, ON)


def test_old_re_pricings_nobody_applied_are_dropped(registered, admin, now) -> None:
    registered()
    dearer()
    staged(admin, now)
    reprice.drop_old(at=now + timedelta(days=6))
    assert StagedPrice.objects.exists()
    reprice.drop_old(at=now + timedelta(days=8))
    assert not Repricing.objects.exists()


def test_it_takes_as_many_queries_for_six_calls_as_for_one(registered, admin, now) -> None:
    counts = []
    for more in (1, 5):
        for _ in range(more):
            registered()
        dearer()
        with CaptureQueriesContext(connection) as queries:
            job = applied(staged(admin, now), admin, now)
        assert job.state == "done"
        counts.append(len(queries))
    assert counts[0] == counts[1]
