"""Every way through the waiting test, made by the walk itself: at each open question every answer worth telling apart."""

from collections.abc import Iterator
from typing import Any

from inventory.domain import waiting
from inventory.domain.consumer import Answers
from inventory.domain.people import Discipline
from inventory.domain.question import Question, Test

LINE = 4
PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
BOTH = (PRODUCT, ENGINEERING)


def pick(option: str, **more: Any) -> dict[str, Any]:
    return {"choice": option, **more}


def between(final: str, read: str) -> dict[str, Any]:
    return pick("yes", final=final, read=read)


WEEKLY = pick("yes", final="18:00", final_days=["fri"], read="09:00", read_days=["mon"])
TIMES = [WEEKLY, between("21:00", "06:00"), between("05:25", "06:00"), pick("unsure")]
LATES = ["seconds", "minutes", "hour", "set_time", "next_day", "longer", "unsure"]
FIRSTS = [pick(o) for o in ("person_now", "person_later", "system", "nobody", "unsure")]
LAST_HOPS = [
    pick("person_held"),
    pick("process_held", limit=30, unit="seconds"),
    pick("process_held"),
    pick("process_held", limit=48, unit="hours"),
    pick("person_later"),
    pick("nobody"),
    pick("unsure"),
]
EVERY = {
    "first": FIRSTS,
    "hop1": LAST_HOPS,
    "meanwhile": [pick(o) for o in ("stays", "comes_back", "called", "leaves", "unsure")],
    "late": [pick(o) for o in LATES],
    "times": TIMES,
    "needed": [pick("all"), pick("part", name="the preview"), pick("none"), pick("unsure")],
    "conflict_a": [pick("keep"), pick("unsure")],
    "conflict_b": [pick("keep"), pick("unsure")],
    "chain": [pick("no"), pick("yes", rounds=12), pick("unsure")],
    "notice": [pick(o) for o in ("customer", "colleague", "team", "nobody", "unsure")],
    "standin": [pick(o) for o in ("older", "repeat", "nothing", "unsure")],
    "limits": [{"choices": ["none"]}, {"choices": ["retention"]}, {"choices": ["unsure"]}],
}
# Where part of the result is needed later the ways multiply: then one answer of each kind stands for its like.
FEW = {
    "first": [pick(o) for o in ("person_now", "person_later", "nobody", "unsure")],
    "late": [pick(o) for o in LATES],
    "meanwhile": [pick("stays"), pick("leaves")],
    "times": [between("21:00", "06:00"), between("05:25", "06:00")],
    "conflict_a": [pick("keep")],
    "conflict_b": [pick("keep")],
    "chain": [pick("no")],
    "notice": [pick("colleague")],
    "standin": [pick("older"), pick("nothing")],
    "limits": [{"choices": ["none"]}],
}


def ways(sides: tuple[Discipline, ...], *, parts: bool, test: Test = waiting.CURRENT) -> Iterator[Answers]:
    """Complete sheets of one side, or of both merged. With `parts` those whose result is needed in part, else the others."""
    yield from _on(test.questions, set(sides), {}, parts)


def _on(questions: tuple[Question, ...], sides: set[Discipline], answers: Answers, parts: bool) -> Iterator[Answers]:
    for position, question in enumerate(questions):
        if sides & set(question.side) and question.when(answers, LINE):
            for value in _values(question.id, parts):
                yield from _on(questions[position + 1 :], sides, {**answers, question.id: value}, parts)
            return
    yield answers


def _values(question: str, parts: bool) -> list[dict[str, Any]]:
    if question == "needed":
        return [v for v in EVERY["needed"] if (v["choice"] == "part") == parts]
    plain = question.removeprefix("rest_")
    return FEW.get(plain, EVERY[plain]) if parts else EVERY[plain]
