"""Two moments of a call, a part and the plan compared, and the inventory as it stood at the end of a day."""

import re
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from inventory.domain import effect
from inventory.exchange import call_file
from inventory.models import Action, Call, Called, Effect, Part, Person, Team, append_only
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.history import calls_then, effects, moment, past
from inventory.services.intake import taking, undo
from inventory.services.people import team as teams
from inventory.services.planning import plan
from inventory.services.undoing import built, putting
from tests.daily import short_and_whole
from tests.following import LINK, followed, opened
from tests.services.labelling.test_waiting import both_in
from tests.views.history.test_audit import FIELDS, text
from tests.views.history.test_audit_filters import exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
AGO = timedelta(days=40)
INDEXES: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Effect, ("seq", "team_id", "feature_id", *effect.NAMES)), (Called, ("seq", "record", "record_id", "name", "folded")),
)  # fmt: skip


@pytest.fixture
def then() -> datetime:
    return timezone.now() - AGO


@pytest.fixture
def call(team: Team, pia: Person, then: datetime) -> Call:
    feature = features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=then)
    return calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=then)


@pytest.fixture
def moved(call: Call, then: datetime) -> Part:
    """Sealed on the second day: it moves to batch."""
    part = call.parts.get()
    both_in(part, then + timedelta(days=1))
    part.refresh_from_db()
    assert part.kind == "move_to_batch"
    return part


def edit(call: Call, by: Person, at: datetime, **fields: object) -> None:
    call.refresh_from_db()
    calls.edit(call=call, version=call.version, fields=fields, by=by.actor, at=at)


def closed(page: str) -> str:
    """The page, its amounts without where they lead."""
    return LINK.sub(r"\3", page)


def day(then: datetime, days: int) -> str:
    return (timezone.localdate(then) + timedelta(days=days)).isoformat()


def test_a_call_compared_with_a_day_tells_fields_label_and_effect(
    call: Call, moved: Part, pia: Person, as_ed: Client, then: datetime
) -> None:
    edit(call, pia, then + timedelta(days=5), requests=1100)
    edit(call, pia, then + timedelta(days=6), tag="b")
    page = text(as_ed, f"/history/compare/call/{call.pk}?since=day&day={day(then, 0)}")
    assert "label No label yet → Nobody waits" in page
    assert "move Undecided → Move to batch" in page
    assert "; saving +$" in page
    assert '<td data-label="Before">1,000</td><td data-label="After">1,100</td>' in page
    page = text(as_ed, f"/history/compare/call/{call.pk}?since=day&day={day(then, 5)}")
    assert "tag: b" in page
    assert "1,100" not in page
    page = text(as_ed, f"/history/compare/call/{call.pk}?since=day&day={day(then, 0)}&until={day(then, 5)}")
    assert "1,100" in page
    assert '<th scope="row">Tag</th>' not in page


def test_since_it_was_sealed_leaves_out_what_the_seal_itself_changed(
    call: Call, moved: Part, pia: Person, as_ed: Client, then: datetime
) -> None:
    for record, pk in (("call", call.pk), ("part", moved.pk)):
        assert "nothing is different" in text(as_ed, f"/history/compare/{record}/{pk}?since=seal")
    edit(call, pia, then + timedelta(days=5), requests=1100)
    page = text(as_ed, f"/history/compare/part/{moved.pk}?since=seal")
    assert "requests a month 1,000 → 1,100" in page
    assert "Nobody waits" not in page.partition("<main")[2]


def test_since_the_last_export_and_since_an_action(
    call: Call, pia: Person, ed: Person, as_ed: Client, then: datetime
) -> None:
    assert "never exported" in text(as_ed, f"/history/compare/call/{call.pk}?since=export")
    exported(ed, then + timedelta(days=2))
    edit(call, pia, then + timedelta(days=5), requests=1100)
    assert "1,100" in text(as_ed, f"/history/compare/call/{call.pk}?since=export")
    last = Action.objects.latest("seq").seq
    assert "nothing is different" in text(as_ed, f"/history/compare/call/{call.pk}?action={last}")
    assert f"/history/compare/call/{call.pk}?action={last}" in text(as_ed, f"/history/{last}")


