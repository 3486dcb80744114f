"""Single fields of an action taken back, and what belongs together."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from inventory.models import Action
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.undoing import built, putting, units
from inventory.services.undoing.putting import Refused
from inventory.services.undoing.units import Unit
from tests.services.labelling.test_waiting import both_in
from tests.services.undoing.test_undo import (
    BY,
    DOES,
    World,
    afresh,
    edit,
    everything,
    last,
    resplit,
    split,
    whole,
    world,  # noqa: F401, the fixture
)

pytestmark = pytest.mark.django_db


def units_of(action: Action) -> list[Unit]:
    found = built.look(action)
    return [unit for row in found.open for unit in units.of(found, row)]


def names(action: Action) -> list[tuple[list[str], str]]:
    """The fields of each unit, `call.tag`, and why they belong together."""
    return [([f"{record}.{name}" for (record, _), name in unit.items], unit.why) for unit in units_of(action)]


def take_fields(action: Action, *fields: str, at: datetime) -> Action:
    """Those units which have one of these fields."""
    keys = [unit.key for unit in units_of(action) if not {name for _, name in unit.items}.isdisjoint(fields)]
    return put_back(action, keys, at)


def put_back(action: Action, fields: Sequence[str], at: datetime, rows: Sequence[str] | None = None) -> Action:
    stamp = built.look(action).stamp
    return putting.take_back(action=action, keys=rows, fields=fields, stamp=stamp, reason="A slip.", by=BY, at=at)


def test_one_field_is_taken_back_the_others_later_and_each_undo_can_be_undone(world: World) -> None:  # noqa: F811
    edit(world, requests=1100, tag="x", description="y")
    action = last()
    one = take_fields(action, "tag", at=world.at)
    call = world.fresh(world.call)
    assert (one.kind, call.requests, call.tag, call.description) == ("undo.fields", 1100, "", "y")
    assert names(action) == [(["call.description"], ""), (["call.requests"], "")]
    assert built.look(action).rows[0].partly_by == one.seq
    two = take_fields(action, "requests", "description", at=world.at)
    assert not built.look(action).open
    assert built.look(action).rows[0].taken_by == two.seq
    call = world.fresh(world.call)
    assert (call.requests, call.tag, call.description) == (1000, "", "")
    assert take_fields(two, "description", at=world.at).kind == "undo.redo"
    call = world.fresh(world.call)
    assert (call.requests, call.description) == (1000, "y")
    assert names(action) == [(["call.description"], "")]
    assert names(two) == [(["call.requests"], "")]
    assert names(one) == [(["call.tag"], "")]
    assert whole()


def test_a_field_left_out_overrides_nothing_and_breaks_no_seal(world: World) -> None:  # noqa: F811
    fresh = calls.register(
        feature=world.feature, fields={**calls_fields(world), "key": "n", "name": "N"}, by=BY, at=world.at
    )
    part = parts.edit(
        part=fresh.parts.get(), version=1, fields={"deadline": "6 am", "hand_over": "a file"}, by=BY, at=world.at
    )
    action = last()
    both_in(part, world.at)
    assert "has to be confirmed again" in built.look(action).rows[0].built[0]
    take_fields(action, "hand_over", at=world.at)
    part.refresh_from_db()
    assert (part.deadline, part.hand_over, part.label) == ("6 am", "", "not_waiting")
    assert whole()


def calls_fields(world: World) -> dict[str, object]:  # noqa: F811
    copied = ("provider", "model", "today_path", "requests", "uncached_input", "cacheable_prefix", "output")
    return {name: getattr(world.call, name) for name in copied}


def test_a_label_comes_back_with_the_facts_it_rests_on_and_never_without(world: World) -> None:  # noqa: F811
    before = everything()
    edit(world, model="claude-haiku-4-5", requests=5000, tag="x")
    action = last()
    (facts, why), (tag, _) = sorted(names(action), key=lambda each: -len(each[0]))
    assert tag == ["call.tag"]
    assert {"call.model", "call.requests", "part.label", "part.state"} <= {*facts}
    assert why == units.LABEL
    take_fields(action, "tag", at=world.at)
    assert (world.part.state, world.fresh(world.call).requests) == ("check_needed", 5000)
    take_fields(action, "model", at=world.at)
    assert world.part.label == "not_waiting"
    assert everything() == before
    assert whole()


def test_the_figures_of_a_split_and_its_steps_belong_together(world: World) -> None:  # noqa: F811
    split(world)
    assert [why for _, why in names(last())] == [units.STEP]
    edit(world, requests=900, output=700, tag="x")
    assert names(last()) == [(["call.output", "call.requests"], units.SPLIT), (["call.tag"], "")]
    with pytest.raises(Refused, match="Nothing of it was chosen"):
        put_back(last(), ["call:0:requests"], world.at)
    resplit(world)
    assert [why for _, why in names(last())] == [units.STEP]


def test_what_says_something_of_another_field_goes_back_with_it(world: World) -> None:  # noqa: F811
    edit(world, output=700, figures="measured", path_assumed=True, today_path="batch", uncached_input=5000)
    figures, _, path, _ = units.BELONGING["call"]
    assert [(fields, why) for fields, why in names(last()) if why and why != units.LABEL] == [
        (["call.figures", "call.output", "call.uncached_input"], figures[2]),
        (["call.path_assumed", "call.today_path"], path[2]),
    ]


@pytest.mark.parametrize("kinds", [[*DOES][1::2], pytest.param([*DOES], marks=pytest.mark.soak)], ids=["half", "all"])
def test_field_by_field_comes_to_the_same_as_all_at_once(kinds: list[str], world: World) -> None:  # noqa: F811
    """The other half is taken back as a whole in `test_undo.py`."""
    for kind, fresh in afresh(kinds, world):
        _field_by_field(kind, fresh)


def _field_by_field(kind: str, world: World) -> None:  # noqa: F811
    first, act = DOES[kind]
    first(world)
    before = everything()
    act(world)
    action = last(kind)
    for _ in range(len(units_of(action))):
        found = built.look(action)
        row = found.open[0]
        put_back(action, [units.of(found, row)[0].key], world.at, rows=[row.key])
    assert not units_of(action)
    assert (kind, everything()) == (kind, before)
