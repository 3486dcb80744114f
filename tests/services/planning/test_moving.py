"""One move: its steps, its walk-back, and what people overrule with a reason."""

from datetime import datetime

import pytest

from inventory.domain.book import Book
from inventory.domain.status import Status
from inventory.models import Action, Call, Part, Person, Stale, Team
from inventory.services.calls import call as calls
from inventory.services.planning import arrangement, move, moving
from tests.services.planning.test_arrangement import make_move, make_wave

pytestmark = pytest.mark.django_db


def step(part: Part, to: Status, by: Person, at: datetime, *, reason: str = "", leads: bool = True) -> Part:
    return moving.set_status(part=part, to=to, version=part.version, reason=reason, leads=leads, by=by.actor, at=at)


def test_a_move_goes_its_way_an_action_a_step(team: Team, pia: Person, now: datetime) -> None:
    part = make_move(team, wave=make_wave(team), status=Status.PROPOSED)
    for to in (Status.AGREED, Status.PLANNED, Status.MOVING, Status.MOVED, Status.VERIFIED):
        part = step(part, to, pia, now)
    part.refresh_from_db()
    assert (part.status, part.version) == ("verified", 6)
    counts = [("move.set_status", n) for n in (1, 1, 1, 2, 2)]  # the last two with the ledger
    assert list(Action.objects.order_by("seq").values_list("kind", "changes_count")) == counts


def test_a_step_that_is_not_one_is_refused_and_leaves_everything(team: Team, pia: Person, now: datetime) -> None:
    part = make_move(team, status=Status.AGREED)
    with pytest.raises(moving.Refused, match="cannot become verified"):
        step(part, Status.VERIFIED, pia, now)
    with pytest.raises(moving.Refused, match="Put it into a wave first"):
        step(part, Status.PLANNED, pia, now)
    assert not Action.objects.exists()


def test_members_may_propose_and_take_it_back_only(team: Team, ed: Person, now: datetime) -> None:
    part = step(make_move(team), Status.PROPOSED, ed, now, leads=False)
    with pytest.raises(moving.LeadsOnly):
        step(part, Status.AGREED, ed, now, leads=False)
    assert step(part, Status.NONE, ed, now, leads=False).status == ""


def test_a_walk_back_says_why_and_asks_for_the_label_anew(prices: Book, team: Team, pia: Person, now: datetime) -> None:
    part = make_move(team, wave=make_wave(team), status=Status.MOVED)
    with pytest.raises(moving.Refused, match="Say why"):
        step(part, Status.WALKED_BACK, pia, now)
    part = step(part, Status.WALKED_BACK, pia, now, reason="The desk reads it at once")
    part.refresh_from_db()
    assert (part.status, part.state, part.label, part.kind) == ("walked_back", "check_needed", "", "undecided")
    assert part.saving == 0
    assert "The move was walked back: The desk reads it at once" in part.reason
    action = Action.objects.get()
    assert (action.kind, action.reason) == ("move.walk_back", "The desk reads it at once")
    assert action.effect_saving < 0


def test_a_stale_step_is_refused(team: Team, pia: Person, now: datetime) -> None:
    part = make_move(team)
    step(part, Status.PROPOSED, pia, now)
    with pytest.raises(Stale):
        step(part, Status.PROPOSED, pia, now)


def overrule(part: Part, by: Person, at: datetime, **said: tuple[int | str | None, str]) -> Part:
    values, reasons = ({name: each[i] for name, each in said.items()} for i in (0, 1))
    return moving.overrule(
        part=part,
        version=part.version,
        values=values,
        reasons=reasons,
        by=by.actor,
        at=at,  # type: ignore[arg-type]
    )


def test_each_weight_is_overruled_with_a_reason_and_goes_back(team: Team, pia: Person, now: datetime) -> None:
    part = overrule(make_move(team), pia, now, effort=(4, "no queue yet"), ready=("not_ready", "freeze till May"))
    found = Part.objects.select_related("call").get(pk=part.pk).weights()
    assert (found.effort.value, found.effort.reason, found.effort.derived) == ("4", "no queue yet", "1")
    assert (found.ready.value, found.ready.derived, found.risk.is_overruled) == ("Not ready", "Ready", False)
    with pytest.raises(moving.ReasonNeeded):
        overrule(part, pia, now, risk=(5, "  "))
    part = overrule(part, pia, now)
    assert (part.effort_set, part.effort_why, part.ready_set) == (None, "", "")
    overrule(part, pia, now)
    assert Action.objects.count() == 2


def test_many_moves_take_the_same_step_as_one_action_or_none_does(team: Team, pia: Person, now: datetime) -> None:
    wave = make_wave(team)
    parts = [make_move(team, wave=wave, status=Status.AGREED) for _ in range(3)]
    versions = {part.pk: part.version for part in parts}
    assert moving.set_together(team=team, versions=versions, to=Status.PLANNED, by=pia.actor, at=now) == 3
    action = Action.objects.get()
    assert (action.kind, action.changes_count, action.team_id) == ("move.set_together", 3, team.pk)
    Part.objects.filter(pk=parts[2].pk).update(status=Status.VERIFIED)
    versions = {part.pk: 2 for part in parts}
    with pytest.raises(moving.Refused, match=f"{parts[2].name}: A move that is verified cannot become moving"):
        moving.set_together(team=team, versions=versions, to=Status.MOVING, by=pia.actor, at=now)
    with pytest.raises(moving.Refused, match="on its own page"):
        moving.set_together(team=team, versions=versions, to=Status.WALKED_BACK, by=pia.actor, at=now)
    with pytest.raises(arrangement.ChangedMeanwhile):
        moving.set_together(team=team, versions={parts[0].pk: 1}, to=Status.MOVING, by=pia.actor, at=now)
    assert Action.objects.count() == 1
    assert Part.objects.filter(status=Status.PLANNED).count() == 2


def test_what_is_worth_its_effort_comes_first_and_follows_what_is_overruled(
    prices: Book, team: Team, pia: Person, now: datetime
) -> None:
    many, few = make_move(team), make_move(team)
    for part, requests in ((many, 3000), (few, 2000)):
        Part.objects.filter(pk=part.pk).update(requests=requests)
        Call.objects.filter(pk=part.call_id).update(requests=requests)
        call = Call.objects.get(pk=part.call_id)
        calls.edit(call=call, version=call.version, fields={"tag": "nightly"}, by=pia.actor, at=now)
    first = list(move.moves(move.Filters(), sort="-worth"))
    assert [call.pk for call in first] == [many.call_id, few.call_id]
    assert [call.worth for call in first] == [call.saving for call in first]

    many.refresh_from_db()
    moving.overrule(
        part=many,
        version=many.version,
        values={"effort": 4},
        reasons={"effort": "It has no tests"},
        by=pia.actor,
        at=now,
    )
    found = list(move.moves(move.Filters(), sort="-worth"))
    assert [call.pk for call in found] == [few.call_id, many.call_id]
    assert (found[1].worth, Action.objects.order_by("seq").last().changes_count) == (found[1].saving // 4, 2)


def test_moves_worth_the_same_come_in_one_order(team: Team) -> None:
    pks = [make_move(team).call_id for _ in range(3)]
    assert [call.pk for call in move.moves(move.Filters(), sort="-worth")] == pks[::-1]