def test_parts_that_a_split_took_away_and_made_are_compared(
    call: Call, pia: Person, as_ed: Client, then: datetime
) -> None:
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    two = [{"name": "Preview", **half}, {"name": "Full pass", **half}]
    call.refresh_from_db()
    parts.split(call=call, version=call.version, parts=two, by=pia.actor, at=then + timedelta(days=3))
    page = text(as_ed, f"/history/compare/call/{call.pk}?since=day&day={day(then, 0)}")
    assert page.count('class="touched"') == 4
    assert "Full pass" in page


def test_a_part_that_a_second_split_took_away_is_in_the_history_of_its_call(
    call: Call, pia: Person, as_ed: Client, then: datetime
) -> None:
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    call.refresh_from_db()
    three = [{"name": name, **half} for name in ("Preview", "Full pass", "Digest")]
    parts.split(call=call, version=call.version, parts=three, by=pia.actor, at=then + timedelta(days=1))
    call.refresh_from_db()
    kept = [{"id": part.pk, "name": part.name, **half} for part in call.parts.exclude(name="Digest")]
    parts.split(call=call, version=call.version, parts=kept, by=pia.actor, at=then + timedelta(days=3))
    assert "Digest" in text(as_ed, f"/history/compare/call/{call.pk}?since=day&day={day(then, 2)}")
    assert "Digest" in text(as_ed, f"/history/as-of/{call.pk}?day={day(then, 2)}")
    assert "Digest" not in text(as_ed, f"/history/as-of/{call.pk}?day={day(then, 4)}")


def test_totals_of_any_day_are_those_the_plan_showed_then(
    call: Call, moved: Part, pia: Person, as_ed: Client, then: datetime
) -> None:
    edit(call, pia, then + timedelta(days=5), requests=2000)
    calls.retire(
        call=Call.objects.get(pk=call.pk), version=Call.objects.get(pk=call.pk).version, reason="gone",
        by=pia.actor, at=then + timedelta(days=8),
    )  # fmt: skip
    for action in Action.objects.order_by("seq"):
        stood = past.states_at([("part", str(moved.pk))], moment.Moment(action.seq, None, "")).get(
            ("part", str(moved.pk))
        )
        sums = effects.at(moment.Moment(action.seq, None, ""))
        live = stood is not None and stood["is_live"]
        assert sums.today == (stood["cost_today"] if live and stood else 0)
        assert sums.saving == (stood["saving"] if live and stood else 0)
        labelled = bool(live and stood and stood["label"])
        assert (sums.parts, sums.labelled) == (int(bool(live)), int(labelled))
        assert sums.covered == (sums.today if labelled else 0)
    now = effects.at(moment.now())
    assert (now.today, now.saving) == (plan.totals().overall.sums.today, plan.totals().overall.sums.saving) == (0, 0)


def test_the_plan_compared_tells_totals_and_what_made_the_difference(
    call: Call, moved: Part, as_ed: Client, then: datetime
) -> None:
    page = text(as_ed, f"/history/compare?since=day&day={day(then, 0)}")
    assert f"+${moved.saving / 1_000_000:,.2f}" in page
    assert "1 action moved parts to batch, nothing to real time" in page
    assert "saved an answer sheet of “Ticket tags”" in page
    assert "No action between the two changed a figure" in text(as_ed, f"/history/compare?since=day&day={day(then, 9)}")


