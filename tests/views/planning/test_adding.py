"""Every sum on a page opens to a list that adds up to it, to the cent, and every row of that list opens further."""

import json
import random
import re
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from inventory.domain import money
from inventory.domain import wave as months
from inventory.domain.plan import Kind, Why
from inventory.domain.schedule import Term
from inventory.domain.status import Status
from inventory.forms import adding as forms
from inventory.forms import frozen_list as frozen_forms
from inventory.forms import realised as ledger_forms
from inventory.models import Call, Feature, Frozen, Part, Person, Realised, Team, Wave
from inventory.services.planning import adding, ledger, ledger_list, schedule
from inventory.services.versions import frozen_list
from tests import factories
from tests.daily import short_and_whole
from tests.following import CELL, cents, followed, opened, sums_of
from tests.services.planning.test_realised import moved
from tests.services.plans import frozen
from tests.views.files.test_listed import exported

pytestmark = pytest.mark.django_db
KINDS = [
    (Kind.MOVE_TO_BATCH, Why.NONE, 1), (Kind.BRING_BACK, Why.NONE, -1), (Kind.STAY_REAL_TIME, Why.NONE, 0),
    (Kind.STAY_BATCH, Why.NONE, 0), (Kind.CANNOT_MOVE, Why.NONE, 0), (Kind.UNDECIDED, Why.NONE, 0),
    (Kind.UNDECIDED, Why.NONE, -1),
]  # fmt: skip


@pytest.fixture
def plan(team: Team, pia: Person, now: datetime) -> Team:
    """Parts of every kind, in two teams, split and not, in waves of their own and of the other team, one-sided, of
    features that grow or were guessed; moves that are done, verified and taken back."""
    dice, other = random.Random(7), factories.make_team(name="Another")
    waves = [
        Wave.objects.create(team=each, name=f"Wave {n}", starts_on=starts, ramp_months=n)
        for each in (team, other)
        for n, starts in enumerate((date(2026, 12, 1), date(2027, 3, 1), None))
    ]
    made = []
    for n in range(8):
        given = {"first_guess": dice.choice((None, 40)), "growth": dice.choice(("0", "0.05"))}
        feature = factories.make_feature(team=(team, other)[n % 2], name=f"F{n}", **given)
        made += [drawn(feature, dice, waves) for _ in range(5)]
    save(made)
    for saving in (3_001_234, -77_777, 400):
        moved(team, pia, now, saving=saving, cost_today=9_000_000, cost_target=9_000_000 - saving)
    first, second = Realised.objects.order_by("pk")[:2]
    Realised.objects.filter(pk=first.pk).update(verified_at=now)
    Realised.objects.filter(pk=second.pk).update(ended_at=now, ended_why="Slow")
    for each in (team, None):
        frozen(pia, now, team=each)
    return team


def drawn(feature: Feature, dice: random.Random, waves: list[Wave]) -> list[Part]:
    """The parts of a call, none of them saved."""
    call = factories.call_of(feature, figures=dice.choice(("typed", "measured")))
    call.is_split = dice.random() < 0.3
    found = []
    for position in range(3 if call.is_split else 1):
        kind, why, sign = dice.choice(KINDS)
        today = dice.randrange(10**6, 10**9)
        saving = sign * dice.randrange(today)
        moves = kind in (Kind.MOVE_TO_BATCH, Kind.BRING_BACK)
        part = factories.part_of(
            call, position=position, in_split=call.is_split, kind=kind, why=why, cost_today=today,
            cost_target=today - saving, saving=saving, one_sided=kind != Kind.UNDECIDED and dice.random() < 0.3,
            possible=dice.randrange(today) if kind == Kind.UNDECIDED else 0,
            wave=dice.choice([None, *waves]) if moves else None, status=Status.PROPOSED if moves else "",
        )  # fmt: skip
        found.append(part)
    return found


