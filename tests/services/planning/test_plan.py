"""The plan's totals against the plain sum of the parts, on inventories nobody arranged."""

import random
from collections.abc import Iterable

import pytest

from inventory.domain.bridge import Shape
from inventory.domain.plan import Kind, Why
from inventory.models import Call, Feature, Part, Team
from inventory.services.planning import plan
from tests.factories import AT, call_of, make_call, make_feature, make_team, part_of

LABELLED = [
    (Kind.UNDECIDED, Why.NONE), (Kind.STAY_REAL_TIME, Why.NONE), (Kind.STAY_REAL_TIME, Why.BATCH_DEARER),
    (Kind.MOVE_TO_BATCH, Why.NONE), (Kind.STAY_BATCH, Why.NONE), (Kind.BRING_BACK, Why.NONE),
    (Kind.CANNOT_MOVE, Why.BLOCKED),
]  # fmt: skip


def scattered(seed: int, calls: int = 40) -> list[Part]:
    """Teams, features, calls and parts of any kind and amount, some split, some unpriced, some retired."""
    chance = random.Random(seed)
    teams = [make_team() for _ in range(3)]
    features = [
        make_feature(team=chance.choice(teams), first_guess=chance.choice([None, 0, 30, 100])) for _ in range(6)
    ]
    made = [_call(chance, chance.choice(features)) for _ in range(calls)]
    Call.objects.bulk_create(call for call, _ in made)
    return Part.objects.bulk_create(part for _, parts in made for part in parts)


def _call(chance: random.Random, feature: Feature) -> tuple[Call, list[Part]]:
    is_split, is_live = chance.random() < 0.3, chance.random() < 0.9
    call = call_of(feature, is_split=is_split, retired_at=None if is_live else AT)
    parts = [part_of(call, position=position) for position in range(3 if is_split else 1)]
    for part in parts:
        kind, why = chance.choice(LABELLED)
        today = chance.choice([None, 0, chance.randrange(10**4), chance.randrange(10**11)])
        target = None if today is None else today + chance.randrange(-today, today + 1)
        part.kind, part.why, part.in_split, part.is_live = kind, why, is_split, is_live
        part.cost_today, part.cost_target = today, target
        part.saving = 0 if today is None or target is None else today - target
        part.possible = chance.randrange(10**9) if kind is Kind.UNDECIDED and today else 0
        part.one_sided = kind is not Kind.UNDECIDED and chance.random() < 0.3
    return call, parts


def added_up(parts: Iterable[Part]) -> tuple[int, int, int, int]:
    kept = [part for part in parts if part.is_live]
    return (
        len(kept), sum(p.cost_today or 0 for p in kept), sum(p.cost_target or 0 for p in kept), sum(p.possible for p in kept)
    )  # fmt: skip