def test_the_plan_is_compared_by_team_and_by_feature(
    call: Call, moved: Part, pia: Person, as_ed: Client, then: datetime
) -> None:
    mails = features.register(team=call.team, fields={"name": "Mails"}, by=pia.actor, at=then + timedelta(days=2))
    calls.register(feature=mails, fields={**FIELDS, "name": "Drafts"}, by=pia.actor, at=then + timedelta(days=2))
    other = teams.register(name="Search", by=pia.actor, at=then + timedelta(days=3))
    into = features.register(team=other, fields={"name": "Ranks"}, by=pia.actor, at=then + timedelta(days=3))
    calls.register(feature=into, fields={**FIELDS, "name": "Rank"}, by=pia.actor, at=then + timedelta(days=3))
    page = closed(text(as_ed, f"/history/compare?since=day&day={day(then, 0)}"))
    saving = f"+${moved.saving / 1_000_000:,.2f}"
    row = f'<td data-label="Saving then" class="num">$0.00</td><td data-label="Now" class="num">{saving[1:]}</td>'
    for into_, name, labelled in (
        (f"?since=day&amp;day={day(then, 0)}&amp;team={call.team_id}", "Documents", "0 of 1 → 1 of 2"),
        (f"/history/feature/{call.feature_id}", "Tickets", "0 of 1 → 1 of 1"),
    ):
        told = page.partition(f'<a href="{into_}">{name}</a>')[2].partition("</tr>")[0]
        assert row in told
        assert labelled in told
    assert "0 of 0 → 0 of 1" in page.partition(f'<a href="/history/feature/{into.pk}">Ranks</a>')[2]
    assert "0 of 1 parts, 0.0 % of the cost today</td>" in page
    assert "1 of 3 parts" in page
    narrowed = text(as_ed, f"/history/compare?since=day&day={day(then, 0)}&team={other.pk}")
    assert "Ranks" in narrowed
    assert "Tickets" not in narrowed.partition("By feature")[2]
    assert "saved an answer sheet" not in narrowed
    as_of = text(as_ed, f"/history/as-of?day={day(then, 2)}")
    assert f'<a href="?day={day(then, 2)}&amp;team={call.team_id}">Documents</a>' in as_of
    assert "Search" not in as_of
    assert "Labelled: 1 of 2 parts" in as_of


def test_the_sums_of_features_are_those_the_chain_keeps_and_those_of_the_plan(moved: Part, as_ed: Client) -> None:
    for action in Action.objects.all():
        gained = effects.of_action(action)
        told = tuple((gained[1] - gained[0]).all[:3]) if gained else (0, 0, 0)
        assert told == (action.effect_today, action.effect_saving, action.effect_possible)
    assert sum((row.second.today for row in effects.by_team(moment.now(), moment.now())), 0) == moved.cost_today


def test_an_action_opens_to_its_effect_on_savings_coverage_and_what_a_commit_rests_on(
    call: Call, moved: Part, as_ed: Client
) -> None:
    page = closed(text(as_ed, f"/history/{Action.objects.filter(kind='waiting.submit').latest('seq').seq}"))
    amount = f"${moved.saving / 1_000_000:,.2f}"
    assert f'<td data-label="Before" class="num">$0.00</td><td data-label="After" class="num">{amount}</td>' in page
    assert '<td data-label="Before" class="num">0 of 1 parts, 0.0 % of the cost today</td>' in page
    assert '<td data-label="After" class="num">1 of 1 parts, 100.0 % of the cost today</td>' in page
    assert "+1 part, +100.0 points" in page
    assert "which a commit rests on" in page
    assert "Cost today, a month" not in page
    quiet = text(as_ed, f"/history/{Action.objects.filter(kind='feature.register').latest('seq').seq}")
    assert "no effect on the figures" in quiet
    assert 'class="table stack sums"' not in quiet


def test_earlier_actions_are_weighed_and_named_as_new_ones(call: Call, moved: Part, as_ed: Client) -> None:
    made = [set(model.objects.values_list(*columns)) for model, columns in INDEXES]
    append_only.remove(connection)
    for model, _ in INDEXES:
        model.objects.all().delete()
    import_module("inventory.migrations.0026_history_found_and_weighed").index_what_is_there(apps, None)
    assert [set(model.objects.values_list(*columns)) for model, columns in INDEXES] == made
    assert all(made)


