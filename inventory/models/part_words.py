"""What a part may be labelled, stand at and come from, each with the words it is shown by."""

from inventory.domain.part import Label, State
from inventory.domain.plan import Why
from inventory.domain.status import WORDS, Status

LABELS = [
    (Label.NONE, "No label yet"),
    (Label.WAITING, "Somebody waits"),
    (Label.NOT_WAITING, "Nobody waits"),
]
STATES = [
    (State.UNLABELLED, "Not labelled"), (State.ONE_SIDE, "One side in"), (State.AGREED, "Agreed"),
    (State.DISPUTED, "Disputed"), (State.SETTLED, "Settled"), (State.CHECK_NEEDED, "Check needed"),
]  # fmt: skip
OUTCOMES = [
    ("", "None"), ("waiting", "Waiting"), ("not_waiting", "Not waiting"), ("hybrid", "Hybrid"),
    ("undecided", "Undecided"),
]  # fmt: skip
STATUSES = [(status.value, WORDS[status]) for status in Status]
WHYS = [(why, why.replace("_", " ")) for why in Why]
