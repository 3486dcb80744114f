"""Patterns of calls as people meet them: beside the questions of the waiting test, and to start from when a call is
registered. They show how calls were answered elsewhere; they never answer for anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inventory.domain.consumer import REST
from inventory.domain.question import Option, Question


class Group(StrEnum):
    """On which side of the line such calls were found. Not shown beside a question: it would be half an answer."""

    WATCHED = "watched"
    UNWATCHED = "unwatched"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Shown:
    """One line beside one option of a question; `question` without the hop's number, and the same for the rest."""

    question: str
    option: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """`told` is how one recognises it. The rest helps to describe a call of this kind: a name, what the description
    should say, who or what may start it; `split` names the split of one with two readers."""

    key: str
    group: Group
    name: str
    told: str
    call_name: str
    prompt: str
    started_by: tuple[str, ...]
    shows: tuple[Shown, ...]
    split: str = ""


WATCHED = (
    Example(
        "chat", Group.WATCHED, "Chat and live assistance",
        "Somebody types, and reads the reply as it comes.",
        "Chat reply", "What people ask there, what the reply is made from, and who reads it",
        ("Each message sent in the chat", "A button in the help panel"),
        (
            Shown("first", "person_now", "A reply in a help chat, read as it is written"),
            Shown("meanwhile", "stays", "Watches the reply appear, word after word"),
            Shown("late", "seconds", "A chat reply: people close the window"),
            Shown("chain", "no", "One reply to one question in a chat"),
            Shown("notice", "customer", "The shopper in front of the chat window"),
        ),
    ),
    Example(
        "upload", Group.WATCHED, "An upload watched on a spinner",
        "A file has just been sent, and the page turns a ring until it is read.",
        "Upload reading", "Which files come in, what is read from them, and what the page shows meanwhile",
        ("Each file uploaded", "A route of the upload page"),
        (
            Shown("first", "person_now", "An upload watched on a spinner, until it is read"),
            Shown("meanwhile", "stays", "Looks at the ring while the form stays empty"),
            Shown("late", "minutes", "A scan at a counter, its owner standing there"),
            Shown("notice", "colleague", "The clerk with the scan open on the screen"),
        ),
    ),
    Example(
        "inline", Group.WATCHED, "An inline checkout or onboarding step",
        "The next button does nothing until the answer is in.",
        "Checkout check", "Which step asks, what the answer decides, and what the next step needs of it",
        ("The button to the next step", "The route of that step"),
        (
            Shown("hop", "person_held", "A checkout whose button stays grey meanwhile"),
            Shown("hop", "process_held", "An identity check that a contract cuts short"),
            Shown("meanwhile", "comes_back", "Fetches a card for the next step, and is back"),
            Shown("late", "seconds", "A checkout step: the basket is left behind"),
            Shown("needed", "all", "The yes or no that the next button hangs on"),
        ),
    ),
    Example(
        "agent", Group.WATCHED, "An agent that somebody watches",
        "Step follows step, each from the last one, and somebody looks on.",
        "Agent step", "What the agent works on, how many steps it takes, and who follows them",
        ("A request to the agent", "The step before"),
        (
            Shown("meanwhile", "comes_back", "Reads mail beside the agent, back at each step"),
            Shown("late", "minutes", "One step of an agent, its user looking on"),
            Shown("chain", "yes", "An agent whose next step needs this one"),
        ),
    ),
    Example(
        "buried", Group.WATCHED, "A person at the end of a pipeline",
        "Queues and services lie between, and at the far end somebody has asked and not been answered.",
        "Pipeline answer", "Which services pass it on, who asked at the far end, and what they see meanwhile",
        ("A webhook of a partner", "A queue of another service"),
        (
            Shown("first", "system", "A partner's service that puts it on a page"),
            Shown("hop", "person_held", "A partner's form, locked until the webhook"),
            Shown("hop", "process_held", "A payment that the bank drops after a minute"),
            Shown("hop", "system", "A queue that feeds the next service's queue"),
            Shown("meanwhile", "called", "The engineer asleep until a pager goes off"),
            Shown("late", "hour", "An answer somebody rings back for by then"),
            Shown("notice", "customer", "The partner's customer, three services on"),
            Shown("standin", "nothing", "A partner's list that goes out with a gap"),
        ),
    ),
)  # fmt: skip

