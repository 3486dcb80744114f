"""What a page shows when somebody else saved first."""

from dataclasses import dataclass
from typing import Any

from django import forms

from inventory.models import Versioned


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    yours: str
    theirs: str


def differences(form: forms.Form, theirs: Versioned) -> list[Difference]:
    """Each field the person typed otherwise than it was saved meanwhile.

    The form, shown again, carries the version saved meanwhile: saving it once more is then a decision.
    """
    form.data = {**form.data.dict(), "version": str(theirs.version)}  # type: ignore[attr-defined]
    rows = []
    for bound in form.visible_fields():
        if not hasattr(theirs, bound.name):
            continue
        yours, saved = (_shown(bound.field, v) for v in (form.cleaned_data[bound.name], getattr(theirs, bound.name)))
        if yours != saved:
            rows.append(Difference(str(bound.label), yours, saved))
    return rows


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return str(field.prepare_value(value))
