import pytest

from inventory.exchange import manner, reading
from inventory.exchange.cell import NOBODY_SAID, Cells
from inventory.exchange.manner import Manner

POINT, COMMA = Manner(decimals="point"), Manner(decimals="comma")


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1,234.56", "1234.56", None),
        ("1.234,56", None, "1234.56"),
        ("1.234", "1.234", "1234"),
        ("1,234", "1234", "1.234"),
        ("0,72", None, "0.72"),
        ("0.72", "0.72", None),
        (",5", None, ".5"),
        ("12 000", "12000", "12000"),
        ("12\u202f000", "12000", "12000"),
        ("1'234.5", "1234.5", None),
        ("1,23,456", None, None),
        ("12,34.5", None, None),
        ("1.234.567,8", None, "1234567.8"),
        ("46000", "46000", "46000"),
        ("-5", None, None),
        ("72%", None, None),
        ("1e5", None, None),
        ("", None, None),
        ("1" * 41, None, None),
        ("٣", None, None),
    ],
)
def test_a_number_is_read_by_the_manner_that_was_said(text: str, point: str | None, comma: str | None) -> None:
    assert (manner.number(text, "point"), manner.number(text, "comma")) == (point, comma)


def cells(text: str, written: Manner = NOBODY_SAID) -> Cells:
    return Cells(reading.Row(2, {"c": text}), written)


@pytest.mark.parametrize(
    ("text", "first", "month"),
    [
        ("03/04/2026", "2026-04-03", "2026-03-04"),
        ("31.12.2026", "2026-12-31", ""),
        ("12-31-2026", "", "2026-12-31"),
        ("30/02/2026", "", ""),
        ("1/1/26", "", ""),
    ],
)
def test_a_day_that_can_be_meant_in_two_ways_is_asked_for(text: str, first: str, month: str) -> None:
    asked = cells(text)
    assert asked.day("c") is None
    assert [dict(each.ways) for each in asked.unclear] == (
        [{"day_first": first, "month_first": month}] if first or month else []
    )
    for days, wanted in (("day_first", first), ("month_first", month)):
        read = cells(text, Manner(days=days))
        found = read.day("c")
        assert (found.isoformat() if found else "") == wanted
        assert (read.unclear, bool(read.problems)) == ([], not wanted)


def test_a_plain_number_is_never_asked_for_and_a_doubtful_one_always() -> None:
    assert [bool(cells(text)._number("c") and cells(text).unclear) for text in ("46000", "0.72")] == [False, False]
    whole = cells("46.000")
    assert whole.whole("c", most=10**6) == 0
    [asked] = whole.unclear
    assert (asked.value, dict(asked.ways)) == ("46.000", {"point": "", "comma": "46000"})
    share = cells("0,72")
    assert (share.share("c"), dict(share.unclear[0].ways)) == (0, {"point": "", "comma": "0.72"})
    assert cells("many").unclear == []
    nothing = cells("many")
    assert (nothing.whole("c", most=9), nothing.unclear) == (0, [])
