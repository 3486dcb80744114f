from inventory.domain.bridge import Shape, Step, steps
from inventory.domain.plan import Kind


def test_each_kind_of_move_is_a_step_that_hangs_where_the_last_one_ended() -> None:
    changes = {Kind.MOVE_TO_BATCH: (51, -40), Kind.SPLIT: (9, -10), Kind.BRING_BACK: (3, 20), Kind.STAY_BATCH: (7, 0)}
    found = steps(today=100, after=70, possible=15, undecided=28, changes=changes)
    assert found == [
        Step("today", "Today", None, 100, Shape.TOTAL, 0, 100, 100),
        Step("move_to_batch", "Move to batch", 51, -40, Shape.LESS, 60, 100, 60),
        Step("split", "Split", 9, -10, Shape.LESS, 50, 60, 50),
        Step("bring_back", "Bring back", 3, 20, Shape.MORE, 50, 70, 70),
        Step("after", "After", None, 70, Shape.TOTAL, 0, 70, 70),
        Step("open", "Not decided", 28, 15, Shape.GHOST, 55, 70, 70),
    ]


def test_what_no_move_explains_is_a_step_of_its_own() -> None:
    changes = {Kind.UNDECIDED: (2, 30), Kind.STAY_REAL_TIME: (4, 0)}
    found = steps(today=100, after=130, possible=0, undecided=2, changes=changes)
    assert [(step.key, step.parts, step.amount) for step in found] == [
        ("today", None, 100), ("undecided", 2, 30), ("after", None, 130), ("open", 2, 0),
    ]  # fmt: skip


def test_a_plan_without_moves_goes_straight_from_today_to_after() -> None:
    found = steps(today=5, after=5, possible=0, undecided=0, changes={Kind.STAY_BATCH: (1, 0)})
    assert [step.key for step in found] == ["today", "after"]