UNWATCHED = (
    Example(
        "overnight", Group.UNWATCHED, "Overnight processing",
        "The day's records are worked off when the day is over.",
        "Overnight processing", "Which records of the day it takes, and who opens what it makes of them",
        ("A schedule, at night", "The close of the day's books"),
        (
            Shown("first", "person_later", "The day's cases sorted at night, for the morning"),
            Shown("hop", "person_later", "The case file takes it in for tomorrow's clerk"),
            Shown("late", "set_time", "The night's cases, read when the office opens"),
            Shown("needed", "all", "The whole list that the morning starts with"),
            Shown("notice", "team", "Whoever looks after the night run, by an alert"),
        ),
    ),
    Example(
        "report", Group.UNWATCHED, "Reports and digests",
        "It is gathered up on a day that is set, and read some time after.",
        "Weekly digest", "What it reports on, who gets it, and when they read it",
        ("A schedule, each week", "An order for an export"),
        (
            Shown("first", "person_later", "A digest in the inbox, opened the next morning"),
            Shown("hop", "person_later", "The report takes it in; people read on Monday"),
            Shown("meanwhile", "leaves", "Orders an export and gets it by mail later"),
            Shown("late", "set_time", "Figures for a meeting that begins at nine"),
            Shown("needed", "none", "A score that only the weekly digest shows"),
            Shown("notice", "colleague", "The analyst who opens the digest at eight"),
            Shown("standin", "repeat", "Lines missing at five are asked for once more"),
        ),
    ),
    Example(
        "bulk", Group.UNWATCHED, "Bulk classification, tagging and extraction",
        "One prompt goes over a whole set of records, each by itself.",
        "Bulk tagging", "Which set it goes over, what it writes to each record, and who looks that up",
        ("A schedule", "A new set of records", "A button that starts the run"),
        (
            Shown("first", "system", "A search index that keeps tags for later"),
            Shown("hop", "nobody", "An archive that takes it in and is not asked"),
            Shown("meanwhile", "leaves", "Starts a run on Friday, looks at it on Monday"),
            Shown("chain", "no", "Tags for a set of records, each by itself"),
        ),
    ),
    Example(
        "enrichment", Group.UNWATCHED, "Enrichment",
        "Keywords, summaries or translations are laid up for a page that will need them.",
        "Content enrichment", "What is added to which content, and where it is shown afterwards",
        ("Content that was saved", "A schedule"),
        (
            Shown("meanwhile", "called", "A buyer who hears of a match by a notice"),
            Shown("hop", "system", "A catalogue that hands it on to the search"),
            Shown("late", "hour", "Keywords of an article while it is still news"),
            Shown("needed", "none", "Keywords that a search will use one day"),
            Shown("notice", "nobody", "Nobody: the keywords of yesterday stand there"),
            Shown("standin", "older", "The keywords of yesterday stay on the page"),
        ),
    ),
    Example(
        "backfill", Group.UNWATCHED, "Backfills and reprocessing",
        "A prompt or a model has changed, and what was made with the old one is made again.",
        "Backfill", "What changed, which records are done again, and until when that may take",
        ("A command of the team", "A new version of the prompt"),
        (
            Shown("first", "nobody", "Old records summarised anew, kept until opened"),
            Shown("late", "longer", "Records done again after a prompt has changed"),
            Shown("notice", "team", "Whoever started the backfill, by its progress"),
            Shown("standin", "nothing", "A record whose summary stays empty till then"),
        ),
    ),
    Example(
        "evaluation", Group.UNWATCHED, "Evaluation runs",
        "Answers are scored against a set of tests, to compare one version with another.",
        "Evaluation run", "What is scored, against which set, and who compares the scores",
        ("A build of the code", "A command of the team"),
        (
            Shown("first", "nobody", "Scores of a test run, kept to be compared"),
            Shown("hop", "nobody", "A test log that takes it in and reads no further"),
            Shown("late", "longer", "Scores that are compared at the end of the week"),
            Shown("notice", "nobody", "Nobody: the scores are compared next week"),
        ),
    ),
)  # fmt: skip

