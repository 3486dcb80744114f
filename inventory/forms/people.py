"""Getting in, one's own account, and what an administrator decides about an account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from inventory.forms.asking import Form
from inventory.forms.text import Line, Lines
from inventory.models import Person
from inventory.models.people import DISCIPLINES

LONGEST_PASSWORD = 200
ASKED_DISCIPLINE = (
    "The side you answer for: product for the people who use results, engineering for how calls run; other for neither."
)


class Email(forms.EmailField):
    """An e-mail in lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, **{"label": "E-mail", **options})
        self.error_messages["invalid"] = "Type an e-mail address, such as name@example.com."

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").lower()


class Password(forms.CharField):
    def __init__(self, *, label: str, autocomplete: str, **options: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=label, widget=widget, strip=False, max_length=LONGEST_PASSWORD, **options)


class DisciplineField(forms.ChoiceField):
    """Never chosen by default: nobody can set their own right afterwards."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("", "Choose one"), *DISCIPLINES], **options)


class Version(forms.IntegerField):
    """The version of the record the page showed."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1)
        lost = "The page lost track of what it showed: reload it and try again."
        self.error_messages |= dict.fromkeys(("required", "invalid", "min_value", "max_value"), lost)


class SignIn(Form):
    # Not checked for its form: whatever is no account gets the same answer.
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = Password(label="Password", autocomplete="current-password")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class Forgotten(Form):
    email = Email(widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPassword(Form):
    """A password, typed twice, that is not easily guessed for `person`."""

    password = Password(
        label="New password", autocomplete="new-password", help_text="Ten characters or more, and no common one."
    )
    again = Password(label="The same once more", autocomplete="new-password")

    def __init__(self, *args: Any, person: Person | None = None, is_optional: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person or Person()
        if is_optional:
            self.fields["password"].required = self.fields["again"].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        password, again = given.get("password"), given.get("again")
        if password and "again" in given and password != again:
            self.add_error("again", "The two passwords differ: type the same one twice.")
        elif password:
            self._judge(password, given)
        elif again:
            self.add_error("password", "Type the new password here as well.")
        return given

    def _judge(self, password: str, given: dict[str, Any]) -> None:
        person = Person(name=given.get("name", self.person.name), email=given.get("email", self.person.email))
        try:
            validate_password(password, person)
        except forms.ValidationError as refused:
            self.add_error("password", refused)


class Begin(NewPassword):
    """The first administrator and the first team."""

    email = Email(widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    name = Line(most=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    discipline = DisciplineField(label="Your discipline", help_text=ASKED_DISCIPLINE)
    team = Line(
        most=80,
        label="Name of your first team",
        help_text="Features belong to teams. You lead this one; more can follow.",
    )
    field_order = ("email", "name", "discipline", "team", "password", "again")


class Accept(NewPassword):
    """An invited person's name and password."""

    name = Line(most=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "password", "again")


class ChangePassword(NewPassword):
    current = Password(label="Password now", autocomplete="current-password")
    field_order = ("current", "password", "again")

    def clean_current(self) -> str:
        return _current(self.person, self.cleaned_data["current"])


class Account(Form):
    """Whoever sits at somebody else's open page cannot move the account to an e-mail of their own."""

    version = Version()
    name = Line(most=120, label="Name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = Email(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    current = Password(
        label="Password now",
        autocomplete="current-password",
        required=False,
        help_text="Needed only where the e-mail changes.",
    )

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("email", self.person.email) != self.person.email and not self.errors:
            try:
                _current(self.person, given.get("current", ""))
            except forms.ValidationError as refused:
                self.add_error("current", refused)
        return given


class Discipline(Form):
    version = Version()
    discipline = DisciplineField(label="Discipline")
    reason = Lines(most=500, label="Reason", help_text="Kept in the history.")


class Administrator(Form):
    version = Version()
    is_administrator = forms.BooleanField(required=False)


class Deactivate(Form):
    version = Version()
    heir = forms.ModelChoiceField(
        queryset=Person.objects.none(), required=False, label="Who takes over", empty_label="Choose somebody"
    )
    reason = Lines(most=500, label="Reason", required=False, help_text="Kept in the history.")

    def __init__(self, *args: Any, person: Person, owns: int, **options: Any) -> None:
        super().__init__(*args, **options)
        if not owns:
            del self.fields["heir"]
            return
        heir: Any = self.fields["heir"]
        heir.queryset = Person.objects.active().exclude(pk=person.pk).order_by("name", "pk")
        heir.required = True
        heir.help_text = f"{person.name} owns {owns} feature{'s' if owns > 1 else ''}."


class Reactivate(Form):
    version = Version()


class Anonymise(Form):
    version = Version()
    sure = forms.BooleanField(
        label="Take name and e-mail away for good",
        error_messages={"required": "Tick this as well: nothing brings the name back."},
    )
    reason = Lines(most=500, label="Reason", required=False, help_text="Kept in the history: name nobody in it.")


class Find(Form):
    q = Line(most=100, label="Find a person", required=False, widget=forms.TextInput(attrs={"type": "search"}))


def _current(person: Person, password: str) -> str:
    if not person.check_password(password):
        raise forms.ValidationError("This is not your password now.")
    return password
