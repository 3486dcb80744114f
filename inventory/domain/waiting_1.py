"""Version 1 of the waiting test: its questions in order. Never edited once in use."""

from functools import partial

from inventory.domain import asking
from inventory.domain.consumer import REST, UNSURE
from inventory.domain.question import BOTH, ENGINEERING, PRODUCT, Field, Option, Question, Test
from inventory.domain.waiting_1_consumer import NOT_SURE, pages


def _conflict(prefix: str, kind: str) -> Question:
    held = kind == "a"
    title = (
        "Somebody is held up, and yet it could come tomorrow. Which is right?"
        if held
        else "Nobody is held up, and yet it must come within minutes. Who is harmed by then?"
    )
    first, second = (
        ("Nobody is held up", "It must come sooner") if held else ("Somebody is held up", "It may come later")
    )
    return Question(
        f"{prefix}conflict_{kind}",
        BOTH,
        title,
        "Two answers that contradict each other",
        "Select which of the two is right",
        "Two of the answers cannot both be right. If both stay, the call stays at full price.",
        (
            Option("first", f"{first}: I will change that answer", back="first"),
            Option("second", f"{second}: I will change that answer", back="second"),
            Option("keep", "Both are right", "both are right"),
            NOT_SURE,
        ),
        when=partial(asking.contradicts, prefix=prefix, kind=kind),
    )


def _standin(prefix: str, this: str) -> Question:
    return Question(
        f"{prefix}standin",
        ENGINEERING,
        f"What stands in if {this} is not there yet?",
        "Stands in meanwhile" if not prefix else "Stands in for the rest",
        "Select what stands in until it is there",
        "Most batches are back within the hour, but one in ten is not: something has to catch the late ones.",
        (
            Option("older", "The older version, or a default", "the older version or a default"),
            Option("repeat", "A repeat at full price", "a repeat at full price"),
            Option("nothing", "Nothing", "nothing"),
            NOT_SURE,
        ),
        when=partial(asking.standin_matters, prefix=prefix),
    )


NEEDED = Question(
    "needed",
    BOTH,
    "Is every part of the result needed at that moment?",
    "Needed at that moment",
    "Select whether all of the result is needed at that moment",
    "One answer for two readers often hides work that could wait.",
    (
        Option("all", "Yes, all of it", "all of it"),
        Option("part", "Only a part of it", "only a part"),
        Option("none", "None of it", "none of it"),
        NOT_SURE,
    ),
    hint="The moment it is first used",
    fields=(
        Field(
            "name",
            "text",
            "Which part is needed at that moment?",
            "For example: the preview, the filled-in fields",
            only_for=("part",),
            needed_for=("part",),
            missing="Name the part that is needed at that moment",
        ),
    ),
)
CHAIN = Question(
    "chain",
    ENGINEERING,
    "Does this call need the result of another model call first, or does another one need its result?",
    "Calls in a row",
    "Select whether model calls hang on each other",
    "Each step of a chain needs its own window of time, so a chain can be too long for batch.",
    (
        Option("no", "No", "stands alone"),
        Option("yes", "Yes, several in a row", "hang on each other"),
        NOT_SURE,
    ),
    fields=(
        Field(
            "rounds",
            "number",
            "How many in a row?",
            "This one counted",
            only_for=("yes",),
            needed_for=("yes",),
            missing="Type how many calls hang on each other, 2 or more",
            least=2,
        ),
    ),
)
NOTICE = Question(
    "notice",
    PRODUCT,
    "If it were an hour late, who would notice first?",
    "Would notice first",
    "Select who would notice first",
    "A second look at the same thing from the other end: it shows where two answers do not fit.",
    (
        Option("customer", "A customer, patient or partner", "a customer, patient or partner"),
        Option("colleague", "A colleague at work", "a colleague at work"),
        Option("team", "The team that runs it", "the team that runs it"),
        Option("nobody", "Nobody that day", "nobody that day"),
        NOT_SURE,
    ),
)
LIMITS = Question(
    "limits",
    ENGINEERING,
    "Does anything rule batch out?",
    "Rules batch out",
    "Select what rules batch out, or “None of these”",
    "A tick does not mean that somebody waits: it says why the call cannot move although nobody does.",
    (
        Option("streaming", "Tokens must be streamed", "tokens must be streamed"),
        Option(
            "retention",
            "Zero data retention or HIPAA-ready handling is required",
            "zero data retention or HIPAA-ready handling",
        ),
        Option("one_by_one", "Inputs arrive one by one and are needed one by one", "inputs needed one by one"),
        Option("speed", "A special speed setting is used", "a special speed setting"),
        Option("none", "None of these", "nothing"),
        NOT_SURE,
    ),
    hint="Tick all that apply",
    many=True,
    alone=("none", UNSURE),
    when=asking.limits_matter,
)


TEST = Test(
    1,
    (
        *pages("", "this result"),
        NEEDED,
        _conflict("", "a"),
        _conflict("", "b"),
        *pages(REST, "the rest of the result"),
        _conflict(REST, "a"),
        _conflict(REST, "b"),
        CHAIN,
        NOTICE,
        _standin("", "this result"),
        _standin(REST, "the rest of the result"),
        LIMITS,
    ),
)
