"""The form of a question: what it takes, and what its errors tell one to do."""

import pytest
from django.http import QueryDict

from inventory.domain.waiting import CURRENT
from inventory.forms.waiting import Answering
from tests.domain.walks import pick


def answering(question, **typed):
    data = QueryDict(mutable=True)
    data["version"] = "0"
    for name, value in typed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return Answering(CURRENT.question(question), data)


@pytest.mark.parametrize("question", CURRENT.questions, ids=lambda question: question.id)
def test_nothing_is_preselected_and_nothing_chosen_says_what_to_do(question):
    assert "checked" not in str(Answering(question)["choices" if question.many else "choice"])
    form = answering(question.id)
    assert form.errors.get("choices" if question.many else "choice") == [question.missing]
    assert len(form.errors) == 1


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        ("first", {"choice": "nobody", "name": "  "}, pick("nobody")),
        ("first", {"choice": "person_now", "name": " the  broker "}, pick("person_now", name="the broker")),
        ("hop1", {"choice": "process_held", "limit": "", "unit": "seconds"}, pick("process_held")),
        ("hop1", {"choice": "nobody", "limit": "1.234,56", "unit": "x"}, pick("nobody")),
        ("hop1", {"choice": "process_held", "limit": "1,200", "unit": "seconds"}, pick("process_held", limit=1200, unit="seconds")),
        ("times", {"choice": "yes", "final": "21:00", "read": "6:00"}, pick("yes", final="21:00", read="06:00")),
        ("times", {"choice": "unsure", "start": ""}, pick("unsure")),
        (
            "times",
            {"choice": "no", "final": "21:00", "read": "06:00", "read_days": ["mon", "tue"], "start": "23:30"},
            pick("no", final="21:00", read="06:00", read_days=["mon", "tue"], start="23:30"),
        ),
        ("limits", {"choices": ["speed", "streaming"]}, {"choices": ["streaming", "speed"]}),
    ],
)  # fmt: skip
def test_a_form_gives_the_answer_a_sheet_keeps(question, typed, value):
    form = answering(question, **typed)
    assert form.is_valid(), form.errors
    assert form.value() == value


@pytest.mark.parametrize(
    ("question", "typed", "field", "message"),
    [
        ("first", {"choice": "somebody"}, "choice", "Select who uses this result first"),
        ("first", {"choice": "nobody", "name": "x" * 40_000}, "name", "Shorten it to 200 characters: it has 40,000."),
        ("first", {"choice": "nobody", "name": "a\x00b"}, "name", "Take out the control characters: they cannot be kept."),
        ("hop1", {"choice": "process_held", "limit": "10"}, "unit", "Select the unit"),
        ("hop1", {"choice": "process_held", "limit": "NaN", "unit": "seconds"}, "limit", "Type a whole number, such as 1234 or 1,234, without decimals."),
        ("hop1", {"choice": "process_held", "limit": "9" * 20, "unit": "seconds"}, "limit", "Type a number from 1 to 9,999."),
        ("chain", {"choice": "yes", "rounds": "1"}, "rounds", "Type a number from 2 to 9,999."),
        ("times", {"choice": "yes", "final": "25:00", "read": "06:00"}, "final", "Type a time of day, such as 21:00."),
        ("times", {"choice": "yes", "read": "06:00"}, "final", "Type when the last input is final, such as 21:00"),
        ("times", {"choice": "no", "final": "21:00", "read": "06:00"}, "start", "Type when it starts today, such as 05:30"),
        ("needed", {"choice": "part"}, "name", "Name the part, or the cases, needed first"),
        ("limits", {"choices": ["none", "speed"]}, "choices", "Select “None of these” or “I'm not sure” alone, or else what applies"),
    ],
)  # fmt: skip
def test_a_wrong_entry_says_what_to_do(question, typed, field, message):
    form = answering(question, **typed)
    assert form.errors == {field: [message]}


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 20, "NaN"])
def test_a_lost_version_says_so(version):
    form = answering("first", choice="nobody", version=version)
    assert form.errors == {"version": ["The page lost track of what it showed: reload it and try again."]}
