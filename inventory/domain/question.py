"""A guided form as data: questions, their options and fields, when each is asked, and how an answer reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.domain.consumer import DAYS, UNITS, Answer, Answers
from inventory.domain.people import Discipline

PRODUCT = (Discipline.PRODUCT,)
ENGINEERING = (Discipline.ENGINEERING,)
BOTH = (Discipline.PRODUCT, Discipline.ENGINEERING)

LONGEST_TEXT = 200
LARGEST_NUMBER = 9999
UNIT_MISSING = "Select the unit"

# (the answers so far, least hours for batch with a guard) -> is it asked?
When = Callable[[Answers, int], bool]


def always(answers: Answers, line_hours: int) -> bool:
    return True


class NotAnAnswer(ValueError):
    """The value is none the question takes."""


@dataclass(frozen=True, slots=True)
class Option:
    """`said` is how it reads among the check answers. One with `back` is no answer: it leads back to the first or the
    second of two answers that contradict each other."""

    id: str
    text: str
    said: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What is asked beside the options: `kind` is text, number, unit, time or days.

    `only_for` names the options it belongs to (all where empty), `missing` is the error where one of those needs it,
    `beside` the field without which it says nothing, as a unit does without its number.
    """

    id: str
    kind: str
    label: str
    hint: str = ""
    only_for: tuple[str, ...] = ()
    needed_for: tuple[str, ...] = ()
    missing: str = ""
    least: int = 1
    beside: str = ""

    def belongs_to(self, chosen: str) -> bool:
        return not self.only_for or chosen in self.only_for


@dataclass(frozen=True, slots=True)
class Question:
    """`label` heads it among the check answers; `missing` tells what to do when nothing is chosen; `many` takes several
    options, of which `alone` go with no other."""

    id: str
    side: tuple[Discipline, ...]
    title: str
    label: str
    missing: str
    why: str
    options: tuple[Option, ...]
    hint: str = ""
    fields: tuple[Field, ...] = ()
    many: bool = False
    alone: tuple[str, ...] = ()
    when: When = always

    def said(self, answer: Answer | None) -> str:
        """The answer as a short statement; empty where there is none."""
        if not answer:
            return ""
        chosen = answer["choices"] if self.many else [answer["choice"]]
        told = ", ".join(option.said or option.text for option in self.options if option.id in chosen)
        more = _more(answer)
        return f"{told}: {more}" if more else told

    def accepted(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The part of `value` that the chosen option takes; raises `NotAnAnswer` for what no form would let through."""
        if self.many:
            return {"choices": self._several(value.get("choices", ()))}
        chosen = value.get("choice")
        if chosen not in {option.id for option in self.options if not option.back}:
            raise NotAnAnswer(f"{self.id} has no option {chosen!r}")
        mine = [field for field in self.fields if field.belongs_to(str(chosen))]
        kept = {field.id: value[field.id] for field in mine if _is_given(value, field.id, field.beside)}
        for field in mine:
            if field.id in kept and not _fits(field, kept[field.id]):
                raise NotAnAnswer(f"{self.id}: {field.id} cannot be {kept[field.id]!r}")
            if chosen in field.needed_for and field.id not in kept:
                raise NotAnAnswer(field.missing)
        if self.lacking(kept):
            raise NotAnAnswer(UNIT_MISSING)
        return {"choice": chosen, **kept}

    def lacking(self, given: Mapping[str, Any]) -> list[Field]:
        """The units without which a number that was given says nothing."""
        units = [field for field in self.fields if field.kind == "unit"]
        return [each for each in units if given.get(each.beside) not in (None, "") and not given.get(each.id)]

    def _several(self, chosen: Any) -> list[str]:
        known = [option.id for option in self.options if option.id in chosen]
        if not known or len(known) != len(chosen) or (len(known) > 1 and set(known) & set(self.alone)):
            raise NotAnAnswer(f"{self.id} cannot be {chosen!r}")
        return known


@dataclass(frozen=True, slots=True)
class Test:
    """One version of the questionnaire, in the order it is asked. A version in use is never edited."""

    version: int
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


def _is_given(value: Mapping[str, Any], *names: str) -> bool:
    return all(value.get(name) not in (None, "", [], ()) for name in names if name)


def _fits(field: Field, value: Any) -> bool:
    if field.kind == "number":
        return type(value) is int and field.least <= value <= LARGEST_NUMBER
    if field.kind == "unit":
        return value in UNITS
    if field.kind == "time":
        hour, _, minute = str(value).partition(":")
        return len(str(value)) == 5 and f"{hour}{minute}".isdecimal() and int(hour) < 24 and int(minute) < 60
    if field.kind == "days":
        return isinstance(value, list) and all(day in DAYS for day in value)
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _more(answer: Answer) -> str:
    """What was typed beside the option: a name, a number, times."""
    told = [str(answer["name"])] if "name" in answer else []
    if "limit" in answer:
        unit = answer["unit"].removesuffix("s") if answer["limit"] == 1 else answer["unit"]
        told.append(f"{answer['limit']} {unit}")
    if "rounds" in answer:
        told.append(f"{answer['rounds']} in a row")
    if "by" in answer:
        told.append(str(answer["by"]))
    for field, word in (("final", "inputs final"), ("start", "starts"), ("read", "read")):
        if field in answer:
            told.append(f"{word} {answer[field]} {days_said(answer.get(f'{field}_days', ()))}")
    return ", ".join(told)


def days_said(days: Any) -> str:
    """`every day`, `Mon to Fri`, `Tue, Thu`."""
    chosen = [day for day in DAYS if day in days]
    if len(chosen) in (0, len(DAYS)):
        return "every day"
    if chosen == list(DAYS[:5]):
        return "Mon to Fri"
    return ", ".join(day.capitalize() for day in chosen)
