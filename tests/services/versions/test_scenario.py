"""Scenarios: worked out by the plan's own formula without touching the inventory; made, changed, copied, deleted."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from inventory import tasks
from inventory.domain.scenario import Cache, Figures, Labels, Step
from inventory.models import Action, Call, Job, Part, Person, PriceRow, Scenario, ScenarioLine, Stale, Team
from inventory.services.planning import plan
from inventory.services.prices import pricing
from inventory.services.versions import frozen_list, scenario
from tests import factories
from tests.services.plans import BY, Registered, move

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices", "same_day")]
PLAIN = {"cacheable_prefix": 0}


@pytest.fixture
def same_day(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Jobs ask the clock themselves."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def made(person: Person, now: datetime, team: Team | None = None, **assumed: Any) -> Scenario:
    """A scenario, worked out."""
    name = assumed.pop("name", f"Scenario {Scenario.objects.count()}")
    given = {"name": name, **assumed}
    found = scenario.register(team=team, fields=given, by=person.actor, at=now, person=person)
    assert tasks.run_job(found.job.pk)
    return Scenario.objects.get(pk=found.pk)


def stored() -> list[tuple[object, ...]]:
    return [*Call.objects.order_by("pk").values_list(), *Part.objects.order_by("pk").values_list()]


def stands(team: Team | None = None) -> tuple[int, int, int, int, int]:
    sums = plan.totals(team=team).overall.sums
    return sums.today, sums.after, sums.possible, sums.moving, sums.undecided_parts


def shown(figures: Figures) -> tuple[int, int, int, int, int]:
    return figures.today, figures.after, figures.possible, figures.moving, figures.undecided


def test_without_an_assumption_a_scenario_is_the_plan(registered: Registered, pia: Person, now: datetime) -> None:
    move(registered().parts.get())
    registered(model="home-made"), registered(today_path="batch")
    found = made(pia, now).found()
    assert shown(found.plan) == shown(found.last) == stands()
    assert (found.last.unpriced, found.last.doubtful) == (1, Part.objects.doubtful().count())
    assert found.last.share == plan.totals().overall.sums.can_move


def test_all_sealed_saves_what_is_possible_besides_and_writes_nothing(
    registered: Registered, pia: Person, now: datetime
) -> None:
    move(registered().parts.get())
    for _ in range(3):
        registered()
    Part.objects.filter(kind="undecided").update(state="one_side")
    before, actions = stored(), Action.objects.count()
    found = made(pia, now, labels=Labels.ALL_SEALED).found()
    today, after, possible, moving, undecided = stands()
    assert shown(found.last) == (today, after - possible, 0, moving + undecided, 0)
    assert stored() == before
    assert Action.objects.count() == actions + 2  # the scenario, and its job


def test_only_labels_of_both_sides(registered: Registered, pia: Person, now: datetime) -> None:
    registered(**PLAIN)
    part = registered(**PLAIN).parts.get()
    Team.objects.update(one_side_enough=True)
    part.call.team.refresh_from_db()
    part.one_sided = True
    move(part)
    assert stands()[:2] == (40_000_000, 30_000_000)
    found = made(pia, now, labels=Labels.BOTH_SIDES).found()
    assert shown(found.last)[:2] == (40_000_000, 40_000_000)


def test_low_risk_only_leaves_the_others_in_real_time(registered: Registered, pia: Person, now: datetime) -> None:
    safe, risky = (registered(**PLAIN).parts.get() for _ in range(2))
    move(safe)
    Part.objects.filter(pk=risky.pk).update(risk_set=4, risk_why="It was missed before")
    risky.refresh_from_db()
    move(risky)
    found = made(pia, now, most_risk=2).found()
    assert shown(found.last)[:2] == (40_000_000, 30_000_000)
    assert (found.last.moving, found.last.left_out, found.last.undecided) == (1, 1, 0)
    assert [step for step, change in found.by_step() if change != Figures()] == [Step.MOVES]


def test_single_moves_are_walked_back_or_taken_in_whatever_else_is_assumed(
    registered: Registered, pia: Person, now: datetime
) -> None:
    moving, open_, done = (registered(**PLAIN, **path).parts.get() for path in ({}, {}, {"today_path": "batch"}))
    move(moving), move(done)  # saves 10, would save 10, runs in batch for 10
    first = made(pia, now, most_risk=1, most_effort=1)
    before, who = stored(), {"by": pia.actor, "at": now, "person": pia}
    found = scenario.choose(scenario=first, version=1, parts=[moving, done], to="left_out", **who)
    found = scenario.choose(scenario=found, version=2, parts=[open_], to="taken_in", **who)
    assert tasks.run_job(found.job.pk)
    kept = Scenario.objects.get(pk=found.pk)
    result = kept.found()
    assert shown(result.plan)[:2] == (50_000_000, 40_000_000)
    assert shown(result.last)[:2] == (50_000_000, 50_000_000)  # 20 stays, 10 moves, 20 comes back
    assert (result.last.left_out, result.last.taken_in, result.last.undecided) == (2, 1, 0)
    assert [step for step, change in result.by_step() if change != Figures()] == [Step.CHOSEN]
    assert stored() == before
    assert (
        scenario.copy(scenario=kept, **who).left_out
        == kept.left_out
        == {str(moving.pk): "Call 0", str(done.pk): "Call 2"}
    )


def test_choosing_the_same_again_writes_nothing_and_what_is_given_back_is_as_in_the_plan(
    registered: Registered, pia: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = registered(**PLAIN).parts.get()
    move(part)
    who = {"by": pia.actor, "at": now, "person": pia}
    found = scenario.choose(scenario=made(pia, now), version=1, parts=[part], to="left_out", **who)
    last, newest = scenario.last_change(None), now.date()
    assert scenario.outdated(found, last=last, newest=newest) == "its assumptions have changed since"
    again = scenario.choose(scenario=found, version=2, parts=[part], to="left_out", **who)
    assert again.version == 2
    with pytest.raises(Stale):
        scenario.choose(scenario=found, version=1, parts=[part], to="", **who)
    moved = scenario.choose(scenario=found, version=2, parts=[part], to="taken_in", **who)
    assert (moved.left_out, moved.taken_in) == ({}, {str(part.pk): "Call 0"})
    monkeypatch.setattr(scenario, "MOST_CHOSEN", 0)
    assert scenario.choose(scenario=moved, version=3, parts=[part], to="", **who).taken_in == {}
    with pytest.raises(scenario.TooManyChosen):
        scenario.choose(scenario=moved, version=4, parts=[part], to="left_out", **who)


def test_a_split_of_which_nothing_moves_any_more_stays_as_it_runs(
    registered: Registered, pia: Person, now: datetime
) -> None:
    call = registered(**PLAIN)
    Call.objects.filter(pk=call.pk).update(is_split=True)
    call.refresh_from_db()
    parts = [call.parts.get(), factories.make_part(call=call, position=1)]
    for part, label in zip(parts, ("waiting", "not_waiting"), strict=True):
        part.call, part.label, part.state, part.in_split = call, label, "agreed", True
    pricing.apply(call, parts, book=pricing.book(now.date()))
    for record in (*parts, call):
        record.save()
    assert (call.cost_today, call.cost_target) == (20_000_000, 30_000_000)  # all of it is sent twice
    found = made(pia, now, most_effort=1).found()
    assert (found.last.after, found.last.left_out) == (20_000_000, 1)


def test_no_cache_in_batch_and_a_share_of_hits_given(registered: Registered, pia: Person, now: datetime) -> None:
    call = registered(uncached_input=0, cacheable_prefix=10_000, output=0, batch_hit_share=Decimal("0.98"))
    move(call.parts.get())
    # In batch, $1 a million without cache: 10,000 tokens of 1,000 requests are $10, or less with hits.
    assert made(pia, now, cache=Cache.NONE).found().last.after == 10_000_000
    half = made(pia, now, cache=Cache.SHARE, cache_share=Decimal("0.95")).found()
    assert half.last.after == 475_000 + 1_000_000  # 95 % read at $0.05, 5 % written at $2
    assert half.by_step()[-1][0] is Step.CACHE


def test_prices_of_a_day_volume_and_discount_are_told_apart(registered: Registered, pia: Person, now: datetime) -> None:
    move(registered(**PLAIN).parts.get())
    january = date(2027, 1, 1)
    for row in PriceRow.objects.valid_on(now.date()).filter(model__key="claude-sonnet-5-5", platform="anthropic"):
        PriceRow.objects.filter(pk=row.pk).update(valid_to=january)
        row.pk, row.valid_from, row.valid_to = None, january, None
        for name in PriceRow.PRICES:
            setattr(row, name, getattr(row, name) and getattr(row, name) * 2)
        row.save(force_insert=True)
    pricing._book.cache_clear()
    found = made(pia, now, prices_on=january, discount=Decimal("0.25"), volume=Decimal("-0.5")).found()
    assert [(step, change.today, change.after) for step, change in found.by_step()] == [
        (Step.PRICES, 20_000_000, 10_000_000), (Step.DISCOUNT, -10_000_000, -5_000_000), (Step.VOLUME, -15_000_000, -7_500_000)
    ]  # fmt: skip
    assert made(pia, now).found().change == Figures()


def test_each_step_adds_up_what_it_changes_of_each_part(registered: Registered, pia: Person, now: datetime) -> None:
    for n in range(4):
        move(registered(requests=1000 + n).parts.get())
    registered(**PLAIN), registered(today_path="batch")
    Part.objects.filter(pk=Part.objects.earliest("pk").pk).update(risk_set=5, risk_why="Hard")
    assumed = {"labels": Labels.ALL_SEALED, "most_risk": 3, "volume": Decimal("0.3"), "cache": Cache.NONE}
    found = made(pia, now, **assumed)
    steps = found.found().by_step()
    assert len([step for step, change in steps if any(change.plain().values())]) > 2
    for step, change in [*steps, ("", found.found().change)]:
        sums = frozen_list.changed(frozen_list.changes(found, step=step))
        assert [sums[name] for name in ("today", "after", "saving", "possible")] == [
            change.today, change.after, change.saving, change.possible
        ]  # fmt: skip
    lines = set(ScenarioLine.objects.values_list("pk", flat=True))
    scenario.ask_again(scenario=found, by=pia.actor, at=now, person=pia)
    later = Scenario.objects.get(pk=found.pk)
    ScenarioLine.objects.filter(pk=min(lines)).update(run=1)  # of a worker that was killed
    assert scenario_figures_of(later, now + timedelta(hours=1))
    again = ScenarioLine.objects.of(Scenario.objects.get(pk=found.pk))
    assert ScenarioLine.objects.count() == again.count() == len(lines)
    assert not lines & set(again.values_list("pk", flat=True))


def test_no_figures_are_kept_without_the_lines_that_add_up_to_them(
    registered: Registered, pia: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered()
    found = made(pia, now, volume=Decimal(1))
    before, kept = found.result, set(ScenarioLine.objects.values_list("pk", flat=True))
    monkeypatch.setattr(tasks.plan.scenario_figures.scenario_lines.Lines, "are_all", lambda self: False)
    assert not scenario_figures_of(found, now + timedelta(hours=1))
    Scenario.objects.filter(pk=found.pk).update(version=9)
    assert not scenario_figures_of(found, now + timedelta(hours=2))
    assert Scenario.objects.get(pk=found.pk).result == before
    assert set(ScenarioLine.objects.values_list("pk", flat=True)) == kept != set()
    found.delete()
    assert not ScenarioLine.objects.exists()


def test_the_largest_changes_are_named_and_another_team_is_left_alone(
    registered: Registered, pia: Person, now: datetime
) -> None:
    calls = [registered(requests=requests, **PLAIN) for requests in range(100, 1400, 100)]
    registered(feature=factories.make_feature())
    found = made(pia, now, team=calls[0].team, labels=Labels.ALL_SEALED)
    assert found.found().plan.parts == 13
    assert [row[1] for row in found.result["largest"]] == [call.pk for call in reversed(calls[3:])]
    assert found.result["largest"][0][3:] == [0, -13_000_000]


def test_its_figures_are_out_of_date_once_the_plan_or_its_prices_are_others(
    registered: Registered, pia: Person, now: datetime
) -> None:
    call = registered()
    found = made(pia, now, team=call.team)

    def outdated(newest: date = date.min) -> str:
        kept = Scenario.objects.get(pk=found.pk)
        return scenario.outdated(kept, last=scenario.last_change(call.team), newest=newest)

    assert outdated() == ""
    assert outdated(now.date()) == ""
    assert outdated(now.date() + timedelta(days=1)) == "other prices hold by now"
    registered(feature=factories.make_feature())
    assert outdated() == ""
    registered()
    assert outdated() == "the inventory, labels, waves or prices have changed since"
    scenario.edit(scenario=found, version=1, fields={"most_risk": 2}, by=BY, at=now, person=pia)
    assert outdated() == "its assumptions have changed since"


def test_the_newest_prices_are_of_the_last_day_on_which_one_began_or_ended(now: datetime) -> None:
    day = now.date()
    row = factories.make_price(model="new-one", valid_from=day + timedelta(days=3))
    assert scenario.newest_prices(day + timedelta(days=2)) < day
    assert scenario.newest_prices(day + timedelta(days=4)) == day + timedelta(days=3)
    PriceRow.objects.filter(pk=row.pk).update(valid_to=day + timedelta(days=4))
    assert scenario.newest_prices(day + timedelta(days=4)) == day + timedelta(days=4)


def test_changing_it_is_one_action_stale_is_refused_and_nothing_changed_writes_nothing(
    pia: Person, now: datetime
) -> None:
    found = made(pia, now, name="One")
    who = {"by": pia.actor, "at": now, "person": pia}
    same = scenario.edit(scenario=found, version=1, fields={"name": "One"}, **who)
    assert (same.version, Action.objects.filter(kind="scenario.edit").count()) == (1, 0)
    scenario.edit(scenario=found, version=1, fields={"name": "Two", "volume": Decimal("0.2")}, **who)
    action = Action.objects.get(kind="scenario.edit")
    assert action.changes.get().after == '{"name":"Two","volume":"0.2"}'
    with pytest.raises(Stale) as stale:
        scenario.edit(scenario=found, version=1, fields={"name": "Three"}, **who)
    assert stale.value.theirs.name == "Two"
    with pytest.raises(Stale):
        scenario.delete(scenario=found, version=1, by=BY, at=now)
    scenario.delete(scenario=found, version=2, by=BY, at=now)
    assert not Scenario.objects.exists()
    assert '"name":"Two"' in Action.objects.get(kind="scenario.delete").changes.get().before


def test_a_name_is_there_once_a_plan_and_a_copy_finds_one_of_its_own(team: Team, pia: Person, now: datetime) -> None:
    who = {"by": pia.actor, "at": now, "person": pia}
    for scope in (team, None):
        first = scenario.register(team=scope, fields={"name": "One", "most_risk": 2}, **who)
        with pytest.raises(scenario.NameTaken):
            scenario.register(team=scope, fields={"name": "ONE"}, **who)
        copies = [scenario.copy(scenario=first, **who) for _ in range(2)]
        assert [(each.name, each.most_risk) for each in copies] == [("One, copy", 2), ("One, copy 2", 2)]


def test_what_was_changed_while_it_was_worked_out_is_not_overwritten(pia: Person, now: datetime) -> None:
    who = {"by": pia.actor, "at": now, "person": pia}
    found = scenario.register(team=None, fields={"name": "One"}, **who)
    old = Scenario.objects.get(pk=found.pk)
    scenario.edit(scenario=found, version=1, fields={"most_risk": 1}, **who)
    assert not scenario_figures_of(old, now)
    assert Scenario.objects.get(pk=found.pk).result == {}


def test_what_was_deleted_while_it_was_worked_out_says_so(
    pia: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = scenario.register(team=None, fields={"name": "One"}, by=pia.actor, at=now, person=pia)
    work_out = tasks.plan.scenario_figures.work_out

    def meanwhile(**given: Any) -> bool:
        scenario.delete(scenario=found, version=1, by=pia.actor, at=now)
        return work_out(**given)

    monkeypatch.setattr("inventory.tasks.plan.scenario_figures.work_out", meanwhile)
    tasks.run_job(found.job.pk)
    job = Job.objects.get(pk=found.job.pk)
    assert (job.state, job.message) == ("failed", "The scenario was deleted meanwhile.")


def scenario_figures_of(found: Scenario, now: datetime) -> bool:
    return tasks.plan.scenario_figures.work_out(found=found, on=now.date(), at=now, told=lambda done, total: None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cache": "share"},
        {"cache_share": Decimal("0.5")},
        {"volume": Decimal(-1)},
        {"discount": Decimal(1)},
        {"most_risk": 6},
    ],
)
def test_the_database_refuses_what_makes_no_sense(wrong: dict[str, object], now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Scenario.objects.create(name="One", created_at=now, **wrong)
