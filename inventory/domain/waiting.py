"""The waiting test: is a person waiting for this result the instant it is produced? Its versions, and the walk.

A sheet holds one side's answers as `{question id: {"choice": option id, …}}`. The walk asks only what the answers so
far leave open, and only what the side can know.
"""

from collections.abc import Iterable, Mapping

from inventory.domain import waiting_1, waiting_2
from inventory.domain.consumer import Answer, Answers
from inventory.domain.people import Discipline
from inventory.domain.question import NotAnAnswer, Question, Test
from inventory.domain.rule import Conflict, ruling

# Read them through the module, never by name: then whoever tries a further version swaps them in one place.
TESTS: Mapping[int, Test] = {1: waiting_1.TEST, 2: waiting_2.TEST}
CURRENT = TESTS[max(TESTS)]


def asked(test: Test, side: Discipline, answers: Answers, *, line_hours: int) -> list[Question]:
    """The questions these answers lead this side to, answered or not, in order."""
    return [q for q in test.questions if side in q.side and q.when(answers, line_hours)]


def open_among(questions: Iterable[Question], answers: Answers) -> Question | None:
    """The next question to answer, None when the sheet is complete."""
    return next((question for question in questions if question.id not in answers), None)


def settled(test: Test, side: Discipline, answers: Answers, *, line_hours: int) -> Answers:
    """The answers without those no longer asked, once the sheet is complete: an answer given under other circumstances
    is not taken for one given under these. While a question is open, nothing is dropped."""
    questions = asked(test, side, answers, line_hours=line_hours)
    if open_among(questions, answers):
        return answers
    return {q.id: answers[q.id] for q in questions}


def carried(test: Test, side: Discipline, answers: Answers, *, line_hours: int) -> Answers:
    """The answers to another version of the test, as far as question, option and fields still exist in this one. What
    does not fit any more is asked anew: an answer of which a tick or a needed field is gone is not taken in part."""
    found: dict[str, Answer] = {}
    for question in test.questions:
        if side not in question.side or question.id not in answers:
            continue
        try:
            found[question.id] = question.accepted(answers[question.id])
        except NotAnAnswer:
            continue
    return settled(test, side, found, line_hours=line_hours)


def conflict(answers: Answers, question_id: str, *, line_hours: int) -> Conflict | None:
    """The two answers that a conflict page sets against each other."""
    prefix = question_id.partition("conflict_")[0]
    found = ruling(answers, prefix, line_hours=line_hours).conflict
    return found if found and found.question == question_id else None