def figures(sums: plan.Sums) -> tuple[int, int, int, int]:
    return sums.parts, sums.today, sums.after, sums.possible


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_totals_are_the_sum_of_the_live_parts(seed: int) -> None:
    parts = scattered(seed)
    found = plan.totals()
    assert figures(found.overall.sums) == added_up(parts)
    assert found.overall.sums.saving == sum(part.saving for part in parts if part.is_live)
    assert {group.key: figures(group.sums) for group in found.teams} == {
        pk: added_up(p for p in parts if p.team_id == pk) for pk in {p.team_id for p in parts if p.is_live}
    }
    kinds = {"split" if p.in_split else str(p.kind) for p in parts if p.is_live}
    assert {group.key: figures(group.sums) for group in found.kinds} == {
        kind: added_up(p for p in parts if (Kind.SPLIT if p.in_split else p.kind) == kind) for kind in kinds
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_each_way_to_group_adds_up_to_the_same(seed: int) -> None:
    scattered(seed)
    whole = plan.totals().overall.sums
    by_feature = [group.sums for group in plan.named(plan.by_feature())]
    for groups in ([g.sums for g in plan.totals().teams], [g.sums for g in plan.totals().kinds], by_feature):
        assert tuple(sum(column) for column in zip(*map(figures, groups), strict=True)) == figures(whole)
    assert sum(sums.nobody for sums in by_feature) == whole.nobody
    assert sum(whole.sides) == whole.today


def alone(parts: Iterable[Part]) -> tuple[int, int, int]:
    kept = [part for part in parts if part.is_live and part.one_sided]
    return len(kept), sum(part.cost_today or 0 for part in kept), sum(part.saving for part in kept)


def one_sided(sums: plan.Sums) -> tuple[int, int, int]:
    return sums.one_sided_parts, sums.one_sided, sums.one_sided_saving


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_every_total_says_how_much_of_it_rests_on_one_sides_answer(seed: int) -> None:
    parts, totals, tally = scattered(seed), plan.totals(), plan.Tally()
    for part in parts:
        if part.is_live:
            tally.add(part)
    assert one_sided(totals.overall.sums) == alone(parts) == one_sided(tally.totals().overall.sums)
    assert totals.overall.sums.one_sided_parts > 0
    by_feature = [group.sums for group in plan.named(plan.by_feature())]
    for groups in ([g.sums for g in totals.teams], [g.sums for g in totals.kinds], by_feature):
        added = tuple(sum(column) for column in zip(*map(one_sided, groups), strict=True))
        assert added == one_sided(totals.overall.sums)
    for group in totals.teams:
        assert one_sided(group.sums) == alone(part for part in parts if part.team_id == group.key)
    for group in plan.named(plan.by_feature()):
        assert one_sided(group.sums) == alone(part for part in parts if part.feature_id == group.key)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_a_plan_of_one_team_or_feature_is_its_share_of_the_whole(seed: int) -> None:
    parts = scattered(seed)
    for team in Team.objects.all():
        assert figures(plan.totals(team=team).overall.sums) == added_up(p for p in parts if p.team_id == team.pk)
    feature = parts[0].feature
    assert figures(plan.totals(feature=feature).overall.sums) == added_up(
        p for p in parts if p.feature_id == feature.pk
    )


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_the_bridge_leads_from_today_to_after(seed: int) -> None:
    scattered(seed)
    sums, steps = plan.totals().overall.sums, plan.totals().bridge()
    assert (steps[0].amount, [s.amount for s in steps if s.key == "after"]) == (sums.today, [sums.after])
    assert sum(step.amount for step in steps if step.shape in (Shape.LESS, Shape.MORE)) == sums.after - sums.today
    level = 0
    for step in steps:
        if step.shape in (Shape.LESS, Shape.MORE):
            assert {step.low, step.high} == {level, step.level}
        level = step.level


@pytest.mark.django_db
def test_an_empty_inventory_has_totals_of_zero() -> None:
    found = plan.totals()
    assert (found.overall.sums, found.teams, found.kinds, found.overall.guess) == (plan.Sums(), (), (), None)
    assert found.overall.sums.can_move is None


@pytest.mark.django_db
def test_the_first_guess_is_weighted_by_what_its_features_spend() -> None:
    team = make_team()
    for guess, today in ((10, 3_000_000), (50, 1_000_000), (None, 9_000_000), (90, 0)):
        call = make_call(feature=make_feature(team=team, first_guess=guess))
        call.parts.update(cost_today=today, cost_target=today)
    assert plan.totals().overall.guess == 20
    assert plan.totals(team=team).teams[0].guess == 20


@pytest.mark.django_db
def test_unpriced_parts_are_counted_but_cost_nothing_known() -> None:
    make_call()
    sums = plan.totals().overall.sums
    assert (sums.parts, sums.unpriced, sums.today, sums.after) == (1, 1, 0, 0)


@pytest.mark.django_db
def test_totals_take_the_same_queries_for_one_team_and_three(django_assert_num_queries: object) -> None:
    for teams in (1, 2):
        for _ in range(teams):
            make_call()
        with django_assert_num_queries(2):  # type: ignore[operator]
            plan.totals()
    assert Call.objects.count() == 3
