"""What people say about a call: names after an @ are looked up, and nothing typed is lost where one is not clear."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from django import forms

from inventory.domain import comment
from inventory.domain.comment import Named
from inventory.forms.asking import Form
from inventory.forms.people import Version
from inventory.forms.text import Lines
from inventory.models import Call, Part

PLAIN = "This names nobody. Save it as it stands, and tell nobody."
SENT = "This form was sent already, with another text, which stands there. Send it once more to add this one."
RETIRED = "This call was retired meanwhile: nothing can be written to it. What you typed is still here."
GONE = "This comment was deleted meanwhile. What you typed is still here."


class Text(Form):
    """`people` is asked for only where there is an @. `text` comes out as `domain.comment` stores it."""

    text = Lines(most=comment.LONGEST, label="Your comment")
    as_it_is = forms.BooleanField(required=False, label=PLAIN)

    def __init__(self, *args: Any, people: Callable[[], Sequence[Named]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].error_messages["required"] = "Write something first."
        self.people = people
        self.is_unclear = False
        self.as_typed = ""

    def clean_text(self) -> str:
        self.as_typed = str(self.cleaned_data["text"])
        found = comment.read(self.as_typed, self.people() if "@" in self.as_typed else ())
        self.is_unclear = bool(found.complaints)
        if found.complaints and self.add_prefix("as_it_is") not in self.data:
            raise forms.ValidationError([str(each) for each in found.complaints])
        return found.text


class Reply(Text):
    """`token` is this form's own: sent twice, it is one comment."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("token", uuid4().hex)

    def sent_before(self) -> None:
        """Say so, and give what was typed a token of its own, so that it can be sent."""
        self.data = {**self.data.dict(), self.add_prefix("token"): uuid4().hex}  # type: ignore[attr-defined]
        self.add_error(None, SENT)

    def clean_token(self) -> str:
        typed = str(self.cleaned_data["token"])
        return typed if re.fullmatch("[0-9a-f]{32}", typed) else uuid4().hex


class Write(Reply):
    part = forms.ModelChoiceField(
        queryset=Part.objects.none(), required=False, label="About", empty_label="The whole call"
    )
    field_order = ("part", "text")

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        if not call.is_split:
            del self.fields["part"]
            return
        part: Any = self.fields["part"]
        part.queryset = Part.objects.filter(call=call).order_by("position")
        part.error_messages["invalid_choice"] = "This call has no such part any more: choose again."


class Edit(Text):
    version = Version()
