"""The first guess beside the audit, against the plan's own totals."""

from typing import Any

import pytest

from inventory.domain.guess import Audit
from inventory.domain.plan import Kind, Why
from inventory.models import Feature, Part, Team
from inventory.services.planning import guess, plan
from tests.factories import make_call, make_feature, make_team
from tests.services.planning.test_plan import scattered

pytestmark = pytest.mark.django_db


def part(feature: Feature, kind: Kind, today: int | None, *, why: Why = Why.NONE, **fields: Any) -> Part:
    found = make_call(feature=feature).parts.get()
    Part.objects.filter(pk=found.pk).update(kind=kind, why=why, cost_today=today, cost_target=today, **fields)
    return Part.objects.get(pk=found.pk)


@pytest.mark.parametrize("seed", range(4))
def test_it_adds_up_to_the_plan_of_the_features_with_a_guess(seed: int) -> None:
    scattered(seed)
    report = guess.report()
    for row in report.features:
        feature = Feature.objects.get(pk=row.key)
        sums = plan.totals(feature=feature).overall.sums
        audit = row.audit
        assert (audit.today, audit.waits, audit.open, audit.moves) == (sums.today, *sums.sides)
        assert (audit.undecided, audit.one_sided) == (sums.undecided, sums.one_sided)
        assert (audit.guess, audit.audited) == (None if not sums.today else feature.first_guess, sums.can_move)
    assert report.overall == sum((row.audit for row in report.teams), Audit())
    assert report.overall == sum((row.audit for row in report.features), Audit())
    with_parts = Feature.objects.exclude(first_guess=None).filter(parts__is_live=True)
    assert {row.key for row in report.features} == set(with_parts.values_list("pk", flat=True))
    assert report.overall.guess == plan.totals().overall.guess


@pytest.mark.parametrize("seed", range(2))
def test_one_team_is_its_row(seed: int) -> None:
    scattered(seed)
    for row in guess.report().teams:
        narrowed = guess.report(team=Team.objects.get(pk=row.key))
        assert (narrowed.overall, [each.key for each in narrowed.teams]) == (row.audit, [row.key])


def test_the_widest_difference_comes_first_whichever_way_it_goes(team: Team) -> None:
    for name, moves, percent in (("Small", 40, 50), ("Wide", 10, 90), ("Other way", 90, 40)):
        feature = make_feature(team=team, name=name, first_guess=percent)
        part(feature, Kind.MOVE_TO_BATCH, moves)
        part(feature, Kind.STAY_REAL_TIME, 100 - moves)
    report = guess.report()
    assert [(row.name, row.audit.gap) for row in report.features] == [("Wide", -80), ("Other way", 50), ("Small", -10)]
    assert (report.overall.gap, report.staying_features, report.overall.staying_parts) == (-40, 3, 3)


def test_the_mark_stands_where_the_guess_would_have_put_the_rule(team: Team) -> None:
    feature = make_feature(team=team, first_guess=30)
    part(feature, Kind.MOVE_TO_BATCH, 75)
    part(feature, Kind.STAY_REAL_TIME, 25)
    (row,) = guess.report().features
    assert row.mark == 700
    assert [(piece.side, piece.length) for piece in row.bar] == [("waits", 250), ("nobody", 750)]


def test_where_more_moves_the_dearest_that_move_make_the_difference(team: Team) -> None:
    feature = make_feature(team=team, first_guess=20)
    dear, cheap = part(feature, Kind.MOVE_TO_BATCH, 50), part(feature, Kind.STAY_BATCH, 30)
    part(feature, Kind.STAY_REAL_TIME, 10)
    unsure = part(feature, Kind.UNDECIDED, 10)
    part(feature, Kind.MOVE_TO_BATCH, None)
    audit = guess.report().overall
    found = guess.difference(feature, audit)
    assert audit.gap == 60
    assert ([piece.part for piece in found.decided.first], found.decided.count) == ([dear, cheap], 2)
    assert (found.decided.enough, found.decided.today) == (2, 80)
    assert [piece.part for piece in found.undecided.first] == [unsure]


def test_where_less_moves_what_stays_makes_it_and_what_is_not_decided_may_close_it(team: Team) -> None:
    feature = make_feature(team=team, first_guess=90)
    part(feature, Kind.MOVE_TO_BATCH, 40)
    blocked = part(feature, Kind.CANNOT_MOVE, 20, why=Why.BLOCKED)
    stays = part(feature, Kind.STAY_REAL_TIME, 10)
    unsure = part(feature, Kind.UNDECIDED, 30)
    part(make_feature(team=team), Kind.STAY_REAL_TIME, 500)
    audit = guess.report(feature=feature).overall
    found = guess.difference(feature, audit)
    assert (audit.gap, [piece.part for piece in found.decided.first]) == (-50, [blocked, stays])
    assert [piece.side for piece in found.decided.first] == ["open", "waits"]
    assert (found.decided.enough, found.decided.today) == (2, 30)
    assert ([piece.part for piece in found.undecided.first], found.undecided.enough) == ([unsure], 1)


def test_more_than_a_screenful_is_counted_and_not_listed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guess, "FIRST", 2)
    feature = make_feature(team=team, first_guess=0)
    for today in (1, 5, 3):
        part(feature, Kind.MOVE_TO_BATCH, today)
    made = guess.difference(feature, guess.report().overall).decided
    assert ([piece.part.cost_today for piece in made.first], made.rest, made.today) == ([5, 3], 1, 9)


def test_features_without_a_guess_stand_apart_those_that_can_still_have_one_first(team: Team, now: Any) -> None:
    late, early = make_feature(team=team, name="A late one"), make_feature(team=team, name="Early")
    part(late, Kind.MOVE_TO_BATCH, 9, label="not_waiting", state="agreed")
    part(early, Kind.UNDECIDED, 9, state="one_side")
    make_feature(team=team, name="Guessed", first_guess=0)
    make_feature(team=team, name="Retired", retired_at=now)
    make_feature(team=make_team(), name="Elsewhere")
    assert [(each.name, each.is_late) for each in guess.without(team=team)] == [("Early", False), ("A late one", True)]
    assert guess.without().count() == 3
    assert guess.report().features == []


def test_the_same_queries_for_one_feature_and_three(django_assert_num_queries: Any) -> None:
    for features in (1, 2):
        for _ in range(features):
            part(make_feature(first_guess=10), Kind.MOVE_TO_BATCH, 5)
        with django_assert_num_queries(2):
            report = guess.report()
        feature = Feature.objects.get(pk=report.features[0].key)
        with django_assert_num_queries(4):
            guess.difference(feature, report.features[0].audit)
