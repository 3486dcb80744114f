from inventory.domain import lots


def test_every_row_comes_once_and_in_order() -> None:
    assert list(lots.of(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(lots.of([], 2)) == []


def test_no_row_is_read_before_its_lot_is_asked_for() -> None:
    rows = iter(range(4))
    next(lots.of(rows, 2))
    assert next(rows) == 2
