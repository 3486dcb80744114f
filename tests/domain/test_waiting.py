"""The walk: what is asked, of whom, in which order; and how the questions are worded."""

import hashlib

import pytest

from inventory.domain import waiting
from inventory.domain.question import NotAnAnswer
from tests.domain.walks import ENGINEERING, LINE, PRODUCT, WEEKLY, between, pick

TEST = waiting.CURRENT


def asked(side, answers):
    return [question.id for question in waiting.asked(TEST, side, answers, line_hours=LINE)]


def opened(side, answers):
    question = waiting.open_among(waiting.asked(TEST, side, answers, line_hours=LINE), answers)
    return question.id if question else None


def test_question_ids_are_unique():
    ids = [question.id for question in TEST.questions]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("question", TEST.questions, ids=lambda question: question.id)
def test_every_list_ends_in_not_sure_and_says_what_to_do_when_empty(question):
    assert question.options[-1].text == "I'm not sure"
    assert question.missing.startswith("Select ")
    assert question.why


def test_product_is_asked_what_only_product_knows():
    assert asked(PRODUCT, {"first": pick("person_now")}) == ["first", "meanwhile", "late", "needed", "notice"]


def test_engineering_is_asked_what_only_engineering_knows():
    answers = {"first": pick("person_later"), "late": pick("set_time"), "times": WEEKLY, "needed": pick("all")}
    assert asked(ENGINEERING, answers) == ["first", "late", "times", "needed", "chain", "limits"]
    overnight = {**answers, "times": between("21:00", "06:00")}
    assert asked(ENGINEERING, overnight) == ["first", "late", "times", "needed", "standin", "chain", "limits"]


def test_a_hop_follows_each_system_five_times_at_most():
    answers = {"first": pick("system"), **{f"hop{n}": pick("system") for n in range(1, 6)}}
    assert asked(PRODUCT, answers)[:7] == ["first", "hop1", "hop2", "hop3", "hop4", "hop5", "late"]


def test_a_result_needed_in_part_asks_about_the_rest():
    answers = {"first": pick("person_now"), "late": pick("seconds"), "needed": pick("part", name="preview")}
    assert "rest_first" not in asked(PRODUCT, {**answers, "needed": pick("all")})
    rest = {**answers, "rest_first": pick("person_now"), "rest_late": pick("set_time")}
    assert asked(PRODUCT, rest) == [
        "first", "meanwhile", "late", "needed", "rest_first", "rest_meanwhile", "rest_late", "notice",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("late", "more"),
    [
        (pick("seconds"), ["conflict_b"]),
        (pick("hour"), ["standin"]),
        (pick("next_day"), ["standin", "chain", "limits"]),
        (pick("longer"), ["chain", "limits"]),
        (pick("unsure"), []),
    ],
)
def test_what_stands_in_and_what_rules_batch_out_are_asked_only_where_batch_is_in_reach(late, more):
    answers = {"first": pick("person_later"), "late": late, "needed": pick("all")}
    assert asked(ENGINEERING, answers)[3:] == more


def test_inputs_too_close_to_the_reader_end_the_questions_about_batch():
    answers = {"first": pick("nobody"), "late": pick("set_time"), "needed": pick("all")}
    assert asked(ENGINEERING, {**answers, "times": between("05:00", "06:00")})[4:] == []


def test_engineering_says_what_rules_batch_out_even_if_only_product_knows_that_nobody_is_held_up():
    answers = {"first": pick("person_now"), "late": pick("next_day"), "needed": pick("all")}
    assert asked(ENGINEERING, answers)[3:] == ["conflict_a", "standin", "chain", "limits"]


def test_a_contradiction_is_asked_about_and_names_both_answers():
    answers = {"first": pick("person_now"), "meanwhile": pick("stays"), "late": pick("longer"), "needed": pick("all")}
    assert opened(PRODUCT, answers) == "conflict_a"
    found = waiting.conflict(answers, "conflict_a", line_hours=LINE)
    assert (found.first, found.second) == ("meanwhile", "late")
    assert waiting.conflict({**answers, "meanwhile": pick("leaves")}, "conflict_a", line_hours=LINE) is None