def test_the_inventory_as_of_a_day_has_the_calls_in_use_then(
    call: Call, moved: Part, pia: Person, as_ed: Client, then: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(call, pia, then + timedelta(days=5), name="Renamed")
    for n in range(3):
        calls.register(
            feature=call.feature, fields={**FIELDS, "name": f"Later {n}"}, by=pia.actor, at=then + timedelta(days=7)
        )
    page = text(as_ed, f"/history/as-of?day={day(then, 2)}")
    assert "Ticket tags" in page
    assert "Renamed" not in page
    assert "Later" not in page
    assert "Move to batch" in page
    assert "No calls" in text(as_ed, f"/history/as-of?day={day(then, -1)}")
    monkeypatch.setattr(calls_then, "ROWS", 2)
    first = text(as_ed, f"/history/as-of?day={day(then, 8)}")
    assert ("Renamed" in first, "Later 0" in first, "Later 1" in first) == (True, True, False)
    last = Call.objects.get(name="Later 0").pk
    assert f"?day={day(then, 8)}&amp;after={last}" in first
    assert "Later 2" in text(as_ed, f"/history/as-of?day={day(then, 8)}&after={last}")


FILE = b"""team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens,provider
Documents,Imported,one,First of a file,claude-haiku-4-5,1000,5000,100,anthropic
Documents,Imported,two,Second of a file,claude-haiku-4-5,2000,5000,100,anthropic
"""


def take_back(action: Action, by: Person, at: datetime) -> Action:
    stamp = built.look(action).stamp
    return putting.take_back(action=action, keys=None, stamp=stamp, reason="No", by=by.actor, at=at)


def test_what_was_taken_back_since_is_listed_as_the_totals_of_then_count_it(
    call: Call, pia: Person, as_ed: Client, then: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registration, a file of new calls, and a registration that was taken back and put back again."""
    on = then + timedelta(days=1)
    made = {"feature": call.feature, "by": pia.actor, "at": on}
    slip = calls.register(fields={**FIELDS, "name": "A slip"}, **made)
    back = calls.register(fields={**FIELDS, "name": "Back again"}, **made)
    of_slip, of_back = (Action.objects.get(record="call", record_id=str(each.pk)) for each in (slip, back))
    summary = taking.import_inventory(file=call_file.read(FILE), name="calls.csv", by=pia.actor, at=on)
    later = then + timedelta(days=4)
    take_back(of_slip, pia, later)
    take_back(take_back(of_back, pia, later), pia, later)
    undo.undo(action=Action.objects.get(seq=summary.seq), by=pia.actor, at=later)
    assert Call.objects.count() == 2
    for days, count in ((0, 1), (2, 5), (5, 2)):
        stood = moment.of_day(timezone.localdate(then) + timedelta(days=days))
        monkeypatch.setattr(calls_then, "ROWS", 50)
        listed, following = calls_then.calls(stood)
        assert (len(listed), following) == (count, None)
        sums = effects.at(stood)
        assert sum(each.today or 0 for each in listed) == sums.today > 0
        assert (sum(each.saving or 0 for each in listed), len(listed)) == (sums.saving, sums.parts)
        assert {each.name for each in listed if each.is_gone} == (
            {"A slip", "First of a file", "Second of a file"} if days == 2 else set()
        )
        monkeypatch.setattr(calls_then, "ROWS", 2)
        assert calls_then.every(stood) == listed
    monkeypatch.setattr(calls_then, "ROWS", 50)
    page = text(as_ed, f"/history/as-of?day={day(then, 2)}")
    assert f'<a href="/history/call/{slip.pk}">A slip</a>' in page
    assert page.count("taken back since") == 3
    assert "Imported · taken back since" in page, "its feature is gone too"
    assert f'<a href="/calls/{back.pk}">Back again</a>' in page
    text(as_ed, f"/history/call/{slip.pk}")


@pytest.fixture
def other(call: Call, moved: Part, pia: Person, then: datetime) -> Team:
    """A second team. On the third day a call of the first went there, one was split anew, one retired, and one of that
    team taken back."""
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    other = teams.register(name="Search", by=pia.actor, at=then)
    made = [
        call,
        *(registered(pia, call.team, then, f"Own {n}") for n in range(3)),
        registered(pia, other, then, "Far"),
    ]
    of_slip = Action.objects.filter(record="call").latest("seq")
    three = [{"name": name, **half} for name in ("Preview", "Full pass", "Digest")]
    kept = split(made[1], pia, then + timedelta(days=1), three)[:2]
    later = then + timedelta(days=3)
    split(made[1], pia, later, [{"id": part.pk, "name": part.name, **half} for part in kept])
    made[2].refresh_from_db()
    calls.retire(call=made[2], version=made[2].version, reason="Gone", by=pia.actor, at=later)
    features.edit(
        feature=made[3].feature, version=made[3].feature.version, fields={"team": other}, by=pia.actor, at=later
    )
    take_back(of_slip, pia, later)
    return other


def test_every_sum_as_of_a_day_opens_to_the_calls_that_add_up_to_it(
    call: Call, other: Team, as_ed: Client, then: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [f"/history/as-of?day={day(then, n)}" for n in (2, 5)]
    pages = [f"{each}{team}" for each in days for team in ("", *(f"&team={pk}" for pk in (call.team_id, other.pk)))]
    seen = followed(as_ed, pages)
    assert len(seen) == 6
    assert all(sums["Cost, a month"] for sums in seen.values())
    assert seen[f"{days[0]}&team={call.team_id}#calls"] != seen[f"{days[1]}&team={call.team_id}#calls"]
    monkeypatch.setattr(calls_then, "ROWS", 2)
    for n, team, names in (
        (2, call.team_id, ["Ticket tags", "Own 0", "Own 1", "Own 2"]), (2, other.pk, ["Far"]),
        (5, call.team_id, ["Ticket tags", "Own 0"]), (5, other.pk, ["Own 2"]),
    ):  # fmt: skip
        stood = moment.of_day(timezone.localdate(then) + timedelta(days=n))
        found = calls_then.every(stood, team=team)
        assert [each.name for each in found] == names
        sums = effects.at(stood, team=team)
        told = [sum(getattr(each, name) or 0 for each in found) for name in ("today", "saving", "possible")]
        assert told == [sums.today, sums.saving, sums.possible]
    assert f"{other.name}: <a" in text(as_ed, f"{days[0]}&team={other.pk}")
    assert "No calls" in text(as_ed, f"{days[0]}&team=999")
    last = calls_then.calls(moment.of_day(timezone.localdate(then) + timedelta(days=2)), team=call.team_id)[1]
    assert f"&amp;team={call.team_id}&amp;after={last}" in text(as_ed, f"{days[0]}&team={call.team_id}")


@short_and_whole
def test_every_sum_of_two_moments_opens_to_what_adds_up_to_it_on_either_side(
    call: Call, other: Team, as_ed: Client, then: datetime, whole: bool
) -> None:
    """The calls of then, after an action or at the end of a day; the parts of now. In the soak each of the three by both teams."""
    early, late = (moment.of_day(timezone.localdate(then) + timedelta(days=n)).seq for n in (2, 5))
    spans = [f"since=day&day={day(then, 2)}", f"since=day&day={day(then, 2)}&until={day(then, 5)}", f"action={early}"]
    pages = [f"/history/compare?{span}" for span in spans]
    of_teams = [(0, other), (1, call.team), (2, call.team), (1, other), (2, other), (0, call.team)]
    pages += [f"{pages[n]}&team={team.pk}" for n, team in (of_teams if whole else of_teams[:3])]
    seen = followed(as_ed, pages)
    assert all(any(sums.values()) for sums in seen.values())
    gone, to_other = (Call.objects.get(name=f"Own {n}").feature_id for n in (1, 2))
    assert f"/history/as-of?action={early}&feature={gone}#calls" in seen
    of_both = f"&team={call.team_id}&feature={to_other}#calls"
    assert {f"/history/as-of?action={early}{of_both}", f"/history/as-of?day={day(then, 2)}{of_both}"} < seen.keys()
    assert {f"/plan/sum?team={other.pk}&feature={to_other}", f"/plan/sum?team={other.pk}", "/plan/sum"} < seen.keys()
    assert f"/plan/sum?feature={gone}" not in seen, "nothing is in it"
    assert opened(as_ed, f"/history/as-of?action={early}") != opened(as_ed, f"/history/as-of?action={late}")


@short_and_whole
def test_what_an_action_did_to_the_sums_opens_to_the_calls_before_and_after_it(
    call: Call, other: Team, as_ed: Client, whole: bool
) -> None:
    """Every day one action of each kind."""
    actions = Action.objects.exclude(effect_today=0, effect_saving=0).order_by("seq")
    chosen = (
        list(actions) if whole else sorted({each.kind: each for each in actions}.values(), key=lambda each: each.seq)
    )
    pages = [f"/history/{action.seq}" for action in chosen]
    seen = followed(as_ed, pages)
    assert len(seen) > len(pages) > (5 if whole else 4)
    assert all(re.fullmatch(r"/history/as-of\?action=\d+#calls", into) for into in seen)
    page = text(as_ed, f"/history/as-of?action={pages[-1].rpartition('/')[2]}&team={other.pk}")
    assert f'right after <a href="{pages[-1]}">' in page
    assert all(
        f"/history/as-of/{each}?action=" in page
        for each in Call.objects.filter(team=other).values_list("pk", flat=True)
    )


def registered(by: Person, team: Team, at: datetime, name: str) -> Call:
    feature = features.register(team=team, fields={"name": name}, by=by.actor, at=at)
    return calls.register(feature=feature, fields={**FIELDS, "name": name}, by=by.actor, at=at)


def split(call: Call, by: Person, at: datetime, into: list[dict[str, Any]]) -> list[Part]:
    call.refresh_from_db()
    parts.split(call=call, version=call.version, parts=into, by=by.actor, at=at)
    return list(call.parts.order_by("position"))


def test_an_amount_as_of_a_day_opens_to_its_arithmetic_also_where_the_call_is_gone(
    call: Call, moved: Part, pia: Person, as_ed: Client, then: datetime
) -> None:
    slip = calls.register(
        feature=call.feature, fields={**FIELDS, "name": "A slip"}, by=pia.actor, at=then + timedelta(days=1)
    )
    took = f"${(slip.cost_today or 0) / 10**6:,.2f}"
    edit(call, pia, then + timedelta(days=5), requests=3000)
    take_back(Action.objects.get(record="call", record_id=str(slip.pk)), pia, then + timedelta(days=6))
    for found, requests in ((call, "1,000"), (slip, "1,000")):
        path = f"/history/as-of/{found.pk}?day={day(then, 2)}"
        assert path in text(as_ed, f"/history/as-of?day={day(then, 2)}")
        page = text(as_ed, path)
        assert f"{requests} requests a month, each as below" in page
        assert took in page.partition("Together")[2]
        assert "by other prices" not in page
    call.refresh_from_db()
    page = text(as_ed, f"/history/as-of/{call.pk}?day={day(then, 5)}")
    assert f"${(call.cost_today or 0) / 10**6:,.2f} a month as of the end of" in page
    text(as_ed, f"/history/as-of/{slip.pk}?day={day(then, 0)}", status=404)
    text(as_ed, f"/history/as-of/{slip.pk}?day={day(then, 7)}", status=404)
    assert as_ed.get(f"/history/as-of/{call.pk}").status_code == 302


NO_MOMENT = {
    "/history/as-of?day=2999-10-01": "1 October 2999 is still to come",
    "/history/as-of?day=soon": "“soon” is no day",
    "/history/as-of?day=": "Choose a day.",
    "/history/as-of?action=99": "No action has this number: choose a day.",
    "/history/as-of?action=0": "No action has this number: choose a day.",
    "/history/as-of?action=" + "9" * 30: "No action has this number: choose a day.",
    "/history/as-of?action=x": "No action has this number: choose a day.",
    "/history/compare?since=day&day=2999-10-01": "1 October 2999 is still to come",
    "/history/compare?since=day": "Choose the day to compare with.",
    "/history/compare?since=ever": "Select a valid choice",
    "/history/compare?team=99": "The address names no team that exists",
    "/history/compare?since=seal": "Select a valid choice",
    "/history/compare?action=99": "No action has this number",
}


def test_a_moment_that_is_none_is_answered_in_words(call: Call, as_ed: Client) -> None:
    assert {path: told for path, told in NO_MOMENT.items() if told not in text(as_ed, path)} == {}


def test_a_first_moment_after_the_second_is_answered_in_words(call: Call, as_ed: Client) -> None:
    at, before = timezone.make_aware(datetime(2026, 11, 2, 12)), audit.states(call)  # noqa: DTZ001
    call.tag = "x"
    by = audit.Actor("command", "x")
    audit.record(kind="call.edit", by=by, at=at, subject=call, before=before, after=audit.states(call))
    page = text(as_ed, "/history/compare?since=day&day=2026-11-02&until=2026-11-01")
    assert "The first moment is after the second" in page


@pytest.mark.parametrize("path", ["call/99", "job/1", "nothing/1", "call/" + "9" * 30])
def test_what_cannot_be_compared_is_not_found(path: str, as_ed: Client) -> None:
    text(as_ed, f"/history/compare/{path}", status=404)


def test_a_call_never_sealed_says_so(call: Call, as_ed: Client) -> None:
    assert "It is not sealed" in text(as_ed, f"/history/compare/call/{call.pk}?since=seal")
    assert "What is different since it was sealed" in text(as_ed, f"/history/call/{call.pk}")