def save(calls: list[list[Part]]) -> None:
    """These calls, each given by its parts."""
    for parts in calls:
        call = parts[0].call
        call.cost_today, call.cost_target = (
            sum(getattr(part, name) for part in parts) for name in ("cost_today", "cost_target")
        )
    Call.objects.bulk_create([parts[0].call for parts in calls])
    Part.objects.bulk_create([part for parts in calls for part in parts])


def pages(team: Team) -> list[str]:
    feature, split = guessed(team), Call.objects.filter(is_split=True)[0]
    return [
        "/", "/plan", *(f"/plan?by={by}" for by in ("team", "feature", "kind")), f"/plan?team={team.pk}",
        f"/plan?feature={feature.pk}", "/features", f"/features/{feature.pk}", f"/calls/{split.pk}", "/label", "/plan/time",
        f"/plan/time?team={team.pk}&opened=12", "/plan/realised", f"/plan/realised?team={team.pk}",
        f"/plan/waves?team={team.pk}", "/plan/guess", f"/plan/guess?team={team.pk}", "/plan/versions",
        *(f"/plan/versions/{pk}" for pk in Frozen.objects.values_list("pk", flat=True)),
    ]  # fmt: skip


def narrowed_twice(team: Team) -> list[str]:
    feature = guessed(team)
    return [
        f"/plan?team={team.pk}&by=kind", f"/plan?feature={feature.pk}&by=kind", "/plan/time?opened=7",
        "/plan/time?months=30", f"/plan/guess?feature={feature.pk}", f"/plan/versions?team={team.pk}",
    ]  # fmt: skip


def guessed(team: Team) -> Feature:
    return Feature.objects.filter(first_guess=40, team=team)[0]


@short_and_whole
def test_every_sum_opens_to_a_list_that_adds_up_to_it(as_pia: Client, plan: Team, whole: bool) -> None:
    """The soak opens those too that differ from another of their page in numbers alone (a wave, a month, a feature), and
    pages that narrow what others narrow already."""
    seen = followed(as_pia, pages(plan) + (narrowed_twice(plan) if whole else []), whole=whole)
    least = 100 if whole else 60
    assert len(seen) > least
    assert sum(bool(sums) for sums in seen.values()) > 0.8 * least


def test_every_row_of_a_sum_opens_to_its_arithmetic_and_the_rows_of_all_pages_are_all_of_it(
    as_pia: Client, plan: Team
) -> None:
    dice = random.Random(8)
    save([drawn(feature, dice, []) for feature in Feature.objects.all() for _ in range(4)])
    rows: list[str] = []
    for number in (1, 2, 3):
        page = as_pia.get(f"/plan/sum?page={number}").content.decode()
        body = page.partition("<tbody>")[2].partition('id="together"')[0]
        rows += re.findall(r'href="(/calls/\d+/explained#part-\d+)" aria-label="([^ ]*) today', body)
    parts = Part.objects.live()
    assert len(rows) == parts.count() > 100
    assert abs(sum(cents(shown) for _, shown in rows) * 10**4 - sum(part.cost_today or 0 for part in parts)) < 10**6
    assert as_pia.get(rows[0][0]).status_code == 200


def test_every_row_of_what_was_in_plan_opens_to_its_arithmetic_of_then(as_pia: Client, plan: Team) -> None:
    version = Frozen.objects.get(scope=plan.pk)
    page = as_pia.get(f"/plan/versions/{version.pk}?counted=planned").content.decode()
    rows = re.findall(r'href="(/plan/versions/\d+/calls/\d+)[^"]*" aria-label="([^ ]*) saved', page)
    assert len(rows) > 1
    assert abs(sum(cents(shown) for _, shown in rows) * 10**4 - version.planned) <= 10**4 * len(rows)
    assert as_pia.get(rows[0][0]).status_code == 200
    beside = as_pia.get(f"/plan/versions/{version.pk}?counted=unplanned")
    assert beside.context["sums"]["saving"] == version.saving - version.planned != 0


