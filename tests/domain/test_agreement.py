"""Two sheets for one part: agreed or not, and where they differ first."""

from itertools import product as product_of

import pytest

from inventory.domain import waiting
from inventory.domain.agreement import Difference, compare, completed
from inventory.domain.rule import Confidence, Outcome
from tests.domain.walks import ENGINEERING, LINE, PRODUCT, between, pick, ways

TEST = waiting.CURRENT
NONE = {"choices": ["none"]}


def agreed(product, engineering):
    return compare(TEST, product, engineering, line_hours=LINE)


def product(**answers):
    return {
        "first": pick("person_later"),
        "late": pick("next_day"),
        "needed": pick("all"),
        "notice": pick("colleague"),
        **answers,
    }


def engineering(**answers):
    given = {"first": pick("person_later"), "late": pick("next_day"), "needed": pick("all"), "chain": pick("no")}
    return {**given, "standin": pick("older"), "limits": NONE, **answers}


def test_the_same_facts_agree():
    found = agreed(product(), engineering())
    assert (found.label, found.difference) == ("not_waiting", None)
    assert found.verdict.confidence is Confidence.HIGH


def test_each_side_completes_the_other_with_what_only_it_was_asked():
    by_six = {"late": pick("set_time")}
    found = agreed(product(**by_six), engineering(**by_six, times=between("21:00", "06:00")))
    assert found.label == "not_waiting"
    assert agreed(product(**by_six), engineering(**by_six, times=between("05:00", "06:00"))).label == "waiting"


def test_what_product_saw_the_person_do_decides_for_engineering_too():
    person = {"first": pick("person_now")}
    found = agreed(product(**person, meanwhile=pick("leaves")), engineering(**person, conflict_a=pick("keep")))
    assert found.label == "not_waiting"
    assert agreed(product(**person, meanwhile=pick("stays")), engineering(**person)).label == "waiting"


def test_an_answer_to_a_question_both_were_asked_is_never_borrowed():
    sides = {PRODUCT: product(late=pick("hour")), ENGINEERING: engineering(late=pick("longer"))}
    assert completed(TEST, PRODUCT, sides)["late"] == pick("hour")
    assert completed(TEST, ENGINEERING, sides)["late"] == pick("longer")
    assert completed(TEST, PRODUCT, sides)["limits"] == NONE


def test_other_labels_are_a_dispute_that_names_the_first_difference():
    found = agreed(product(first=pick("person_now"), meanwhile=pick("stays"), late=pick("minutes")), engineering())
    assert found.verdict is None
    assert (found.product.outcome, found.engineering.outcome) == ("waiting", "not_waiting")
    assert found.difference == Difference("first", pick("person_now"), pick("person_later"))


@pytest.mark.parametrize(
    ("product_says", "engineering_says", "unsure"),
    [("unsure", "minutes", PRODUCT), ("minutes", "unsure", ENGINEERING), ("seconds", "next_day", None)],
)
def test_a_side_that_is_not_sure_where_the_other_is_has_a_fact_to_learn(product_says, engineering_says, unsure):
    found = agreed(product(late=pick(product_says)), engineering(late=pick(engineering_says)))
    assert (found.difference.question, found.difference.unsure) == ("late", unsure)


def test_the_same_consumer_and_another_tolerance_differ_there():
    assert agreed(product(late=pick("seconds")), engineering()).difference.question == "late"


def test_the_same_reader_told_over_another_way_is_no_difference():
    found = agreed(
        product(first=pick("system"), hop1=pick("person_later"), late=pick("seconds")),
        engineering(first=pick("person_later")),
    )
    assert found.difference.question == "late"


def test_another_reader_behind_the_same_system_differs_at_the_hop():
    found = agreed(
        product(first=pick("system"), hop1=pick("person_held"), meanwhile=pick("stays"), late=pick("hour")),
        engineering(first=pick("system"), hop1=pick("nobody")),
    )
    assert found.difference.question == "hop1"


def test_the_less_sure_view_speaks_for_both():
    found = agreed(product(late=pick("longer"), notice=pick("nobody")), engineering())
    assert (found.verdict.rule, found.verdict.guard is not None) == (7, True)
    chained = agreed(product(late=pick("longer"), notice=pick("nobody")), engineering(chain=pick("yes", rounds=5)))
    assert chained.verdict.blockers == ("5 calls in a row, 4 hours each, do not fit into 14 hours",)
    assert chained.verdict.says == "It cannot move to batch yet."


def test_both_hybrid_or_both_undecided_agree_on_no_label():
    split = {"first": pick("person_now"), "late": pick("seconds"), "needed": pick("part", name="fields")}
    rest = {"rest_first": pick("person_later"), "rest_late": pick("next_day")}
    found = agreed(
        product(**split, **rest, meanwhile=pick("stays")), engineering(**split, **rest, rest_standin=pick("older"))
    )
    assert (found.verdict.outcome, found.label) == (Outcome.HYBRID, "")
    unknown = {"late": pick("unsure")}
    assert agreed(product(**unknown), engineering(**unknown)).verdict.outcome is Outcome.UNDECIDED


def pairs():
    """A spread of every side's sheets, each with each."""
    products = [*ways((PRODUCT,), parts=False), *ways((PRODUCT,), parts=True)][::53]
    engineers = [*ways((ENGINEERING,), parts=False), *ways((ENGINEERING,), parts=True)][::97]
    return product_of(products, engineers)


def test_every_pair_of_sheets_agrees_or_names_a_difference():
    for one, other in pairs():
        found = agreed(one, other)
        assert found.verdict is not None or found.difference is not None, (one, other)


def test_a_merged_batch_never_lacks_what_rules_batch_out():
    """Engineering was asked it wherever product's half can still lead to batch."""
    for one, other in pairs():
        assert agreed(one, other).label != "not_waiting" or "limits" in other, (one, other)
