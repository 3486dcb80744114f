"""Every kind of tampering, tried at random places. The triggers are away: they stop mistakes, the chain tells of owners."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from inventory.domain import audit as chain
from inventory.domain.audit import Actor
from inventory.models import Action, Call, ChainHead, Change, Part, Team, append_only
from inventory.services import audit
from inventory.services.history import verification
from tests import factories

BY = Actor("person", "1")
pytestmark = pytest.mark.django_db
ACTIONS = 12


def write(now: datetime, subject: Any, before: audit.States, after: audit.States) -> None:
    audit.record(kind="test.write", by=BY, at=now, subject=subject, before=before, after=after)


@pytest.fixture
def written(now: datetime) -> list[Team]:
    """Twelve actions over four teams: created, renamed twice."""
    teams = [factories.make_team(name=f"Team {n}") for n in range(4)]
    for team in teams:
        write(now, team, {}, audit.states(team))
    for round_ in ("second", "third"):
        for team in teams:
            before = audit.states(team)
            team.name = f"{team.name} {round_}"
            team.write("name")
            write(now, team, before, audit.states(team))
    return teams


@pytest.fixture
def unguarded(written: list[Team]) -> None:
    append_only.remove(connection)


def findings(**given: Any) -> list[verification.Finding]:
    """What was found, but for the triggers that are away."""
    report = verification.verify(**given)
    return [finding for finding in report.findings if "trigger" not in finding.text]


def test_an_untouched_history_is_whole(written: list[Team]) -> None:
    report = verification.verify()
    assert report.findings == ()
    assert (report.seq, report.hash, report.changes) == (12, audit.head().hash, 12)


def test_an_empty_history_is_whole() -> None:
    assert verification.verify() == verification.Report(0, chain.GENESIS, 0, ())


# Each tampering takes an action that is neither first nor last and returns the number that has to be named.


def edit(action: Action) -> int:
    Action.objects.filter(pk=action.pk).update(reason="never said")
    return action.seq


def edit_change(action: Action) -> int:
    Change.objects.filter(action=action).update(after='{"name":"forged"}')
    return action.seq


def retime(action: Action) -> int:
    Action.objects.filter(pk=action.pk).update(at=action.at - timedelta(days=30))
    return action.seq


def blame(action: Action) -> int:
    Action.objects.filter(pk=action.pk).update(actor_id="2")
    return action.seq


def flatter(action: Action) -> int:
    Action.objects.filter(pk=action.pk).update(effect_saving=10**9)
    return action.seq


def delete(action: Action) -> int:
    Change.objects.filter(action=action).delete()
    Action.objects.filter(pk=action.pk).delete()
    return action.seq


def delete_and_close_up(action: Action) -> int:
    delete(action)
    for later in Action.objects.filter(seq__gt=action.seq).order_by("seq"):
        Action.objects.filter(pk=later.pk).update(seq=F("seq") - 1)
    return action.seq


def delete_change(action: Action) -> int:
    Change.objects.filter(action=action).delete()
    return action.seq


def add_change(action: Action) -> int:
    Change.objects.create(action=action, position=1, record="team", record_id="1", before="", after="{}")
    return action.seq


def renumber_changes(action: Action) -> int:
    Change.objects.filter(action=action).update(position=3)
    return action.seq


def move_change(action: Action) -> int:
    following = Action.objects.get(seq=action.seq + 1)
    Change.objects.filter(action=action).update(action=following, position=1)
    return action.seq


def swap(action: Action) -> int:
    following = Action.objects.get(seq=action.seq + 1)
    Action.objects.filter(pk=following.pk).update(seq=10_000)
    Action.objects.filter(pk=action.pk).update(seq=action.seq + 1)
    Action.objects.filter(pk=following.pk).update(seq=action.seq)
    return action.seq


def rehash(action: Action) -> int:
    """Altered, and its own link made to fit: the next one no longer continues it."""
    action.reason = "never said"
    stored = Change.objects.filter(action=action).values_list("record", "record_id", "before", "after")
    fitting = chain.link(action.previous, audit.chained(action), stored)
    Action.objects.filter(pk=action.pk).update(reason=action.reason, hash=fitting)
    return action.seq + 1


def insert(action: Action) -> int:
    """One more at the end, as long as the head does not know of it."""
    last = Action.objects.order_by("-seq")[0]
    forged = Action.objects.get(pk=action.pk)
    forged.pk, forged.seq, forged.previous, forged.changes_count = None, last.seq + 1, last.hash, 0
    forged.hash = chain.link(last.hash, audit.chained(forged), [])
    forged.save(force_insert=True)
    return forged.seq


def cut_tail(action: Action) -> int:
    Change.objects.filter(action__seq__gte=action.seq).delete()
    Action.objects.filter(seq__gte=action.seq).delete()
    return action.seq


def cut_tail_and_head(action: Action) -> int:
    """Only what was published shows it, and that rows tell of actions that are not there."""
    cut_tail(action)
    last = Action.objects.get(seq=action.seq - 1)
    ChainHead.objects.update(seq=last.seq, hash=last.hash)
    return action.seq


def rewrite_suffix(action: Action) -> int:
    """Altered, and every link from there on made to fit, the head too."""
    previous = action.previous
    for each in Action.objects.filter(seq__gte=action.seq).order_by("seq"):
        each.previous, each.reason = previous, "as it should have been"
        stored = Change.objects.filter(action=each).values_list("record", "record_id", "before", "after")
        previous = each.hash = chain.link(previous, audit.chained(each), stored)
        each.save()
    ChainHead.objects.update(hash=previous)
    return action.seq


def reorder_changes(action: Action) -> int:
    """Two changes of one action swapped; here each action has one, so that one of another is taken in."""
    following = Action.objects.get(seq=action.seq + 1)
    first, second = Change.objects.get(action=action), Change.objects.get(action=following)
    Change.objects.filter(pk=first.pk).update(after=second.after, before=second.before)
    Change.objects.filter(pk=second.pk).update(after=first.after, before=first.before)
    return action.seq


def behind_the_back(action: Action) -> int:
    """A row changed by raw SQL: its last action is named."""
    change = Change.objects.get(action=action)
    run(f"UPDATE inventory_team SET name = 'forged {action.seq}' WHERE id = {change.record_id}")
    return Change.objects.filter(record_id=change.record_id).order_by("-action__seq")[0].action.seq


TAMPERINGS = [
    edit, edit_change, retime, blame, flatter, delete, delete_and_close_up, delete_change, add_change, renumber_changes,
    move_change, swap, rehash, insert, cut_tail, cut_tail_and_head, rewrite_suffix, reorder_changes, behind_the_back,
]  # fmt: skip


ONLY_BY_HEADS = (cut_tail_and_head, rewrite_suffix)


def tampered(times: int) -> None:
    """So many tamperings drawn at random, each found and the first broken action named, and taken back."""
    heads = dict(Action.objects.values_list("seq", "hash"))
    for n in range(times):
        tamper = TAMPERINGS[n % len(TAMPERINGS)]
        place = transaction.savepoint()
        seq = tamper(Action.objects.get(seq=random.randint(2, ACTIONS - 2)))
        published = heads if tamper in ONLY_BY_HEADS else None
        assert (tamper.__name__, findings(published=published)[0].seq) == (tamper.__name__, seq)
        transaction.savepoint_rollback(place)
    assert findings(published=heads) == []


@pytest.mark.either
@pytest.mark.usefixtures("unguarded")
def test_tamperings_at_random_places_are_all_found_and_the_first_broken_action_named() -> None:
    tampered(len(TAMPERINGS))


@pytest.mark.soak
@pytest.mark.usefixtures("unguarded")
def test_a_thousand_tamperings_are_all_found_and_named() -> None:
    tampered(1000)


@pytest.mark.usefixtures("unguarded")
def test_a_cut_tail_with_the_head_set_back_shows_against_a_published_head() -> None:
    head = audit.head()
    cut_tail_and_head(Action.objects.get(seq=8))
    assert findings(published={head.seq: head.hash})[0] == verification.Finding(
        8, "is missing: history went on to action 12, whose head was published"
    )


@pytest.mark.usefixtures("unguarded")
def test_a_rewritten_suffix_shows_against_a_published_head() -> None:
    head = audit.head()
    rewrite_suffix(Action.objects.get(seq=6))
    assert findings() == []
    assert findings(published={head.seq: head.hash})[0] == verification.Finding(
        1, "or one of those after it up to 12 was rewritten: the head of 12 was published with another hash"
    )
    assert findings(published={5: Action.objects.get(seq=5).hash, 12: head.hash})[0].seq == 6


def test_a_head_published_earlier_still_fits_when_history_has_grown(written: list[Team], now: datetime) -> None:
    head = audit.head()
    write(now, written[0], audit.states(written[0]), {})
    written[0].delete()
    assert findings(published={head.seq: head.hash}) == []


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_changed_by_raw_sql_is_named_with_its_last_action(written: list[Team]) -> None:
    team = written[2]
    run(f"UPDATE inventory_team SET name = 'other', one_side_enough = true WHERE id = {team.pk}")
    assert findings() == [
        verification.Finding(11, f"team {team.pk} was changed behind the app's back since: name, one_side_enough")
    ]


def test_a_row_deleted_by_raw_sql_is_named_with_its_last_action(written: list[Team]) -> None:
    run(f"DELETE FROM inventory_team WHERE id = {written[3].pk}")
    assert findings() == [verification.Finding(12, f"team {written[3].pk} was deleted behind the app's back")]


def test_a_row_added_by_raw_sql_is_named(written: list[Team]) -> None:
    team = factories.make_team()
    assert findings() == [verification.Finding(None, f"team {team.pk} is in the database, but no action tells of it")]


def test_a_row_put_back_after_its_deletion_is_named(written: list[Team], now: datetime) -> None:
    team = written[0]
    write(now, team, audit.states(team), {})
    assert findings() == [
        verification.Finding(13, f"team {team.pk} is in the database, although history says it was deleted")
    ]


def test_a_change_nobody_recorded_is_named_at_the_next_action(written: list[Team], now: datetime) -> None:
    team = written[0]
    team.name = "in between"
    team.save()
    before = audit.states(team)
    team.name = "afterwards"
    team.save()
    write(now, team, before, audit.states(team))
    assert findings() == [
        verification.Finding(13, f"team {team.pk} was changed behind the app's back before this action: name")
    ]


def test_amounts_dates_shares_and_lists_play_back_as_they_are_stored(now: datetime) -> None:
    call = factories.make_call(hit_share="0.123456", cost_today=12_345_678)
    part = factories.make_part(
        call=call, blockers=["zero_retention"], sealed_at=now, label="waiting", state="agreed", saving=-5
    )
    call, part = Call.objects.get(pk=call.pk), Part.objects.get(pk=part.pk)
    others = [*call.parts.exclude(pk=part.pk), call.feature, call.team]
    write(now, call, {}, audit.states(call, part, *others))
    assert findings() == []


def test_a_field_the_history_keeps_only_since_later_is_no_alarm(
    written: list[Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Team, "HISTORY", (*Team.HISTORY, "version"))
    assert findings() == []


def test_texts_that_are_no_json_are_named_not_stumbled_over(unguarded: None) -> None:
    for text in ("{", "[1]", "7", "NaN"):
        Change.objects.filter(action__seq=4).update(after=text)
        assert findings()[0].seq == 4


def test_a_missing_trigger_is_told(unguarded: None) -> None:
    assert "inventory_action_no_delete is missing" in str(verification.verify().findings)
