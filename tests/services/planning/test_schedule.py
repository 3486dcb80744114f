"""The plan in time against the plan: waves and what is in none add up to its cents, whatever the inventory holds."""

import random
from datetime import date
from decimal import Decimal

import pytest

from inventory.domain import wave as domain
from inventory.domain.plan import Kind
from inventory.domain.schedule import Term
from inventory.domain.status import MOVING_KINDS
from inventory.models import Feature, Part, Team, Wave
from inventory.services.planning import plan, schedule
from tests.factories import make_call, make_part, make_team
from tests.services.planning.test_arrangement import make_move, make_wave
from tests.services.planning.test_plan import scattered

pytestmark = pytest.mark.django_db
TERM = Term(domain.month(date(2026, 12, 1)), 12)


def planned_at_random(seed: int, calls: int) -> list[Part]:
    """Waves with and without a start, moves in them and in none, growth, labels of one side alone."""
    chance = random.Random(seed)
    parts = scattered(seed, calls)
    waves: dict[int, list[Wave]] = {}
    for team in Team.objects.all():
        waves[team.pk] = [
            Wave.objects.create(
                team=team, name=f"{n}", ramp_months=chance.randrange(13),
                starts_on=chance.choice([None, domain.first_day(TERM.first + chance.randrange(-3, 12))]),
            )
            for n in range(3)
        ]  # fmt: skip
    for feature in Feature.objects.all():
        feature.growth = Decimal(chance.randrange(-300_000, 300_000)) / 10**6
        feature.save()
    for part in parts:
        if part.kind in MOVING_KINDS and chance.random() < 0.7:
            part.wave = chance.choice(waves[part.team_id])
        part.one_sided = part.kind != Kind.UNDECIDED and chance.random() < 0.2
    Part.objects.bulk_update(parts, ["wave", "one_sided"])
    return parts


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 20))])
def test_the_plan_is_its_parts_is_its_waves_and_what_is_in_none(seed: int) -> None:
    parts = [part for part in planned_at_random(seed, 300) if part.is_live]
    whole, found = plan.totals().overall.sums, schedule.sums().values()
    together = [sum(getattr(each, name) for each in found) for name in ("parts", "moving", "today", "saving", "after")]
    assert together == [whole.parts, whole.moving, whole.today, whole.saving, whole.after]
    assert together[3] == sum(part.saving for part in parts)
    by_team = [schedule.sums(parts_of=team).values() for team in Team.objects.all()]
    assert sum(each.saving for team in by_team for each in team) == whole.saving


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 20))])
def test_the_figures_in_time_start_from_the_plan(seed: int) -> None:
    planned_at_random(seed, 60)
    found, whole = schedule.told(term=TERM), plan.totals().overall.sums
    assert not found.problems
    assert (found.five.projected, found.months[0].baseline) == (whole.saving, whole.today)
    in_waves = sum(each.saving for pk, each in schedule.sums().items() if pk > 0)
    undated = sum(schedule.sums().get(w.pk, schedule.Sums()).saving for w in Wave.objects.filter(starts_on=None))
    alone = [p.saving for p in Part.objects.live().with_counted_in().filter(one_sided=True).select_related("wave")
             if p.counted_in and Wave.objects.get(pk=p.counted_in).starts_on]  # fmt: skip
    assert found.five.planned == in_waves - undated - sum(alone)
    assert sum(saved for _, saved in found.by_wave) == found.five.in_term == found.baseline - found.planned
    teams = [schedule.told(term=TERM, team=team).five.planned for team in Team.objects.all()]
    assert sum(teams) == found.five.planned


def test_what_stays_of_a_split_call_comes_along_with_the_first_part_that_moves(team: Team) -> None:
    early, late = make_wave(team, "Early"), make_wave(team, "Late")
    Wave.objects.filter(pk=late.pk).update(starts_on=date(2027, 6, 1))
    move = make_move(team, in_split=True, wave=late, saving=100)
    call = move.call
    kept = make_part(call=call, in_split=True, kind=Kind.STAY_REAL_TIME, cost_today=10, cost_target=15, saving=-5)
    other = make_part(call=call, in_split=True, kind=Kind.MOVE_TO_BATCH, cost_today=9, cost_target=8, saving=1)
    assert {pk: each.saving for pk, each in schedule.sums().items()} == {late.pk: 95, schedule.OPEN: 1}
    Part.objects.filter(pk=other.pk).update(wave=early)
    assert {pk: each.saving for pk, each in schedule.sums().items()} == {late.pk: 100, early.pk: -4}
    assert Part.objects.with_counted_in().get(pk=kept.pk).counted_in == early.pk


def test_a_ramp_longer_than_the_term_is_refused_with_its_row_field_and_reason(team: Team) -> None:
    wave = make_wave(team, "Digests")
    Wave.objects.filter(pk=wave.pk).update(ramp_months=13)
    make_move(team, wave=wave)
    found = schedule.told(term=TERM)
    assert [str(each) for each in found.problems] == ["Digests, ramp: 13 months are longer than the term of 12"]
    assert (found.months, found.five.in_term) == ([], 0)


def test_a_volume_that_would_grow_beyond_reason_is_refused(team: Team) -> None:
    part = make_move(team, requests=10**12)
    Feature.objects.filter(pk=part.feature_id).update(growth="0.01", name="Search")
    (problem,) = schedule.told(term=TERM).problems
    assert (problem.row, problem.field) == ("Search", "growth")


def test_each_wave_is_held_against_the_limits_of_its_providers(team: Team) -> None:
    wave = make_wave(team)
    make_move(team, wave=wave, requests=15_000_030)
    make_move(team, wave=wave, requests=10**12, uncached_input=10**9, cacheable_prefix=10**9, kind=Kind.BRING_BACK)
    (fit,) = schedule.fits([wave])[wave.pk]
    assert (fit.provider, fit.fits, fit.a_day) == ("anthropic", False, 500_001)
    make_move(team, wave=wave, requests=10**12, uncached_input=10**9, cacheable_prefix=10**9)
    assert schedule.fits([wave])[wave.pk][0].batches is not None
    assert schedule.fits([make_wave(make_team())]) == {}


def test_the_plan_in_time_takes_the_same_queries_for_few_and_many(django_assert_num_queries: object) -> None:
    for _ in range(2):
        team = make_team()
        make_move(team, wave=make_wave(team)), make_call()
        with django_assert_num_queries(3):  # type: ignore[operator]
            schedule.told(term=TERM)
