"""A label rests on facts: which edit breaks its seal, what is said of it, who is told, and how it is confirmed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.models import Notice, Part, Person, Sheet, Team
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.history import verification
from inventory.services.labelling import check, queue, reconcile, waiting
from inventory.services.people import team as teams
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, give, put_in

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
BY = Actor("person", "0")
HOUR = timedelta(hours=1)


@pytest.fixture
def part(team: Team, pia: Person, ed: Person) -> Part:
    factories.make_price()
    feature = factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)
    return factories.make_call(feature=feature).parts.get()


def edit(part: Part, at: datetime, by: Actor = BY, **fields: Any) -> None:
    call = calls.Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields=fields, by=by, at=at)
    part.refresh_from_db()


def said(part: Part) -> str:
    return part.reason


def test_small_edits_add_up_against_the_value_at_the_sealing(part: Part, now: datetime) -> None:
    both_in(part, now)
    edit(part, now + HOUR, requests=1200)
    assert part.state == "agreed"
    edit(part, now + HOUR, requests=1400)
    assert (part.state, part.label) == ("check_needed", "")
    assert said(part) == "It was “nobody waits”. Changed since: Volume 1,000 → 1,400 requests a month."


def test_several_facts_are_named_and_one_that_is_back_is_not(part: Part, now: datetime) -> None:
    both_in(part, now)
    edit(part, now + HOUR, requests=2500)
    edit(part, now + HOUR, model="claude-haiku-5-5")
    assert "Model claude-sonnet-5-5 → claude-haiku-5-5; Volume 1,000 → 2,500 requests a month." in said(part)
    parts.edit(part=part, version=part.version, fields={"consumer": "a customer"}, by=BY, at=now + HOUR)
    part.refresh_from_db()
    assert "Who uses it first “shift lead” → “a customer”" in said(part)
    edit(part, now + 2 * HOUR, requests=1100, model="claude-sonnet-5-5")
    assert said(part) == "It was “nobody waits”. Changed since: Who uses it first “shift lead” → “a customer”."


def test_a_part_whose_facts_are_all_back_has_still_to_be_confirmed(part: Part, now: datetime) -> None:
    both_in(part, now)
    edit(part, now + HOUR, requests=2500)
    edit(part, now + HOUR, requests=1000)
    assert part.state == "check_needed"
    assert said(part).endswith("as it was again, and somebody has still to confirm it.")
    assert part.changes() == ()


def test_a_label_from_before_facts_were_kept_breaks_against_the_value_before_its_first_edit(
    part: Part, now: datetime
) -> None:
    both_in(part, now)
    Part.objects.update(rested_on={})
    part.refresh_from_db()
    edit(part, now + HOUR, requests=1150)
    assert (part.state, part.rested_on["requests"]) == ("agreed", 1000)
    edit(part, now + HOUR, requests=1210)
    assert "Volume 1,000 → 1,210" in said(part)


def test_an_edit_of_nothing_the_label_rests_on_keeps_the_seal_and_its_facts(part: Part, now: datetime) -> None:
    both_in(part, now)
    kept = part.rested_on
    edit(part, now + HOUR, name="Other", output=900)
    parts.edit(part=part, version=part.version, fields={"hand_over": "by mail"}, by=BY, at=now)
    part.refresh_from_db()
    assert (part.state, part.rested_on) == ("agreed", kept)


def test_history_still_verifies_after_all_of_it(part: Part, now: datetime) -> None:
    call = calls.register(
        feature=part.feature, fields={**factories_of(part), "name": "Other", "key": "other"}, by=BY, at=now
    )
    mine = call.parts.get()
    both_in(mine, now)
    edit(mine, now + HOUR, requests=2500)
    edit(mine, now + HOUR, requests=1000)
    waiting.submit(part=mine, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    waiting.submit(part=mine, side=ENGINEERING, by=BY, at=now + 2 * HOUR)
    mine.refresh_from_db()
    assert mine.state == "agreed"
    found = [each.text for each in verification.verify().findings]
    assert [text for text in found if f"part {mine.pk}" in text or f"call {call.pk}" in text] == []


def factories_of(part: Part) -> dict[str, Any]:
    names = ("provider", "model", "today_path", "requests", "uncached_input", "cacheable_prefix", "output")
    return {name: getattr(part.call, name) for name in names}


def test_a_confirmation_given_before_a_further_fact_changed_does_not_count(part: Part, now: datetime) -> None:
    both_in(part, now)
    edit(part, now + HOUR, requests=2500)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    assert waiting.walk(part=part, side=PRODUCT).is_in
    edit(part, now + 3 * HOUR, model="claude-haiku-5-5")
    assert not waiting.walk(part=part, side=PRODUCT).is_in
    edit(part, now + 4 * HOUR, name="Renamed")
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 5 * HOUR)
    edit(part, now + 6 * HOUR, name="Renamed again")
    part.refresh_from_db()
    assert waiting.walk(part=part, side=PRODUCT).is_in


def test_a_change_that_began_before_a_confirmation_was_saved_asks_that_side_again(part: Part, now: datetime) -> None:
    """Whoever waits for the call, or reads a long file, is dated before what others save meanwhile."""
    both_in(part, now)
    edit(part, now + HOUR, requests=2500)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 3 * HOUR)
    edit(part, now + 2 * HOUR, model="claude-haiku-5-5")
    assert not waiting.walk(part=part, side=PRODUCT).is_in
    edit(part, now + 2 * HOUR, model="claude-sonnet-5-5")
    assert not waiting.walk(part=part, side=PRODUCT).is_in
    for side in (PRODUCT, ENGINEERING):
        waiting.submit(part=part, side=side, by=BY, at=now + 4 * HOUR)
    part.refresh_from_db()
    parts.edit(part=part, version=part.version, fields={"consumer": "a customer"}, by=BY, at=now)
    part.refresh_from_db()
    assert [waiting.walk(part=part, side=side).is_in for side in (PRODUCT, ENGINEERING)] == [False, False]


def test_confirmed_by_both_it_counts_again_and_rests_on_the_new_facts(part: Part, now: datetime) -> None:
    both_in(part, now)
    edit(part, now + HOUR, requests=2500)
    for side in (PRODUCT, ENGINEERING):
        waiting.submit(part=part, side=side, by=BY, at=now + 2 * HOUR)
    part.refresh_from_db()
    assert (part.state, part.label, part.rested_on["requests"]) == ("agreed", "not_waiting", 2500)
    edit(part, now + 3 * HOUR, requests=2900)
    assert part.state == "agreed"


def test_a_settled_label_that_breaks_is_disputed_again_where_both_stay_with_their_word(
    part: Part, now: datetime
) -> None:
    both_in(part, now, product=SOMEBODY_WAITS)
    part.refresh_from_db()
    reconcile.settle(part=part, label="waiting", reason="The lead knows", by=BY, at=now, version=part.version)
    edit(part, now + HOUR, requests=2500)
    assert (part.state, part.label) == ("check_needed", "")
    for side in (PRODUCT, ENGINEERING):
        waiting.submit(part=part, side=side, by=BY, at=now + 2 * HOUR)
    part.refresh_from_db()
    assert (part.state, part.label, part.rested_on) == ("disputed", "", {})


def test_a_sheet_saved_beside_a_settled_label_confirms_nothing_that_breaks_later(part: Part, now: datetime) -> None:
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    Sheet.objects.update(opened_at=now)
    reconcile.settle(part=part, label="waiting", reason="Nobody answers", by=BY, at=now, version=part.version)
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now + HOUR)
    assert part.state == "settled"
    edit(part, now + 2 * HOUR, requests=2500)
    assert not waiting.walk(part=part, side=ENGINEERING).is_in


def test_where_one_side_is_enough_one_confirmation_is(part: Part, now: datetime, team: Team) -> None:
    teams.edit(team=team, version=1, name=team.name, one_side_enough=True, by=BY, at=now)
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    assert (part.one_sided, part.rested_on["requests"]) == (True, 1000)
    edit(part, now + HOUR, requests=2500)
    assert part.state == "check_needed"
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    part.refresh_from_db()
    assert (part.label, part.one_sided, part.rested_on["requests"]) == ("not_waiting", True, 2500)


def test_counting_anew_does_not_move_what_a_one_sided_label_rests_on(part: Part, now: datetime, team: Team) -> None:
    enough = teams.edit(team=team, version=1, name=team.name, one_side_enough=True, by=BY, at=now)
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    edit(part, now + HOUR, requests=1150)
    other = factories.make_feature(team=factories.make_team(one_side_enough=True))
    edit(part, now + HOUR, feature=other)
    assert (enough.one_side_enough, part.label, part.rested_on["requests"]) == (True, "not_waiting", 1000)


# Who is told


def told(person: Person) -> list[tuple[str, int]]:
    found = Notice.objects.of(person).filter(event="check_needed")
    return list(found.order_by("pk").values_list("about", "count"))


def test_both_sides_hear_of_it_but_not_who_did_it(part: Part, now: datetime, pia: Person, ed: Person) -> None:
    helper = factories.make_person(team=part.team, discipline="product")
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now, person=helper)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now, person=helper)
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    edit(part, now + HOUR, by=pia.actor, requests=2500)
    assert (told(pia), told(ed), told(helper)) == ([], [(part.name, 1)], [(part.name, 1)])
    edit(part, now + HOUR, by=pia.actor, output=801)
    assert told(ed) == [(part.name, 1)]


def test_who_uses_it_first_tells_too(part: Part, now: datetime, pia: Person, ed: Person) -> None:
    both_in(part, now)
    parts.edit(part=part, version=part.version, fields={"deadline": "05:00"}, by=ed.actor, at=now + HOUR)
    assert (told(pia), told(ed)) == ([(part.name, 1)], [])


def of_split(part: Part) -> list[dict[str, Any]]:
    profile = {"uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
    return [{"name": "Preview", "requests": 1000, **profile}, {"name": "Rest", "requests": 1000, **profile}]


def test_a_split_tells_of_the_label_it_takes_away_and_of_those_it_breaks(
    part: Part, now: datetime, pia: Person, ed: Person
) -> None:
    both_in(part, now)
    call = calls.Call.objects.get(pk=part.call_id)
    call = parts.split(call=call, version=call.version, parts=of_split(part), by=BY, at=now, reason="Two readers")
    assert told(pia) == told(ed) == [(part.name, 1)]
    assert Notice.objects.filter(event="check_needed", call=call, part=None).count() == 2
    preview, rest = call.parts.order_by("position")
    for each in (preview, rest):
        both_in(each, now)
    call.refresh_from_db()
    changed = [{"id": each.pk, "requests": 2500} for each in (preview, rest)]
    parts.split(call=call, version=call.version, parts=changed, by=BY, at=now + HOUR, reason="More of it")
    assert {each.state for each in call.parts.all()} == {"check_needed"}
    assert told(pia)[1:] == [("Preview", 2)]  # one notice for one action
    call.refresh_from_db()
    parts.unsplit(call=call, version=call.version, by=BY, at=now + HOUR, reason="One reader")
    assert len(told(pia)) == 2  # no label that counted was lost


# The list


def test_the_list_names_facts_and_whose_word_is_missing_but_nothing_they_say(
    part: Part, now: datetime, pia: Person, ed: Person, stranger: Person
) -> None:
    both_in(part, now)
    edit(part, now + HOUR, requests=2500)
    waiting.submit(part=part, side=PRODUCT, by=BY, at=now + 2 * HOUR)
    (row,) = check.rows(check.to_check(), ed)
    assert ([str(each) for each in row.changes], row.because) == (["Volume 1,000 → 2,500 requests a month"], "")
    assert (row.missing, row.is_mine) == (("Engineering",), True)
    assert not check.rows(check.to_check(), pia)[0].is_mine
    assert not check.rows(check.to_check(), stranger)[0].is_mine
    assert not check.to_check(team=stranger.memberships.get().team)
    assert list(check.to_check(feature=part.feature)) == [part]
    assert {each.pk for each in queue.to_check(ed)} == {part.pk}
    assert not queue.to_check(pia)


def test_one_that_was_broken_before_facts_were_kept_shows_what_it_says(part: Part, now: datetime, ed: Person) -> None:
    Part.objects.update(state="check_needed", reason="It was so. A fact has changed.", sealed_at=now)
    (row,) = check.rows(check.to_check(), ed)
    assert (row.changes, row.because) == ((), "It was so. A fact has changed.")


def test_a_database_from_before_facts_were_kept_verifies_before_and_after_its_first_edit(
    part: Part, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = ("rested_on", "kept_on")
    with monkeypatch.context() as before_upgrade:
        before_upgrade.setattr(Part, "HISTORY", tuple(name for name in Part.HISTORY if name not in new))
        fields = {**factories_of(part), "name": "Other", "key": "other"}
        mine = calls.register(feature=part.feature, fields=fields, by=BY, at=now).parts.get()
        both_in(mine, now)
        Part.objects.filter(pk=mine.pk).update(rested_on={})
    mine = Part.objects.get(pk=mine.pk)
    for at, requests in ((now + HOUR, 1150), (now + 2 * HOUR, 1300)):
        assert [each.text for each in verification.verify().findings if f"part {mine.pk} " in each.text] == []
        edit(mine, at, requests=requests)
    assert "Volume 1,000 → 1,300" in mine.reason
    assert [each.text for each in verification.verify().findings if f"part {mine.pk} " in each.text] == []
