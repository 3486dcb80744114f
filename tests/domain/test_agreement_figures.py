"""The agreement figures against worked examples, by hand and from `waiting-test.md` section 5."""

import pytest

from inventory.domain import waiting
from inventory.domain.agreement_figures import by_question, directions, figures, lean

RT, BATCH = "waiting", "not_waiting"


def pairs(both_rt: int, both_batch: int, product_rt: int, engineering_rt: int) -> list[tuple[str, str]]:
    return [
        *[(RT, RT)] * both_rt, *[(BATCH, BATCH)] * both_batch, *[(RT, BATCH)] * product_rt, *[(BATCH, RT)] * engineering_rt,
    ]  # fmt: skip


def test_the_worked_example_of_a_hundred_pairs():
    found = figures(pairs(52, 30, 13, 5))
    assert (found.count, found.raw) == (100, 0.82)
    assert (found.raw - 0.521) / (1 - 0.521) == pytest.approx(found.kappa)  # p_e = .65 x .57 + .35 x .43
    assert round(found.kappa, 3) == 0.624
    assert round(2 * found.error, 2) == 0.16
    assert round(found.ac1, 2) == 0.66
    assert (found.band, found.are_few) == ("substantial", False)


def test_kappa_falls_where_one_outcome_prevails_and_ac1_does_not():
    found = figures(pairs(92, 2, 3, 3))
    assert [round(each, 2) for each in (found.raw, found.kappa, found.ac1)] == [0.94, 0.37, 0.93]


def test_twenty_pairs_by_hand_in_three_outcomes():
    """Product 8 / 8 / 4, engineering 7 / 10 / 3; they agree 6 + 7 + 2 = 15 times.

    p_e = (8 x 7 + 8 x 10 + 4 x 3) / 400 = .37; kappa = (.75 - .37) / .63; AC1 from shares .375, .45, .175.
    """
    given = [("a", "a")] * 6 + [("b", "b")] * 7 + [("c", "c")] * 2
    given += [("a", "b")] * 2 + [("b", "a")] + [("c", "b")] + [("c", "c")] * 0 + [("c", "c")] * 0
    given += [("c", "c")] * 0 + [("b", "b")] * 0 + [("c", "c")] * 0
    given += [("c", "c")] * (20 - len(given))
    product = [each for each, _ in given]
    engineering = [each for _, each in given]
    assert [product.count(each) for each in "abc"] == [8, 8, 4]
    assert [engineering.count(each) for each in "abc"] == [7, 10, 3]
    found = figures(given)
    assert found.raw == 0.8
    assert round(found.kappa, 3) == round((0.8 - 0.37) / 0.63, 3) == 0.683
    gwet = (0.375 * 0.625 + 0.45 * 0.55 + 0.175 * 0.825) / 2
    assert round(found.ac1, 3) == round((0.8 - gwet) / (1 - gwet), 3) == 0.709
    assert round(found.error, 3) == round((0.8 * 0.2 / (20 * 0.63**2)) ** 0.5, 3) == 0.142
    assert found.are_few


@pytest.mark.parametrize("given", [[], [(RT, RT)], [(RT, RT)] * 50])
def test_one_outcome_alone_is_no_variety_and_no_number(given):
    found = figures(given)
    assert (found.kappa, found.error, found.ac1, found.has_variety, found.band) == (None, None, None, False, "")
    assert found.raw == (1 if given else None)


def test_who_always_says_the_same_is_not_better_than_chance():
    found = figures([(RT, RT)] * 5 + [(RT, BATCH)] * 5)
    assert (found.kappa, found.band) == (0, "slight")
    assert figures([(RT, BATCH), (BATCH, RT)]).band == "worse than chance"


def test_the_directions_add_up_and_say_who_sees_more_people():
    given = pairs(52, 30, 13, 5)
    rows = directions(given, [RT, BATCH])
    assert [[cell.count for cell in row] for row in rows] == [[52, 13], [5, 30]]
    found = lean(given, RT, BATCH)
    assert (found.product_only, found.engineering_only, round(found.chance, 2)) == (13, 5, 3.56)
    assert not found.is_hardly_chance
    assert lean(pairs(0, 0, 14, 5), RT, BATCH).is_hardly_chance
    assert lean([(RT, RT)], RT, BATCH).chance is None


def test_the_question_that_differs_most_comes_first_and_only_what_both_met_counts():
    product = {"first": {"choice": "person_now"}, "late": {"choice": "hour"}, "notice": {"choice": "nobody"}}
    engineering = {"first": {"choice": "system"}, "hop1": {"choice": "nobody"}, "late": {"choice": "hour"}}
    found = by_question(waiting.CURRENT, [(product, engineering)])
    assert [(each.question, each.figures.raw) for each in found] == [("first", 0), ("late", 1)]
