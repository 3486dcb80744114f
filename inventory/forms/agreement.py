"""The ways out of a dispute: which label, and why."""

from django import forms

from inventory.domain.part import Label
from inventory.forms.asking import Form
from inventory.forms.people import Version
from inventory.forms.text import Lines
from inventory.forms.waiting import One

LABELS = [
    (Label.WAITING.value, "Somebody waits: it stays at full price"),
    (Label.NOT_WAITING.value, "Nobody waits: it can go to batch"),
]


class Sheet(Form):
    """Which state of one's own sheet the page showed."""

    version = Version()


class Settle(Form):
    use_required_attribute = False

    version = Version()
    label = forms.ChoiceField(
        choices=LABELS, widget=One, label="The label", error_messages={"required": "Select the label that shall count"}
    )
    reason = Lines(
        most=1000,
        label="Why",
        help_text="Both sides read it, and whoever asks later why this label counts.",
        error_messages={"required": "Type why: both sides will want to know"},
    )
