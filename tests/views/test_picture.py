"""Pictures: every bar inside its canvas, every number drawn as long as it is."""

from inventory.domain.bridge import steps
from inventory.domain.plan import Kind
from inventory.services.planning.plan import Sums
from inventory.views import _picture

STEPS = steps(
    today=31_240, after=19_850, possible=5_940, undecided=28,
    changes={Kind.MOVE_TO_BATCH: (51, -10_760), Kind.SPLIT: (9, -2_430), Kind.BRING_BACK: (3, 1_800)},
)  # fmt: skip


def test_columns_stand_on_the_ground_and_hang_on_each_other() -> None:
    bars = _picture.columns(STEPS)
    ground = _picture.TOP + _picture.HEIGHT
    assert [bar.at + bar.length for bar in bars if bar.step.key in ("today", "after")] == [ground, ground]
    assert all(_picture.TOP <= bar.at <= bar.at + bar.length <= ground for bar in bars)
    assert bars[0].level == bars[1].at
    assert bars[-1].level == bars[-2].at


def test_what_is_not_zero_can_be_seen() -> None:
    tiny = steps(today=10**12, after=10**12 - 1, possible=0, undecided=0, changes={Kind.MOVE_TO_BATCH: (1, -1)})
    assert [bar.length for bar in _picture.columns(tiny)][1] == _picture.LEAST


def test_a_bridge_over_nothing_is_drawn_flat() -> None:
    flat = steps(today=0, after=0, possible=0, undecided=1, changes={})
    assert {bar.length for bar in (*_picture.columns(flat), *_picture.rows(flat))} == {0}


def test_the_line_fills_its_width_and_marks_the_guess() -> None:
    line = _picture.the_line(Sums(today=100, waits=43, open=19, nobody=38), 25)
    assert [(piece.left, piece.wide, piece.percent) for piece in line.pieces] == [
        ("0.00%", "43.00%", 43), ("43.00%", "19.00%", 19), ("62.00%", "38.00%", 38),
    ]  # fmt: skip
    assert (line.guess_at, line.guess_is_left) == ("75.00%", True)


def test_a_side_without_spend_is_not_drawn() -> None:
    assert [piece.side for piece in _picture.the_line(Sums(today=7, nobody=7), None).pieces] == ["nobody"]
    assert _picture.the_line(Sums(), None).pieces == ()