def test_what_a_sum_is_of_is_said_and_what_means_nothing_narrows_nothing(as_pia: Client, plan: Team) -> None:
    page = as_pia.get(f"/plan/sum?team={plan.pk}&kind=split&side=waits&of=one_sided&wave=none").content.decode()
    assert f"{plan.name} · split · somebody waits · on one side&#x27;s answer alone · in no wave." in page
    whole = as_pia.get("/plan/sum").content.decode()
    assert "Every part in use." in whole
    assert "Confidence in today" in whole
    odd = as_pia.get("/plan/sum?team=x&kind=y&side=z&of=q&wave=999999&growth=1e999&call=0&page=u").content.decode()
    assert "Every part in use." in odd
    Part.objects.all().update(is_live=False)
    assert "Nothing in the plan is counted here by now." in as_pia.get("/plan/sum").content.decode()


def test_whoever_answers_for_neither_side_has_no_part_to_answer(as_admin: Client, admin: Person, plan: Team) -> None:
    Person.objects.filter(pk=admin.pk).update(discipline="other")
    assert "No part" in as_admin.get("/plan/sum?of=mine").content.decode()


def test_the_words_are_of_what_there_is() -> None:
    assert forms.OF.keys() == adding.OF.keys()
    assert forms.WAVES.keys() == adding.WAVES.keys()
    assert [value for value, _ in ledger_forms.NOW if value] == list(ledger_list.NOW)
    assert [value for value, _ in frozen_forms.COUNTED if value] == list(frozen_list.COUNTED)
    assert (ledger_forms.NO_WAVE, ledger_forms.ELSEWHERE) == (ledger.NO_WAVE, ledger_list.ELSEWHERE)


def test_a_month_opens_to_what_adds_up_to_it(as_pia: Client, plan: Team) -> None:
    page = as_pia.get("/plan/time?opened=7").content.decode()
    month = page.partition('<section id="month"')[2].partition("</section>")[0]
    row = page.partition("opened=7#month")[2].partition("</tr>")[0]
    for column, place in (("As it runs", 0), ("Saves", -1)):
        *lines, total = [cents(shown) for name, shown in CELL.findall(month) if name == column]
        assert total == [cents(shown) for shown in re.findall(r">([^<>]*\$[^<>]*)<", row)][place]
        assert abs(sum(lines) - total) <= len(lines)
        assert len(lines) > 1
    assert "= " + re.findall(r">([^<>]*\$[^<>]*)<", row)[1] in month
    assert 'id="month"' not in as_pia.get("/plan/time?opened=99").content.decode()


def test_what_a_wave_saves_in_the_term_opens_to_its_months(as_pia: Client, plan: Team) -> None:
    told = schedule.told(term=Term(2027 * 12, 24))
    wave = max(told.waves, key=lambda each: told.in_term[each.pk])
    page = as_pia.get(f"/plan/time?months=24&first=2027-01&wave={wave.pk}").content.decode()
    found = page.partition('<section id="wave"')[2].partition("</section>")[0]
    assert f"<h2>{wave.name}, opened</h2>" in found
    *months, total = [cents(shown) for name, shown in CELL.findall(found) if name == "Saves"]
    assert len(months) == 24
    assert abs(sum(months) - total) <= len(months)
    assert total == cents(money.shown(told.in_term[wave.pk])) != 0
    assert f"months=24&amp;first=2027-01&amp;wave={wave.pk}#wave" in page
    for other in (Wave.objects.get(team=plan, starts_on=None).pk, 10**9):
        assert 'id="wave"' not in as_pia.get(f"/plan/time?wave={other}").content.decode()


def first_of(offset: int) -> date:
    """The first day of a month so many from this one."""
    return months.first_day(months.month(timezone.localdate()) + offset)


