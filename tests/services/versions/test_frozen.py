"""A frozen plan: a copy of every call and part with its prices, that nothing reaches any more."""

import random
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from inventory import tasks
from inventory.domain.plan import Kind
from inventory.models import (
    Action,
    Call,
    Frozen,
    FrozenCall,
    FrozenPart,
    FrozenPrice,
    FrozenWeights,
    Part,
    Person,
    PriceRow,
    Wave,
)
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.planning import plan, schedule
from inventory.services.prices import pricing
from inventory.services.versions import frozen_explanation
from tests import factories
from tests.services.plans import BY, FIELDS, Registered, frozen, move

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


def test_a_version_holds_every_part_its_sums_and_its_prices(registered: Registered, pia: Person, now: datetime) -> None:
    wave = Wave.objects.create(team=pia.memberships.get().team, name="First", starts_on=now.date().replace(day=1))
    move(registered().parts.get(), wave)
    registered(model="claude-haiku-4-5", requests=5)
    registered(model="home-made")
    registered(feature=factories.make_feature())  # of another team
    retired = registered()
    calls.retire(call=retired, version=retired.version, reason="", by=BY, at=now)

    job = frozen(pia, now, team=wave.team)

    made = Frozen.objects.get()
    assert (job.state, job.message) == ("done", "Frozen as version 1 of Documents: 3 parts.")
    totals, five = plan.totals(team=wave.team).overall.sums, schedule.sums(parts_of=wave.team)[wave.pk]
    assert (made.calls, made.parts, made.moving, made.undecided, made.unpriced) == (3, 3, 1, 2, 1)
    assert (made.today, made.after, made.possible) == (totals.today, totals.after, totals.possible)
    assert made.planned == five.saving > 0
    kept = FrozenPart.objects.get(kind="move_to_batch")
    live = Part.objects.get(kind="move_to_batch")
    same = (
        "name",
        "label",
        "state",
        "cost_today",
        "cost_target",
        "saving",
        "doubts",
        "blockers",
        "hit_share",
        "requests",
    )
    assert {name: getattr(kept, name) for name in same} == {name: getattr(live, name) for name in same}
    assert (kept.wave, kept.starts_on, kept.counted_on, kept.ramp_months) == (
        "First",
        wave.starts_on,
        wave.starts_on,
        0,
    )
    assert FrozenCall.objects.get(call_id=live.call_id).batch_hit_share == Decimal("0.3")
    known = FrozenPrice.objects.get(model="claude-sonnet-5-5")
    assert [(row["platform"], row["input"], row["source"] != "") for row in known.rows] == [
        ("anthropic", 2_000_000, True)
    ]
    assert FrozenPrice.objects.get(model="home-made").price == {}
    action = Action.objects.get(kind="frozen.freeze")
    assert (action.team_id, action.title, action.reason) == (wave.team_id, "version 1 of Documents", "As signed")


def test_effort_risk_and_readiness_are_kept_as_the_plan_shows_them_also_overruled(
    registered: Registered, pia: Person, now: datetime
) -> None:
    """Whatever they follow from, in every mixture that chance made: the copy says the same as the plan."""
    dice = random.Random(7)
    for _ in range(40):
        call = registered(cacheable_prefix=dice.choice((0, 2000)), today_path=dice.choice(("real_time", "batch")))
        Call.objects.filter(pk=call.pk).update(
            tools=dice.choice((None, True, False)), streaming=dice.choice((None, True, False)),
            figures=dice.choice(("measured", "assumed")),
        )  # fmt: skip
        part = Part.objects.get(call=call)
        part.kind = dice.choice(list(Kind)[:5] + [Kind.UNDECIDED])
        part.why = dice.choice(["", "batch_dearer", "no_batch_price", "batch_but_blocked"])
        part.state, part.label = dice.choice([("unlabelled", ""), ("disputed", ""), ("settled", "not_waiting")])
        part.outcome, part.confidence = dice.choice(["", "hybrid"]), dice.choice(["", "low", "medium", "high"])
        part.one_sided, part.guard, part.in_split = (dice.random() < 0.5 for _ in range(3))
        part.hand_over, part.blockers = dice.choice(["", "By mail"]), dice.choice([[], ["zero | retention", "é"]])
        part.cost_today = dice.choice([None, 1])
        if dice.random() < 0.3:
            part.effort_set, part.effort_why, part.ready_set, part.ready_why = 5, "Old", "not_ready", "Not tried"
        part.save()
    shown = {part.pk: part.weights() for part in Part.objects.select_related("call")}
    frozen(pia, now)
    version = Frozen.objects.get()
    rows = list(version.part_rows.all())
    kept = version.weights_of(rows)
    assert {row.part_id: row.weights(kept[row.weighed_by]) for row in rows} == shown
    assert len(kept) == version.weights.count() > 10


