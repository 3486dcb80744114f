"""Examples lead nobody: each option that can be weighed has as many, of about one length, from both sides of the line."""

from collections import Counter
from itertools import groupby

import pytest

from inventory.domain.example import BOTH, EXAMPLES, Group, beside, example, question_of, to_start_from
from inventory.domain.pattern import pattern
from inventory.domain.question import Test as Questionnaire
from inventory.domain.waiting import CURRENT, TESTS

QUESTIONS = sorted({shown.question for each in EXAMPLES for shown in each.shows})
SHOWN = [(each, shown) for each in EXAMPLES for shown in each.shows]


VERSIONS = pytest.mark.parametrize("test", TESTS.values(), ids=lambda test: str(test.version))


def test_each_example_names_a_question_and_an_option_of_the_test() -> None:
    """Of its current version: one before it may lack an option, and then shows nothing for it."""
    options: dict[str, set[str]] = {}
    for question in CURRENT.questions:
        options.setdefault(question_of(question.id), set()).update(option.id for option in question.options)
    assert {
        (shown.question, shown.option) for _, shown in SHOWN if shown.option not in options[shown.question]
    } == set()


@VERSIONS
def test_every_option_but_not_sure_has_two_where_one_has_any(test: Questionnaire) -> None:
    asked = [question for question in test.questions if beside(question)]
    assert {question_of(question.id) for question in asked} == set(QUESTIONS)
    for question in asked:
        told = {option.id: len(lines) for option, lines in beside(question)}
        assert told == {option.id: 2 for option in question.options if option.id != "unsure"}, question.id


@pytest.mark.parametrize("question", QUESTIONS)
def test_neither_side_of_the_line_is_shown_twice_as_often_as_the_other(question: str) -> None:
    count = Counter(each.group for each, shown in SHOWN if shown.question == question)
    watched, unwatched = count[Group.WATCHED] + count[Group.BOTH], count[Group.UNWATCHED] + count[Group.BOTH]
    assert max(watched, unwatched) <= 2 * min(watched, unwatched)


def test_the_lines_are_of_one_length_different_and_say_no_label() -> None:
    texts = [shown.text for _, shown in SHOWN]
    assert [text for text in texts if not 35 <= len(text) <= 50] == []
    assert len(set(texts)) == len(texts)
    said = " ".join([*texts, *(each.told for each in EXAMPLES)]).lower()
    assert [word for word in ("batch", "real time", "waiting", "waits", "half price") if word in said] == []


def test_every_pattern_is_told_illustrates_something_and_can_be_started_from() -> None:
    assert [len(list(found)) for _, found in groupby(EXAMPLES, key=lambda each: each.group)] == [5, 6, 6]
    for each in EXAMPLES:
        assert each.told.endswith(".")
        assert each.told.count(".") == 1
        assert each.call_name
        assert each.prompt
        assert each.started_by
        assert each.shows
        assert example(each.key) is each
    one, two = to_start_from()
    assert sorted(each.key for each in (*one, *two)) == sorted(each.key for each in EXAMPLES)
    assert [each.name for each in one] == sorted(each.name for each in one)


def test_the_patterns_of_two_readers_lead_to_a_split_and_no_other_does() -> None:
    assert [each for each in EXAMPLES if each.split] == list(BOTH)
    for each in BOTH:
        assert pattern(each.split) is not None


def test_an_unknown_key_is_nobodys() -> None:
    assert example("nonsense") is None


@pytest.mark.parametrize(
    ("question", "about"),
    [("first", "first"), ("rest_late", "late"), ("hop3", "hop"), ("rest_hop1", "hop"), ("conflict_a", "conflict_a")],
)
def test_the_rest_and_every_hop_have_the_examples_of_the_whole(question: str, about: str) -> None:
    assert question_of(question) == about
