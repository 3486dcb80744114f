"""A team, its members, and who is invited."""

from django import forms

from inventory.forms.asking import Form
from inventory.forms.number import Whole
from inventory.forms.people import DisciplineField, Email, Version
from inventory.forms.text import Line, Lines
from inventory.models.people import ROLES

ROLES_EXPLAINED = "Viewers look, members edit and answer, leads also settle labels and manage the team."


class New(Form):
    name = Line(most=80, label="Name")


class Edit(Form):
    version = Version()
    name = Line(most=80, label="Name")
    one_side_enough = forms.BooleanField(
        required=False,
        label="One discipline is enough",
        help_text="A label then counts as soon as product or engineering has answered, and is marked one-sided. "
        "Changing this counts every label of the team anew.",
    )
    opens_after = Whole(
        most=90,
        required=False,
        label="Days until a lead may open a sheet",
        help_text="Where one side has answered and the other stays silent. What is answered after that is not blind.",
    )


class Retire(Form):
    version = Version()
    reason = Lines(most=500, label="Reason", required=False, help_text="Kept in the history.")


class Restore(Form):
    version = Version()


class Invite(Form):
    email = Email()
    discipline = DisciplineField(
        label="Discipline",
        help_text="Which side they answer for. Only an administrator can change it later.",
    )
    role = forms.ChoiceField(label="Role in the team", choices=ROLES, initial="member", help_text=ROLES_EXPLAINED)
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)


class Role(Form):
    version = Version()
    role = forms.ChoiceField(label="Role in the team", choices=ROLES, help_text=ROLES_EXPLAINED)


class Remove(Form):
    version = Version()
