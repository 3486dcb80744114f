"""Which kinds of actions can be taken back and by whom, what is done instead of the others, and what of a record an
undo puts back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

WHOLE, SOME, FIELDS, REDO = "undo.whole", "undo.some", "undo.fields", "undo.redo"
TAKING = (WHOLE, SOME, FIELDS)  # what takes an action back; a redo takes one of these back
BY_ROW = (WHOLE, SOME)  # what takes back all of each record it takes
KINDS = (*TAKING, REDO)


class May(StrEnum):
    """Whoever may do the thing itself: edit in the team, take the step of a move, lead the team, administer."""

    EDIT = "edit"
    STEP = "step"
    LEAD = "lead"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Way:
    """`by_rows`: it did the same to many calls that know nothing of each other: some can be left as they are."""

    may: May
    by_rows: bool = False


WAYS: Mapping[str, Way] = {
    **dict.fromkeys(
        (
            "call.edit", "call.register", "call.restore", "call.retire", "feature.edit", "feature.register",
            "feature.restore", "feature.retire", "part.edit", "part.split", "part.unsplit",
        ),
        Way(May.EDIT),
    ),
    **dict.fromkeys(
        (
            "move.overrule", "move.walk_back", "team.add", "team.change_role", "team.edit", "team.remove",
            "wave.arrange", "wave.edit", "wave.register", "wave.retire",
        ),
        Way(May.LEAD),
    ),
    **dict.fromkeys(("move.set_together", "wave.put", "wave.take_out"), Way(May.LEAD, by_rows=True)),
    "move.set_status": Way(May.STEP),
    **dict.fromkeys(("team.register", "team.restore", "team.retire"), Way(May.ADMINISTER)),
}  # fmt: skip

_SAID = (
    "What a person answered or confirmed stands as what they said. Take the sheet back on the part's page and answer "
    "anew; both stay in the history."
)
_DECIDED = (
    "A decision about a label stands as what was decided. Whoever answered takes their sheet back, which opens the "
    "label again, or the part is settled anew."
)
_ACCOUNT = (
    "Accounts, passwords and invitations are not put back, so that nobody gets in by an undo. Change it on the page of "
    "the account or of the team."
)
_PRICE = (
    "Amounts rest on it, which a job works out anew. Change it on the page of prices, from a day on, and re-price: the "
    "old rows can be imported again."
)
_COMMENT = "The text of a comment is in no history. Whoever wrote it changes it in its thread."
_SCENARIO = "A scenario rests on nothing and nothing on it. Change it on its page, or make it anew."
_JOB = "A job is asked for, and is over or stopped on its own page. It changes nothing by being asked for."

INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(
        ("waiting.answer", "waiting.answer_all", "waiting.reopen", "waiting.submit", "agreement.adopt"), _SAID
    ),
    "agreement.open": "What somebody has seen cannot be unseen. What the sheet says from now on is blind again.",
    **dict.fromkeys(("agreement.settle", "version.keep", "version.look_over"), _DECIDED),
    **dict.fromkeys(
        (
            "comment.delete", "comment.edit", "comment.reopen", "comment.reply", "comment.resolve", "comment.write",
        ),
        _COMMENT,
    ),
    **dict.fromkeys(
        (
            "discount.agree", "discount.withdraw", "pricing.add", "pricing.correct", "pricing.end", "pricing.import",
            "pricing.load",
        ),
        _PRICE,
    ),
    "pricing.reprice": "The old prices are not in force any more. Import the rows as they were and re-price: the "
    "amounts follow, and the history keeps both.",
    "exchange.import": "An import has a page of its own that takes it back.",
    "exchange.undo_import": "What an import had made is gone with its numbers. Import the file again.",
    "exchange.demo_remove": "Load the sample again: it is the same.",
    "frozen.freeze": "A frozen version is evidence of what was signed. Freeze a new one.",
    **dict.fromkeys(("job.cancel", "job.enqueue"), _JOB),
    "notice.choose": "It is one person's own choice. Whoever made it chooses again on the account page.",
    "people.anonymise": "The name is gone: that is what it was for.",
    **dict.fromkeys(
        (
            "people.begin", "people.change_discipline", "people.change_password", "people.deactivate", "people.edit",
            "people.enter", "people.first_link", "people.invite", "people.join", "people.reactivate",
            "people.reset_link", "people.set_administrator", "people.sign_in_link", "people.withdraw",
        ),
        _ACCOUNT,
    ),
    **dict.fromkeys(
        ("review.mark", "review.take_back"), "A review is marked and taken back on the page of the action it is of."
    ),
    **dict.fromkeys(("scenario.delete", "scenario.edit", "scenario.register"), _SCENARIO),
    REDO: "It put back what an undo had taken. Take back the first action itself once more.",
}  # fmt: skip
UNKNOWN = "Nobody has said how an action of this kind would be taken back."

# The label and all that was said with it: put back together, or left to follow from the sheets.
LABEL = frozenset((
    "label", "state", "outcome", "one_sided", "confidence", "rule", "test_version", "guard", "blockers", "reason",
    "sealed_at", "rested_on", "kept_on",
))  # fmt: skip
# What is worked out anew from the rest, never put back.
FOLLOWS: Mapping[str, frozenset[str]] = {
    "call": frozenset(("team_id", "kind", "cost_today", "cost_target", "worth")),
    "part": frozenset((
        "team_id", "feature_id", "kind", "why", "cost_today", "cost_target", "saving", "possible", "doubts",
    )),
}  # fmt: skip
# Put back only where it still is as the action left it: what came later builds on it. Of the records of `WHOLLY`,
# everything.
STEPS = frozenset(("retired_at", "is_live", "is_split", "in_split", "position", "status", "is_demo"))
WHOLLY = ("realised", "dependency", "sheet")


def instead(kind: str) -> str:
    """Why an action of this kind is not taken back, and what to do; empty where it can be."""
    return "" if kind in WAYS or kind in TAKING else INSTEAD.get(kind, UNKNOWN)


def is_step(record: str, field: str) -> bool:
    return record in WHOLLY or field in STEPS