BOTH = (
    Example(
        "preview", Group.BOTH, "Preview, then full analysis",
        "The page shows the first of it at once; the whole is sent after, with a notice.",
        "Document analysis", "What the preview shows, what the full analysis adds, and how its notice is sent",
        ("Each file uploaded",),
        (
            Shown("needed", "part", "A preview on the page, the analysis by notice"),
            Shown("standin", "older", "The preview stays until the analysis is there"),
        ),
        "preview",
    ),
    Example(
        "answer", Group.BOTH, "Live answer, then history enriched",
        "A question is answered on the spot; the record behind it is put in order afterwards.",
        "Support answer", "What is answered on the spot, and what is written to the record after it",
        ("Each ticket opened", "The close of a chat"),
        (Shown("late", "next_day", "A ticket's history, for whoever opens it next"),),
        "answer",
    ),
    Example(
        "exhaustive", Group.BOTH, "First answer, then exhaustive pass",
        "The reader gets what is found at once; all that can be found is added when it is there.",
        "Research answer", "What the first answer holds, what the long pass adds, and where it is added",
        ("Each question asked",),
        (Shown("chain", "yes", "A citation pass that starts from an answer"),),
        "exhaustive",
    ),
    Example(
        "decision", Group.BOTH, "Decision, then the case written up",
        "Somebody needs the yes or no; why it was so is filed for whoever checks it.",
        "Case decision", "Who needs the decision, and who reads the case afterwards",
        ("Each application sent in",),
        (Shown("needed", "part", "A decision at the counter, its story for the file"),),
        "decision",
    ),
    Example(
        "fields", Group.BOTH, "Fields of a form, then the matching",
        "The form fills itself while its sender looks on; what it is matched with is listed for others.",
        "Application intake", "Which fields are filled in, what is matched, and who reads the list",
        ("Each file uploaded", "The form's first page"),
        (Shown("standin", "repeat", "Matches missing at noon are asked for again"),),
        "fields",
    ),
    Example(
        "summary", Group.BOTH, "Summary, then the coding",
        "The summary is read in the room; the codes are checked by somebody else, later.",
        "Visit summary", "Who reads the summary, who checks the codes, and by when",
        ("The end of a visit",),
        (Shown("late", "next_day", "Codes of a visit whose summary has been read"),),
        "summary",
    ),
)  # fmt: skip
EXAMPLES = (*WATCHED, *UNWATCHED, *BOTH)


def example(key: str) -> Example | None:
    """None for a key that nobody knows."""
    return next((found for found in EXAMPLES if found.key == key), None)


def to_start_from() -> tuple[Sequence[Example], Sequence[Example]]:
    """Those of one reader by name, so that their order tells nothing of a side, and those of two."""
    return sorted([*WATCHED, *UNWATCHED], key=lambda each: each.name), BOTH


def beside(question: Question) -> list[tuple[Option, list[str]]]:
    """For each option of this question that has examples the lines that show it, in the order of the options."""
    about = question_of(question.id)
    lines: dict[str, list[str]] = {}
    for shown in _shown(about):
        lines.setdefault(shown.option, []).append(shown.text)
    return [(option, lines[option.id]) for option in question.options if option.id in lines]


def question_of(question_id: str) -> str:
    """What examples call it: the questions about the rest, and those of every hop, have the same ones."""
    name = question_id.removeprefix(REST)
    return "hop" if name.removeprefix("hop").isdecimal() else name


def _shown(about: str) -> Iterable[Shown]:
    return (shown for each in EXAMPLES for shown in each.shows if shown.question == about)
