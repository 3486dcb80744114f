"""Splits to start from: names and hand-overs. Never a label: that is what the waiting test is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Starter:
    name: str
    hand_over: str = ""
    meanwhile: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    key: str
    name: str
    parts: tuple[Starter, ...]


PATTERNS = (
    Pattern(
        "preview",
        "Preview, then the full analysis with a notice",
        (
            Starter("Preview"),
            Starter(
                "Full analysis",
                "A notice when it is ready, with a link to it",
                "This is the preview. The full analysis follows, we will tell you when it is there.",
            ),
        ),
    ),
    Pattern(
        "answer",
        "Live answer, and the history enriched",
        (
            Starter("Live answer"),
            Starter(
                "History enrichment",
                "Written to the record, seen when it is next opened",
                "The record as it was before",
            ),
        ),
    ),
    Pattern(
        "exhaustive",
        "Immediate answer, then the exhaustive pass",
        (
            Starter("Immediate answer"),
            Starter(
                "Exhaustive pass",
                "Added below the answer, with a notice",
                "First answer. The exhaustive pass is still to come.",
            ),
        ),
    ),
    Pattern(
        "decision",
        "Decision, and the case written up",
        (
            Starter("Decision"),
            Starter("Case story", "Filed with the case, in the reviewer's list", "The decision alone"),
        ),
    ),
    Pattern(
        "fields",
        "Fields in the form, and the matching",
        (
            Starter("Fields in the form"),
            Starter("Matching", "A list that is ready at the set time", "Received. The matches follow."),
        ),
    ),
    Pattern(
        "summary",
        "Summary, and the coding",
        (
            Starter("Summary"),
            Starter("Coding", "In the work list of whoever checks the codes", "Codes to follow"),
        ),
    ),
)


def pattern(key: str) -> Pattern | None:
    return next((found for found in PATTERNS if found.key == key), None)
