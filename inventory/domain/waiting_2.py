"""Version 2 of the waiting test: version 1, reworded where people who know nothing of the rules read it two ways, and
with fewer pages. Never edited once in use.

Each change says what was misread. How it was read, before and after: docs/decisions/0015.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from inventory.domain import asking, waiting_1
from inventory.domain.consumer import REST
from inventory.domain.question import Field, Option, Question, Test
from inventory.domain.waiting_1_consumer import NOT_SURE

_FIRST = {
    # “At the moment it appears” was taken for a page made beforehand; who is paged by a result found no place.
    "hint": "Of several, think of whoever can wait least; where a program takes it, who is behind it comes next",
    "options": (
        Option("person_now", "A person, at once: there while it is made, or called by it", "a person, at once"),
        Option("person_later", "A person, later: inbox, report, list, or a page made beforehand", "a person, later"),
        Option("system", "Another system or step, here or at another company", "another system"),
        Option("nobody", "Nobody yet: it is stored", "nobody yet, it is stored"),
        NOT_SURE,
    ),
}
_HOP = {
    # Who knew that a process is held up, but not for how long it holds out, had to say “not sure” to all of it.
    "hint": "A time-out in our own settings that we could raise does not count",
    "options": (
        Option(
            "person_held", "A person is held up: sees a spinner, cannot go on, is on the phone", "a person is held up"
        ),
        Option(
            "process_held",
            "A machine or process is held up and stops or gives up, after a time that we cannot change: contract, "
            "payment, machine",
            "a process is held up and gives up",
        ),
        Option(
            "person_later",
            "It carries on; a person or a later run uses the result later",
            "it carries on; the result is used later",
        ),
        Option("system", "It carries on; the result is passed to yet another system", "it passes the result on"),
        Option("nobody", "It carries on; nobody uses the result", "nobody uses it"),
        NOT_SURE,
    ),
    "fields": (
        Field(
            "limit", "number", "It gives up after", "Leave it empty if nobody knows: it then counts as a short time",
            only_for=("process_held",),
        ),
        Field("unit", "unit", "Unit", only_for=("process_held",), beside="limit"),
        Field("name", "text", "Name who or what that is", "For example: applicant in the partner's form"),
    ),
}  # fmt: skip
_MEANWHILE = {
    # “Ten times as long” made people answer for another day; somebody asleep until the result wakes them does nothing.
    "hint": "Think of today, and of whoever would be left standing",
    "options": (
        Option("stays", "Stays: looks at the screen, holds the line, stands in a queue", "stay until it is there"),
        Option(
            "comes_back",
            "Turns to something else and comes straight back when it is there",
            "come straight back when it is there",
        ),
        Option("called", "Knows nothing of it: the result calls them, and they act on it", "are called by it"),
        Option("leaves", "Goes on without it, and is told later", "go on without it and are told later"),
        NOT_SURE,
    ),
}
_LATE = {
    # “How late” was counted from today's arrival by some and from the deadline by others; the bands had gaps; a date
    # was taken for a time of day, and product had no place for the time it knew.
    "title": "How soon must {this} be there, before somebody is harmed, complains or does it by hand?",
    "label": "Must be there",
    "missing": "Select how soon it must be there",
    "hint": "Not how fast it is today: the moment from which somebody would be left standing",
    "options": (
        Option("seconds", "Within seconds, a minute at most", "within a minute"),
        Option("minutes", "Within minutes, half an hour at most", "within half an hour"),
        Option("hour", "Within the hour", "within the hour"),
        Option("set_time", "By a set time of day, such as 07:00 or the start of a shift", "by a set time of day"),
        Option("next_day", "By the next working day, at no special hour", "by the next working day"),
        Option("longer", "It may take longer: by a set day, or at no set time", "it may take longer than a day"),
        NOT_SURE,
    ),
    "fields": (Field("by", "time", "By what time, if you know it", only_for=("set_time",)),),
}
_NEEDED = {
    # “At that moment” meant nothing for what is read later. “Every part” was a part of each answer to some, some of
    # the cases to others: both need a split.
    "title": "Is some of it needed sooner than the rest?",
    "label": "Some of it sooner",
    "missing": "Select whether some of it is needed sooner than the rest",
    "options": (
        Option("all", "No: all of it at the same moment, in every case", "all of it at the same moment"),
        Option("part", "Yes: a part of each result, or some of the cases", "a part of it, or some cases"),
        Option("none", "Nobody who is there needs any of it at that moment", "nobody there needs it then"),
        NOT_SURE,
    ),
    "hint": "Urgent cases count, and cases whose inputs are there long before those of others",
    "fields": (
        Field(
            "name",
            "text",
            "Which part, or which cases, are needed first?",
            "For example: the preview; the urgent messages",
            only_for=("part",),
            needed_for=("part",),
            missing="Name the part, or the cases, needed first",
        ),
    ),
}
_CHAIN = {"when": asking.limits_matter}  # changes nothing where somebody waits: a page less there
_NOTICE = {
    "hint": "An hour after it is needed",
    "options": (
        Option("customer", "Somebody outside: a customer, patient, pupil, partner, authority", "somebody outside"),
        Option("colleague", "A colleague at work", "a colleague at work"),
        Option("team", "The team that runs it", "the team that runs it"),
        Option("nobody", "Nobody that day", "nobody that day"),
        NOT_SURE,
    ),
}
_LIMITS = {
    # “Arrive one by one” was ticked for nearly everything, and for the part that waits.
    "title": "Does anything rule batch out for the work that could wait?",
    "options": (
        Option("streaming", "Tokens must be streamed", "tokens must be streamed"),
        Option(
            "retention",
            "Zero data retention or HIPAA-ready handling is required",
            "zero data retention or HIPAA-ready handling",
        ),
        Option(
            "one_by_one",
            "Each input must be answered before the next one can come",
            "each answer before the next input",
        ),
        Option("speed", "A special speed setting is used", "a special speed setting"),
        Option("none", "None of these", "nothing"),
        NOT_SURE,
    ),
}


def _conflict(kind: str) -> Mapping[str, Any]:
    """Who had good reason for both answers was told that they contradict each other."""
    held = kind == "a"
    first = "nobody is held up" if held else "somebody is held up"
    second = "it must be there sooner" if held else "it may come later"
    return {
        "title": (
            "Somebody is held up, and yet it could come tomorrow. Is that right?"
            if held
            else "Nobody is held up, and yet it must be there within half an hour. Is that right?"
        ),
        "label": "Two answers that seldom go together",
        "missing": "Select whether both are right",
        "why": "Where both stay, the call stays at full price.",
        "options": (
            Option("first", f"No, {first}: I will change that answer", back="first"),
            Option("second", f"No, {second}: I will change that answer", back="second"),
            Option(
                "keep",
                "Yes, both are right" if held else "Yes: nobody stands there, and yet a delay does harm",
                "both are right" if held else "a delay does harm, though nobody stands there",
            ),
            NOT_SURE,
        ),
    }  # fmt: skip


_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "first": _FIRST,
    **{f"hop{number}": _HOP for number in range(1, 6)},
    "meanwhile": _MEANWHILE,
    "late": _LATE,
    "needed": _NEEDED,
    "conflict_a": _conflict("a"),
    "conflict_b": _conflict("b"),
    "chain": _CHAIN,
    "notice": _NOTICE,
    "limits": _LIMITS,
}


def _changed(question: Question) -> Question:
    prefix = REST if question.id.startswith(REST) else ""
    plain = question.id.removeprefix(prefix)
    changes = dict(_CHANGES.get(plain, {}))
    if "{this}" in changes.get("title", ""):
        changes["title"] = changes["title"].format(this="the rest" if prefix else "this result")
    if plain == "late" and prefix:
        changes["label"] = "The rest must be there"
    if plain == "standin":  # what nobody misses is caught by nothing: a page less for what may take longer
        changes["when"] = partial(asking.guard_matters, prefix=prefix)
    found = replace(question, **changes)
    if not prefix:
        return found
    # The rest may be the other part of each result, or the other cases.
    words = {name: getattr(found, name).replace("the rest of the result", "the rest") for name in ("title", "missing")}
    return replace(found, **words)


# What stands in decides first whether batch is in reach at all; then what rules it out.
_LAST = ("notice", "standin", f"{REST}standin", "chain", "limits")


def _in_order(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    return (*(q for q in questions if q.id not in _LAST), *(q for name in _LAST for q in questions if q.id == name))


TEST = Test(2, _in_order(tuple(_changed(question) for question in waiting_1.TEST.questions)))
