"""A team that changes its mind about whether one side is enough: labels, figures and history follow in one action."""

from datetime import datetime

import pytest

from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.models import Action, Call, Part, Sheet, Team
from inventory.services.people import team as teams
from tests import factories

BY = Actor("command", "test")
NOBODY_WAITS = {"first": {"choice": "nobody"}, "late": {"choice": "longer"}}


@pytest.fixture
def part(team: Team, prices: Book, now: datetime) -> Part:
    """Product has answered; engineering has not."""
    call = factories.make_call(feature=factories.make_feature(team=team))
    part = call.parts.get()
    Part.objects.update(state="one_side")
    Sheet.objects.create(
        part=part, side="product", test_version=1, answers=NOBODY_WAITS, outcome="not_waiting", submitted_at=now
    )
    return part


def set_one_side_enough(team: Team, value: bool, at: datetime) -> Team:
    return teams.edit(team=team, version=team.version, name=team.name, one_side_enough=value, by=BY, at=at)


def test_label_of_one_side_counts_once_the_team_says_so(team: Team, part: Part, now: datetime) -> None:
    set_one_side_enough(team, True, now)
    part.refresh_from_db()
    call = Call.objects.get()
    assert (part.label, part.one_sided, part.state, part.kind) == ("not_waiting", True, "one_side", "move_to_batch")
    assert part.saving > 0
    assert (call.kind, call.saving) == ("move_to_batch", part.saving)
    action = Action.objects.get()
    assert (action.kind, action.changes_count, action.effect_saving) == ("team.edit", 3, part.saving)


def test_label_no_longer_counts_once_the_team_takes_it_back(team: Team, part: Part, now: datetime) -> None:
    changed = set_one_side_enough(team, True, now)
    set_one_side_enough(changed, False, now)
    part.refresh_from_db()
    assert (part.label, part.one_sided, part.state, part.kind, part.saving) == ("", False, "one_side", "undecided", 0)
    first, second = Action.objects.order_by("seq")
    assert first.effect_saving == -second.effect_saving


def test_renaming_a_team_counts_nothing_anew(team: Team, part: Part, now: datetime) -> None:
    teams.edit(team=team, version=1, name="Papers", one_side_enough=False, by=BY, at=now)
    part.refresh_from_db()
    assert part.version == 1
    assert Action.objects.get().changes_count == 1


def test_labels_both_sides_agreed_on_stay_as_they_are(team: Team, part: Part, now: datetime) -> None:
    Part.objects.update(state="agreed", label="waiting", sealed_at=now)
    set_one_side_enough(team, True, now)
    part.refresh_from_db()
    assert (part.label, part.version) == ("waiting", 1)


def test_other_teams_are_left_alone(team: Team, part: Part, now: datetime) -> None:
    set_one_side_enough(factories.make_team(), True, now)
    part.refresh_from_db()
    assert (part.label, part.version) == ("", 1)