def test_a_later_month_of_the_burn_down_opens_to_its_waves(as_pia: Client, plan: Team) -> None:
    Wave.objects.exclude(starts_on=None).update(starts_on=first_of(2), ramp_months=3)
    told = ledger.told(today=timezone.localdate())
    later = [each for each in told.left if each.is_planned]
    assert len({each.amount for each in later}) > 3
    for each in later:
        page = as_pia.get(f"/plan/realised?opened={each.day:%Y-%m}").content.decode()
        assert f'href="?opened={each.day:%Y-%m}#left" aria-label="{money.shown(each.amount)} left' in page
        found = page.partition('<section id="left"')[2].partition("</section>")[0]
        *pieces, total = [cents(shown) for name, shown in CELL.findall(found) if name.startswith("Still")]
        assert total == cents(money.shown(each.amount))
        assert abs(sum(pieces) - total) <= len(pieces) > 2
        left = re.findall(r'data-label="Left today" class="num">(?:<a [^>]*>)?([^<]*)', found)
        assert cents(left[-1]) == cents(money.shown(told.overall.left))
        assert abs(sum(map(cents, left[:-1])) - cents(left[-1])) <= len(left)
    for day in (f"{timezone.localdate():%Y-%m}", "2099-01", "x"):
        assert 'id="left"' not in as_pia.get(f"/plan/realised?opened={day}").content.decode()


def test_what_is_later_than_its_wave_planned_opens_to_the_waves_and_their_moves(as_pia: Client, plan: Team) -> None:
    """One should have moved as a whole, one by a third; one begins this month."""
    starts = ((first_of(-3), 0), (first_of(-1), 3), (first_of(0), 0))
    for n, (starts_on, ramp) in enumerate(starts):
        Wave.objects.filter(name=f"Wave {n}").update(starts_on=starts_on, ramp_months=ramp)
    for team in ("", f"team={plan.pk}"):
        address = f"/plan/realised?late=1{team and f'&{team}'}"
        shown = {into: shown for into, _, shown in sums_of(as_pia, f"/plan/realised?{team}") if "late=" in into}
        found = as_pia.get(address).content.decode().partition('<section id="late"')[2].partition("</section>")[0]
        *pieces, total = [cents(shown) for name, shown in CELL.findall(found) if name == "Late, a month"]
        assert total == cents(shown[f"{address}#late"]) != 0
        assert abs(sum(pieces) - total) <= len(pieces)
        assert found.count(">100 %<") + found.count(">33 %<") == len(pieces) > found.count(">33 %<") > 0
        left = re.findall(r'href="([^"]*)" aria-label="([^ ]*) saved', found)
        moves = [opened(as_pia, unescape(into))["Saves"] for into, _ in left]
        assert moves == [cents(shown) for _, shown in left]
        shares = [1 if ">100 %<" in row else 1 / 3 for row in found.split("<tr>")[2:]]
        assert all(abs(late - share * move) <= 1 for late, share, move in zip(pieces, shares, moves, strict=True))
    Wave.objects.update(starts_on=first_of(0))
    assert 'id="late"' not in as_pia.get("/plan/realised?late=1").content.decode()


def test_an_earlier_month_of_the_burn_down_opens_to_what_was_moved_since(as_pia: Client, plan: Team) -> None:
    first, second = Realised.objects.standing().order_by("pk")
    turn = timezone.make_aware(datetime.combine(first_of(-1), time()))
    for entry, at in ((first, turn - timedelta(minutes=1)), (second, turn)):
        Realised.objects.filter(pk=entry.pk).update(moved_at=at)
    page = as_pia.get("/plan/realised").content.decode()
    for offset, saving, count in ((-2, second.saving, 1), (-3, first.saving + second.saving, 2)):
        month, shown = f"{first_of(offset):%Y-%m}", money.shown(saving, sign=True)
        assert f'?now=realised&amp;since={month}#ledger" aria-label="{shown} moved since' in page
        assert opened(as_pia, f"/plan/realised?now=realised&since={month}")["Saves"] == cents(shown)
        assert len(json.loads(exported(as_pia, "ledger", "json", f"now=realised&since={month}"))) == count
        assert f"moved after {first_of(offset):%B %Y}" in as_pia.get(f"/plan/realised?since={month}").content.decode()
