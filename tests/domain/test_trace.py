import pytest

from inventory.domain import trace


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ("undecided", "move_to_batch", "to_batch"),
        ("stay_real_time", "stay_batch", "to_batch"),
        ("move_to_batch", "stay_batch", ""),
        ("stay_batch", "bring_back", "to_real_time"),
        ("move_to_batch", "undecided", "to_real_time"),
        ("undecided", "cannot_move", ""),
        (None, "move_to_batch", "to_batch"),
        (None, "stay_batch", ""),
        (None, "bring_back", "to_real_time"),
        ("stay_batch", None, ""),
        (None, None, ""),
    ],
)
def test_a_part_crosses_where_the_plan_has_it_on_the_other_side_than_before(
    was: str | None, now: str | None, found: str
) -> None:
    assert trace.crossing(was, now) == found


def test_fields_are_traced_where_a_record_was_there_before_and_is_after() -> None:
    both = {"kind": "undecided", "deadline": "1 h"}, {"kind": "move_to_batch", "deadline": "2 h"}
    assert set(trace.words("part", *both)) == {"part.kind", "part.deadline", "to_batch"}
    assert set(trace.words("call", {"name": "a"}, {"name": "b"})) == {"call.name"}
    assert set(trace.words("call", None, {"name": "b"})) == set()
    assert set(trace.words("part", {"name": "a", "kind": "stay_batch"}, None)) == set()
