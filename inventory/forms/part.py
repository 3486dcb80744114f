"""The parts of a split, as many rows as there are parts; and who uses one part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms

from inventory import models
from inventory.domain.pattern import Pattern
from inventory.forms.asking import Form
from inventory.forms.number import Amount, Percent, Whole
from inventory.forms.people import Version
from inventory.forms.text import Line, Lines
from inventory.models.call import LARGEST_TOKENS, LARGEST_USE, LARGEST_VOLUME

LEAST, MOST = 2, 10
NOT_PRICED = "The price book has no price for this model. Name one it knows, or leave this empty for that of the call."
PREFIX = "part"


class Consumer(Form):
    """Who uses a part first, how it reaches them, and by when."""

    consumer = Line(most=200, label="Who or what uses it first", required=False)
    reaches = Line(most=200, label="How it reaches them", required=False)
    read_when = Line(most=120, label="When it is read", required=False)
    deadline = Line(most=120, label="Latest it may arrive", required=False)
    hand_over = Line(most=300, label="How the late part reaches its reader", required=False)
    meanwhile = Line(most=300, label="What the screen says meanwhile", required=False)


class Edit(Consumer):
    version = Version()

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in Consumer.base_fields}


class Part(Consumer):
    """One row of a split. `id` is that of the part it changes, empty for a new one."""

    id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    name = Line(most=120, label="Name")
    requests = Whole(most=LARGEST_VOLUME, label="Requests a month")
    uncached_input = Whole(most=LARGEST_TOKENS, label="Input tokens, not cacheable")
    cacheable_prefix = Whole(most=LARGEST_TOKENS, label="Cacheable prefix tokens", required=False)
    output = Whole(most=LARGEST_TOKENS, label="Output tokens")
    hit_share = Percent(label="Requests that find the prefix cached, in percent", required=False)
    batch_hit_share = Percent(label="The same in batch, in percent", required=False)
    model = Line(
        most=120,
        label="On another model than the call",
        required=False,
        widget=forms.TextInput(attrs={"list": "models", "autocomplete": "off", "spellcheck": "false"}),
    )
    searches = Amount(most=LARGEST_USE, label="Web searches a request", required=False)
    container_minutes = Amount(most=LARGEST_USE, label="Container minutes a request", required=False)
    expired_share = Percent(label="Expires in a batch and is repeated, in percent", required=False)

    def clean_cacheable_prefix(self) -> int:
        """Left empty it is none, as in the form of a call."""
        return self.cleaned_data["cacheable_prefix"] or 0


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        seen: set[str] = set()
        for row in self.forms:
            name = row.cleaned_data.get("name", "").casefold() if hasattr(row, "cleaned_data") else ""
            if name and name in seen:
                row.add_error("name", "Another part has this name already: tell them apart.")
            seen.add(name)

    def given(self) -> list[dict[str, Any]]:
        """The parts as the service takes them. A row left wholly empty is no part."""
        return [row.cleaned_data for row in self.forms if row.cleaned_data]


PartRows = cast(
    type[Rows],
    forms.formset_factory(
        Part, Rows, extra=0, min_num=LEAST, max_num=MOST, absolute_max=MOST, validate_min=True, validate_max=True
    ),
)


class Split(Form):
    version = Version()
    reason = Lines(
        most=500,
        label="Why",
        required=False,
        help_text="Needed where a label that counts would be lost; kept in the history",
    )


class Unsplit(Form):
    version = Version()
    reason = Lines(most=500, label="Why", help_text="Kept in the history")


def shown(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Rows to fill in, with nothing checked yet; the first without a name is where one goes on typing."""
    found = PartRows(initial=[dict(row) for row in rows], prefix=PREFIX)
    unnamed = next((form for form, row in zip(found.forms, rows, strict=True) if not row.get("name")), None)
    if unnamed is not None:
        unnamed.fields["name"].widget.attrs["autofocus"] = True
    return found


def checked(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Rows as typed, to be cleaned."""
    data = {f"{PREFIX}-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}
    return PartRows({**data, f"{PREFIX}-TOTAL_FORMS": len(rows), f"{PREFIX}-INITIAL_FORMS": 0}, prefix=PREFIX)


def typed(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows of a POST as text. How many there are, the address bar of an attacker does not decide."""
    count = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    total = min(int(count), MOST) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return [{name: data.get(f"{PREFIX}-{i}-{name}", "") for name in Part.base_fields} for i in range(total)]


def of_parts(parts: Iterable[models.Part]) -> list[dict[str, Any]]:
    """The rows of a split as it stands."""
    names = [name for name in Part.base_fields if name != "id"]
    return [{"id": part.pk, **{name: getattr(part, name) for name in names}} for part in parts]


def to_start(call: models.Call, pattern: Pattern | None) -> list[dict[str, Any]]:
    """The rows of a split to be: names and hand-overs of the pattern, the call's volume. Tokens are for the person."""
    starters = pattern.parts if pattern else ()
    told = [{"name": part.name, "hand_over": part.hand_over, "meanwhile": part.meanwhile} for part in starters]
    return [{**row, "requests": call.requests} for row in told or [{}] * LEAST]
