"""Pages 1 to 3b of version 1: who uses the result, who is held up, how late it may come. Asked for the whole result,
and once more for the rest of one that is needed only in part."""

from functools import partial

from inventory.domain import asking
from inventory.domain.consumer import MOST_HOPS, UNSURE
from inventory.domain.question import BOTH, ENGINEERING, PRODUCT, Field, Option, Question

NOT_SURE = Option(UNSURE, "I'm not sure", "not sure")


def pages(prefix: str, this: str) -> tuple[Question, ...]:
    follow = [_hop(prefix, number) for number in range(1, MOST_HOPS + 1)]
    return (_first(prefix, this), *follow, _meanwhile(prefix, this), _late(prefix, this), _times(prefix, this))


def _first(prefix: str, this: str) -> Question:
    return Question(
        f"{prefix}first",
        BOTH,
        f"Who or what uses {this} first?",
        "First used by" if not prefix else "The rest is first used by",
        f"Select who uses {this} first",
        "Everything follows from who stands at the end, not from how the code calls the model.",
        (
            Option("person_now", "A person, at the moment it appears", "a person, at once"),
            Option("person_later", "A person, later: inbox, report, list, dashboard", "a person, later"),
            Option("system", "Another system or step", "another system"),
            Option("nobody", "Nobody yet, it is stored", "nobody yet, it is stored"),
            NOT_SURE,
        ),
        hint="Think of the result, not of the request that asks for it",
        fields=(Field("name", "text", "Name them", "For example: broker on the upload page"),),
        when=asking.in_part(prefix),
    )


def _hop(prefix: str, number: int) -> Question:
    hop = f"{prefix}hop{number}"
    which = "that system" if number == 1 else "the next system"
    return Question(
        hop,
        BOTH,
        f"What happens in {which} until the result arrives?",
        "In that system meanwhile" if number == 1 else f"In system {number} meanwhile",
        f"Select what happens in {which} until the result arrives",
        "A queue, a webhook or another company can hide somebody who waits. Follow the result until you reach a "
        "person, a hard limit or nobody.",
        (
            Option(
                "person_held",
                "A person is held up: sees a spinner, cannot go on, is on the phone",
                "a person is held up",
            ),
            Option(
                "process_held",
                "A machine or process is held up, and gives up after a set time that we cannot change: contract, "
                "payment, machine",
                "a process is held up and gives up",
            ),
            Option(
                "person_later", "It carries on; a person uses the result later", "it carries on; a person uses it later"
            ),
            Option("system", "It carries on; the result is passed to yet another system", "it passes the result on"),
            Option("nobody", "Nobody uses the result", "nobody uses it"),
            NOT_SURE,
        ),
        hint="A time-out in our own settings that we could raise does not count",
        fields=(
            Field(
                "limit",
                "number",
                "It gives up after",
                only_for=("process_held",),
                needed_for=("process_held",),
                missing="Type how long it waits before it gives up; if nobody knows, select “I'm not sure”",
            ),
            Field(
                "unit",
                "unit",
                "Unit",
                only_for=("process_held",),
                needed_for=("process_held",),
                missing="Select the unit",
            ),
            Field("name", "text", "Name who or what that is", "For example: applicant in the partner's form"),
        ),
        when=partial(asking.hop_reached, prefix=prefix, hop=hop),
    )


def _meanwhile(prefix: str, this: str) -> Question:
    return Question(
        f"{prefix}meanwhile",
        PRODUCT,
        f"What does that person do until {this} arrives?",
        "Meanwhile they",
        "Select what that person does until it arrives",
        "Somebody who does something else for a minute and comes straight back is still waiting.",
        (
            Option("stays", "Looks at the screen or holds the line", "look at the screen or hold the line"),
            Option(
                "comes_back",
                "Turns to something else and comes straight back when it is there",
                "come straight back when it is there",
            ),
            Option("leaves", "Leaves, and is told later", "leave and are told later"),
            NOT_SURE,
        ),
        hint="Think of what they would do if it took ten times as long",
        when=partial(asking.person_held, prefix=prefix),
    )


def _late(prefix: str, this: str) -> Question:
    return Question(
        f"{prefix}late",
        BOTH,
        f"How late could {this} be before somebody is harmed, complains or redoes it by hand?",
        "Could be late by" if not prefix else "The rest could be late by",
        "Select how late it could be",
        "How fast it is today may be an accident, and when it starts today may be a habit. What counts is who would be "
        "left standing.",
        (
            Option("seconds", "A few seconds", "a few seconds"),
            Option("minutes", "A few minutes", "a few minutes"),
            Option("hour", "Up to an hour", "up to an hour"),
            Option("set_time", "It must be there by a set time of day", "until a set time of day"),
            Option("next_day", "Until the next working day", "until the next working day"),
            Option("longer", "More than a day", "more than a day"),
            NOT_SURE,
        ),
        hint="Imagine it arrives that much later than today",
        when=asking.in_part(prefix),
    )


def _times(prefix: str, this: str) -> Question:
    timed = ("yes", "no")
    return Question(
        f"{prefix}times",
        ENGINEERING,
        f"When could work on {this} start, and when is it read?",
        "Times" if not prefix else "Times of the rest",
        "Select when it could start",
        "Batch promises 24 hours. What counts is the time between the last input and the reader, not how long it "
        "takes today.",
        (
            Option("yes", "As soon as its inputs are final", "could start once its inputs are final"),
            Option("no", "Not before the time it starts today", "cannot start before today's start"),
            NOT_SURE,
        ),
        hint="Times as the reader's clock shows them; ticking no day means every day",
        fields=(
            Field(
                "final",
                "time",
                "Inputs are final at",
                needed_for=timed,
                missing="Type when the last input is final, such as 21:00",
            ),
            Field("final_days", "days", "Inputs are final on"),
            Field("read", "time", "It is read at", needed_for=timed, missing="Type when it is read, such as 06:00"),
            Field("read_days", "days", "It is read on"),
            Field(
                "start",
                "time",
                "It starts today at",
                only_for=("no", UNSURE),
                needed_for=("no",),
                missing="Type when it starts today, such as 05:30",
            ),
            Field("start_days", "days", "It starts today on", only_for=("no", UNSURE)),
        ),
        when=partial(asking.by_set_time, prefix=prefix),
    )