def test_an_option_that_leads_back_is_no_answer():
    with pytest.raises(NotAnAnswer):
        TEST.question("conflict_a").accepted(pick("first"))


def test_a_complete_sheet_keeps_only_what_is_asked():
    answers = {
        "first": pick("person_later"), "late": pick("longer"), "needed": pick("all"), "meanwhile": pick("stays"),
    }  # fmt: skip
    assert waiting.settled(TEST, PRODUCT, answers, line_hours=LINE) == answers
    complete = {**answers, "notice": pick("nobody")}
    assert "meanwhile" not in waiting.settled(TEST, PRODUCT, complete, line_hours=LINE)


@pytest.mark.parametrize(
    ("question", "value", "kept"),
    [
        ("first", pick("nobody", name="", other="x"), pick("nobody")),
        ("hop1", pick("process_held", limit=30, unit="seconds"), pick("process_held", limit=30, unit="seconds")),
        ("hop1", pick("nobody", limit=30, unit="seconds"), pick("nobody")),
        ("hop1", pick("process_held", limit="", unit="seconds"), pick("process_held")),
        ("limits", {"choices": ["speed", "streaming"]}, {"choices": ["streaming", "speed"]}),
        ("times", pick("unsure"), pick("unsure")),
    ],
)
def test_an_answer_keeps_what_its_option_takes(question, value, kept):
    assert TEST.question(question).accepted(value) == kept


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("first", pick("somebody")),
        ("first", {}),
        ("first", pick("nobody", name="x" * 201)),
        ("hop1", pick("process_held", limit="30", unit="seconds")),
        ("hop1", pick("process_held", limit=0, unit="seconds")),
        ("hop1", pick("process_held", limit=10, unit="years")),
        ("hop1", pick("process_held", limit=10)),
        ("needed", pick("part")),
        ("chain", pick("yes", rounds=1)),
        ("times", pick("yes", final="24:00", read="06:00")),
        ("times", pick("yes", final="6:00", read="06:00")),
        ("times", pick("no", final="05:00", read="06:00")),
        ("times", pick("yes", final="05:00", read="06:00", read_days=["someday"])),
        ("limits", {"choices": []}),
        ("limits", {"choices": ["none", "speed"]}),
        ("limits", {"choices": ["magic"]}),
    ],
)
def test_what_no_form_lets_through_is_refused(question, value):
    with pytest.raises(NotAnAnswer):
        TEST.question(question).accepted(value)


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("first", pick("person_later", name="shift lead"), "a person, later: shift lead"),
        ("hop1", pick("process_held", limit=30, unit="seconds"), "a process is held up and gives up: 30 seconds"),
        ("hop1", pick("process_held", limit=1, unit="hours"), "a process is held up and gives up: 1 hour"),
        ("chain", pick("yes", rounds=12), "hang on each other: 12 in a row"),
        ("limits", {"choices": ["streaming", "speed"]}, "tokens must be streamed, a special speed setting"),
        (
            "times",
            pick("yes", final="21:00", read="06:00", read_days=["mon", "tue", "wed", "thu", "fri"]),
            "could start once its inputs are final: inputs final 21:00 every day, read 06:00 Mon to Fri",
        ),
        ("late", None, ""),
    ],
)
def test_answers_read_as_short_statements(question, answer, said):
    assert TEST.question(question).said(answer) == said


# What a version asks and takes, in short. A version in use is never edited: what is to be asked otherwise is a new one.
PINNED = {1: "94f3541fd0d486d6", 2: "a2152dc760441c89"}


@pytest.mark.parametrize("version", waiting.TESTS)
def test_a_version_in_use_is_never_edited(version):
    taken = [
        (
            (q.id, q.side, q.title, q.label, q.missing, q.why, q.hint, q.many, q.alone),
            [(o.id, o.text, o.said, o.back) for o in q.options],
            [(f.id, f.kind, f.label, f.hint, f.only_for, f.needed_for, f.missing, f.least) for f in q.fields],
        )
        for q in waiting.TESTS[version].questions
    ]
    assert hashlib.sha256(repr(taken).encode()).hexdigest()[:16] == PINNED[version]
