"""A form that says what to do about a field that was left empty."""

from django import forms

_DJANGOS = forms.Field.default_error_messages["required"]
# The first that a field is; the label stands beside it already.
_EMPTY: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.MultipleChoiceField, "Tick at least one."),
    (forms.ModelMultipleChoiceField, "Tick at least one."),
    (forms.ChoiceField, "Choose one."),
    (forms.ModelChoiceField, "Choose one."),
    (forms.DateField, "Choose a day."),
    (forms.FileField, "Choose a file."),
    (forms.BooleanField, "Tick this to go on."),
    (forms.Field, "Fill this in."),
)


class Form(forms.Form):
    """Where a field has no words of its own for being left empty, it gets these."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            if field.error_messages["required"] is _DJANGOS:
                field.error_messages["required"] = next(said for kind, said in _EMPTY if isinstance(field, kind))
        super().full_clean()
