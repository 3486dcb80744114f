"""Passwords, e-mails and versions as people type them. No database."""

import pytest

from inventory.forms import people as forms
from inventory.models import Person

ADA = Person(name="Adalberta Quist", email="adalberta.quist@example.test")


def new_password(password: str, again: str | None = None, **options: object) -> forms.NewPassword:
    sent = {"password": password, "again": password if again is None else again}
    return forms.NewPassword(sent, person=ADA, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("password", ["nine brown cats", "  spaces count  ", "pässwörter gehen", "x7" * 100])
def test_good_passwords_are_taken_as_typed(password: str) -> None:
    form = new_password(password)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["password"] == password


@pytest.mark.parametrize(
    "password",
    ["", "ninechars", "1029384756", "1q2w3e4r5t", "adalberta.quist", "Adalberta Quist", "x" * 201, "a\x00" * 9],
)
def test_passwords_easily_guessed_or_unusable_are_refused_at_the_field(password: str) -> None:
    assert list(new_password(password).errors)[0] == "password"


def test_passwords_that_differ_are_refused() -> None:
    assert list(new_password("nine brown cats", "nine brown bats").errors) == ["again"]


def test_optional_password_may_stay_empty_but_not_half_typed() -> None:
    assert new_password("", is_optional=True).is_valid()
    assert list(new_password("nine brown cats", "", is_optional=True).errors) == ["again"]
    assert list(new_password("", "nine brown cats", is_optional=True).errors) == ["password"]


@pytest.mark.parametrize(
    ("typed", "kept"), [(" Ada@Example.TEST ", "ada@example.test"), ("ÉVA@exämple.test", None), ("", None)]
)
def test_e_mail_is_kept_in_lower_case(typed: str, kept: str | None) -> None:
    form = forms.Forgotten({"email": typed})
    assert form.is_valid() == (kept is not None)
    assert form.cleaned_data.get("email") == kept


@pytest.mark.parametrize("version", ["", "0", "-1", "1.5", "1e3", "NaN", "2147483648", "9" * 5000])
def test_lost_version_says_to_reload(version: str) -> None:
    form = forms.Reactivate({"version": version})
    assert not form.is_valid()
    assert len(form.errors["version"]) == 1


def test_discipline_is_never_chosen_by_default() -> None:
    form = forms.Begin()
    assert form.fields["discipline"].choices[0] == ("", "Choose one")  # type: ignore[attr-defined]
    assert "selected" not in str(form["discipline"]).replace('<option value="" selected>', "")
