"""The queue: who needs to answer what, in which order, and who has it in hand."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection, connections

from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.models import Action, Feature, Hold, Membership, Part, Person, Team
from inventory.services.labelling import queue, seal, waiting
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, put_in

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
BY = Actor("person", "1")


@pytest.fixture
def feature(team: Team) -> Feature:
    factories.make_price()
    return factories.make_feature(team=team)


def made(feature: Feature, cost: int | None = None, **fields) -> Part:
    part = factories.make_call(feature=feature).parts.get()
    Part.objects.filter(pk=part.pk).update(cost_today=cost, **fields)
    part.refresh_from_db()
    return part


def names(found) -> set[int]:
    return {part.pk for part in found}


def test_each_is_given_what_their_side_has_not_answered(feature, pia, ed, admin, stranger, now):
    open_, mine, done = made(feature), made(feature), made(feature)
    put_in(mine, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    both_in(done, now)
    other = factories.make_person(discipline="other", team=feature.team)
    assert names(queue.needing(pia)) == {open_.pk}
    assert names(queue.needing(ed)) == {open_.pk, mine.pk}
    assert [names(queue.needing(who)) for who in (stranger, other, admin)] == [set()] * 3


def test_disputed_and_broken_parts_come_back_to_both(feature, pia, ed, now):
    disputed, broken = made(feature), made(feature)
    both_in(disputed, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    both_in(broken, now)
    seal.breaks(broken)
    broken.save()
    assert names(queue.needing(pia)) == names(queue.needing(ed)) == {disputed.pk, broken.pk}


def test_after_a_broken_seal_ones_old_sheet_does_not_count_beside_the_others_new_one(feature, pia, ed, now):
    feature.team.one_side_enough = True
    feature.team.save()
    part = made(feature)
    both_in(part, now)
    seal.breaks(part)
    part.save()
    later = now + timedelta(hours=1)
    waiting.submit(part=part, side=ENGINEERING, by=BY, at=later)
    part.refresh_from_db()
    assert part.state == "one_side"
    assert names(queue.needing(pia)) == {part.pk}
    assert names(queue.needing(ed)) == set()


def test_the_dearest_comes_first_and_unknown_prices_last(feature, pia, now):
    unknown, cheap, dear = made(feature), made(feature, 5), made(feature, 50)
    found = queue.shown(person=pia, at=now)
    assert [part.pk for part in found.first] == [dear.pk, cheap.pk, unknown.pk]
    assert (found.left, found.all, found.today, found.rest) == (3, 3, 55, 0)


def test_it_is_narrowed_to_a_team_or_a_feature(feature, pia, now):
    second = factories.make_feature(team=feature.team)
    mine, other = made(feature), made(second)
    assert names(queue.shown(person=pia, at=now, feature=second).first) == {other.pk}
    assert names(queue.shown(person=pia, at=now, team=feature.team).first) == {mine.pk, other.pk}
    elsewhere = factories.make_team()
    assert queue.shown(person=pia, at=now, team=elsewhere).left == 0


def test_what_is_taken_is_skipped_for_the_same_side_until_it_runs_out(feature, pia, ed, now):
    colleague = factories.make_person(discipline="product", team=feature.team)
    dear, cheap = made(feature, 50), made(feature, 5)
    assert queue.take(person=pia, at=now) == dear
    assert queue.take(person=colleague, at=now) == cheap
    assert queue.take(person=ed, at=now) == dear  # the other side answers apart
    assert queue.holder(part=dear, person=colleague, at=now).person == pia
    assert queue.holder(part=dear, person=pia, at=now) is None
    over = now + queue.lasts()
    assert queue.holder(part=dear, person=colleague, at=over) is None
    assert queue.take(person=colleague, at=over) == dear
    assert Action.objects.count() == 0


def test_answering_renews_and_leaving_frees(feature, pia, now):
    colleague = factories.make_person(discipline="product", team=feature.team)
    part = made(feature)
    queue.take(person=pia, at=now)
    queue.renew(person=pia, part=part, at=now + timedelta(minutes=19))
    assert queue.take(person=colleague, at=now + timedelta(minutes=25)) is None
    queue.leave(person=pia)
    assert queue.take(person=colleague, at=now + timedelta(minutes=25)) == part
    assert Hold.objects.count() == 1


def test_who_takes_the_next_gives_back_what_they_held(feature, pia, now):
    made(feature, 50)
    queue.take(person=pia, at=now)
    queue.take(person=pia, at=now)
    assert Hold.objects.get().person == pia


def test_asked_for_twice_at_once_both_get_the_same(feature, pia, now, monkeypatch):
    dear, _ = made(feature, 50), made(feature, 5)
    free = queue._free

    def beaten(*given):
        found = free(*given)
        Hold.objects.create(part=dear, side=PRODUCT, person=pia, until=now + queue.lasts())
        return found

    monkeypatch.setattr(queue, "_free", beaten)
    assert queue.take(person=pia, at=now) == dear


@pytest.mark.skipif(settings.IS_SQLITE, reason="one writer at a time, and the tests' database is in memory")
@pytest.mark.django_db(transaction=True)
def test_five_people_at_once_get_five_parts(team, now):
    factories.make_price()
    feature = factories.make_feature(team=team)
    for cost in range(10):
        made(feature, cost)
    people = [factories.make_person(discipline="product", team=team) for _ in range(5)]

    def take(person: Person) -> int | None:
        try:
            found = queue.take(person=person, at=now)
            return found and found.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(take, people))
    assert None not in taken
    assert (len(set(taken)), Hold.objects.count()) == (5, 5)


@pytest.mark.parametrize("teams", [1, 50])
def test_the_next_part_comes_from_an_index(feature, pia, now: datetime, teams: int):
    for _ in range(teams - 1):
        Membership.objects.create(team=factories.make_team(), person=pia, role="member")
    made(feature, 5)
    text = queue.needing(pia).dearest_first()[:1].explain()
    if connection.vendor == "sqlite":
        assert re.search(r"(SCAN|SEARCH) inventory_part USING INDEX part_(by_cost|of_team_by_state)", text), text
        assert not re.search(r"inventory_part$|INTEGER PRIMARY KEY", text, re.MULTILINE), text
    else:  # a table of one row is read as a whole: what made it slow was looking each part up a second time
        assert len(re.findall(r" on inventory_part\b", text)) == 1, text