def test_each_amount_opens_to_its_arithmetic_at_the_prices_of_then(
    registered: Registered, changed_prices: None, pia: Person, now: datetime
) -> None:
    models = ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5", "claude-fable-5-2", "home-made")
    for n, model in enumerate(models):
        path = "batch" if n % 2 else "real_time"
        registered(
            model=model, uncached_input=150_000, hit_share=Decimal("0.4"), searches=Decimal("0.1"), today_path=path
        )
    split = registered()
    half = {name: FIELDS[name] for name in ("requests", "uncached_input", "cacheable_prefix", "output")}
    two = [{"name": "Now", **half}, {"name": "Later", "model": "claude-haiku-5-5", **half}]
    parts.split(call=split, version=split.version, parts=two, by=BY, at=now)
    frozen(pia, now)
    PriceRow.objects.update(input=F("input") * 3)
    pricing._book.cache_clear()
    version = Frozen.objects.get()
    for call in version.call_rows.all():
        then = frozen_explanation.of(version, call)
        total = then.whole.batch if call.today_path == "batch" else then.whole.real_time
        kept = [part.cost_today for part, _ in then.parts]
        assert total == (None if None in kept else sum(kept)), call.model
        for explained in (then.whole, *(each for _, each in then.parts)):
            lines = sum(line.amount for line in explained.real_time_lines)
            assert explained.real_time is None or abs(lines - explained.real_time) <= len(explained.real_time_lines)
            assert (explained.real_time is None) is (call.model == "home-made")
            assert all(row.source and row.as_of for row in explained.rows)
    for part, _ in then.parts:
        share = then.shares[part.part_id]
        assert abs(share.whole * share.own / share.together - part.cost_today) <= 1
    assert [explained.model for _, explained in then.parts] == ["claude-sonnet-5-5", "claude-haiku-5-5"]


def test_versions_count_from_one_in_each_scope_and_a_job_freezes_once(
    registered: Registered, pia: Person, now: datetime
) -> None:
    team = registered().team
    for scope in (team, team, None):
        frozen(pia, now, team=scope)
    assert [str(each) for each in Frozen.objects.order_by("pk")] == [
        "version 1 of Documents", "version 2 of Documents", "version 1 of all teams"
    ]  # fmt: skip


def test_an_empty_plan_is_not_frozen(pia: Person, now: datetime) -> None:
    job = frozen(pia, now)
    assert (job.state, job.message) == ("failed", "There is nothing to freeze: the plan is empty.")
    assert not Frozen.objects.exists()


@pytest.mark.parametrize("model", [Frozen, FrozenCall, FrozenPart, FrozenPrice, FrozenWeights])
def test_the_database_refuses_to_change_or_delete_what_is_frozen(
    model: type, registered: Registered, pia: Person, now: datetime
) -> None:
    registered()
    frozen(pia, now)
    table = model._meta.db_table
    orders = [f"UPDATE {table} SET id = id", f"DELETE FROM {table}"]
    if connection.vendor == "sqlite":
        orders.append(f"REPLACE INTO {table} SELECT * FROM {table}")
    for order in orders:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(order)


def test_what_is_done_to_the_plan_afterwards_does_not_reach_a_version(
    registered: Registered, pia: Person, now: datetime
) -> None:
    call = registered()
    frozen(pia, now)
    before = list(FrozenPart.objects.values()), list(FrozenCall.objects.values())
    half = {**FIELDS, "requests": 500, "name": "Half", "provider": None}
    half = {name: half[name] for name in ("name", "requests", "uncached_input", "cacheable_prefix", "output")}
    parts.split(call=call, version=call.version, parts=[half, {**half, "name": "Other"}], by=BY, at=now)
    assert (list(FrozenPart.objects.values()), list(FrozenCall.objects.values())) == before


def test_the_plan_of_a_team_that_is_gone_is_not_frozen_as_that_of_all(
    registered: Registered, pia: Person, now: datetime
) -> None:
    registered()
    gone = factories.make_team()
    params = {"team": gone.pk, "note": ""}
    job = jobs.enqueue(kind="freeze_plan", params=params, by=BY, at=now, person=pia)
    gone.delete()
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "The team was removed meanwhile: nothing was frozen.")
    assert not Frozen.objects.exists()
