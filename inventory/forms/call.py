"""A call as it runs today, as people type it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from inventory.domain.example import Example
from inventory.domain.part import Gap
from inventory.forms.asking import Form
from inventory.forms.number import Amount, Percent, Whole
from inventory.forms.people import Version
from inventory.forms.text import Line, Lines
from inventory.models import Call, Feature
from inventory.models.call import FIGURES, LARGEST_TOKENS, LARGEST_USE, LARGEST_VOLUME, PATHS, PROVIDERS

KEY_TAKEN = "Another call has this key. Choose another, or leave it empty and one is made from the name."
NAME_TAKEN = "This feature has a call of this name. Open that one, or give this one another name or a key of its own."
FEATURE_RETIRED = "This feature was retired meanwhile. Choose another, or restore it first."
YES_NO = [("", "Not known"), ("True", "Yes"), ("False", "No")]
GEO = [("", "Anywhere"), ("us", "US only")]
GROUPS = (
    ("How it runs today", ("provider", "model", "geo", "today_path", "path_assumed", "fast")),
    ("How much", ("requests", "uncached_input", "output", "figures")),
    ("Cached prefix", ("cacheable_prefix", "prefix_included", "hit_share", "batch_hit_share", "write_1h")),
    ("Tools and repeats", ("searches", "container_minutes", "expired_share")),
    ("In the code", ("code_location", "entry_point", "source_repository", "source_commit", "streaming", "tools")),
    ("In the bill", ("workspace", "api_key", "prompt_name", "tag")),
)
IN_BATCH = Decimal("0.3")  # the share of cache hits one may expect in a batch
NONE = ("searches", "container_minutes", "expired_share")  # left empty these are 0
FOLDED = ("Tools and repeats", "In the code", "In the bill")


class Figures(Form):
    """Whatever changes what a call costs."""

    provider = forms.ChoiceField(label="Provider", choices=PROVIDERS, initial="anthropic")
    model = Line(
        most=120,
        label="Model",
        help_text="As the code names it; a model we have no price for is kept and listed as a doubt",
        widget=forms.TextInput(attrs={"list": "models", "autocomplete": "off", "spellcheck": "false"}),
    )
    geo = forms.ChoiceField(label="Where it may run", choices=GEO, required=False)
    today_path = forms.ChoiceField(
        label="Runs today",
        choices=PATHS,
        widget=forms.RadioSelect,
        error_messages={"required": "Select how it runs today."},
    )
    path_assumed = forms.BooleanField(label="How it runs is assumed: nobody has looked", required=False)
    fast = forms.BooleanField(label="In fast mode", required=False)
    requests = Whole(most=LARGEST_VOLUME, label="Requests a month")
    uncached_input = Whole(most=LARGEST_TOKENS, label="Input tokens a request", help_text="Without the cached prefix")
    output = Whole(most=LARGEST_TOKENS, label="Output tokens a request", help_text="Thinking counts as output")
    figures = forms.ChoiceField(label="These figures are", choices=FIGURES, initial="typed")
    cacheable_prefix = Whole(
        most=LARGEST_TOKENS,
        label="Prefix tokens a request",
        required=False,
        help_text="The start of the input that stays the same and is cached; 0 for none",
    )
    prefix_included = forms.BooleanField(label="The input tokens above include the prefix", required=False)
    hit_share = Percent(label="Finds the prefix cached today, in percent of requests", required=False)
    batch_hit_share = Percent(
        label="Would find it cached in a batch, in percent of requests",
        required=False,
        initial=IN_BATCH,
        help_text="In a batch the prefix is written to the one-hour cache, at its price: a batch often outlives five "
        "minutes, and the provider advises it. Where a batch without cache is cheaper, that counts",
    )
    write_1h = forms.BooleanField(label="Written to the one-hour cache today", required=False)
    searches = Amount(
        most=LARGEST_USE,
        label="Web searches a request",
        required=False,
        help_text="On average, such as 0.2 for two in ten requests; their fee is the same in batch",
    )
    container_minutes = Amount(
        most=LARGEST_USE,
        label="Code execution, container minutes a request",
        required=False,
        help_text="As billed: a run counts at least 5 minutes, so one in ten requests is 0.5. "
        "0 where a web search or web fetch tool that includes it is in the request",
    )
    expired_share = Percent(
        label="Expires in a batch and is repeated at full price, in percent",
        required=False,
        help_text="A guess above 0 where late results are repeated in real time, such as 2; empty for none",
    )
    share_above = Percent(label="Long prompts, in percent of requests", required=False)

    def clean(self) -> dict[str, Any]:
        read = super().clean() or self.cleaned_data
        read |= {name: Decimal(0) for name in NONE if name in read and read[name] is None}
        whole, prefix = read.get("uncached_input"), read.get("cacheable_prefix")
        if read.get("prefix_included") and whole is not None and prefix is not None:
            if prefix > whole:
                self.add_error(
                    "cacheable_prefix", f"Type {whole:,} or less: it is part of the input, which is {whole:,}."
                )
            else:
                read["uncached_input"] = whole - prefix
        return read

    def given(self) -> dict[str, Any]:
        """The fields of the record that could be read, by their names."""
        assumed = {"cacheable_prefix": 0, "hit_share": Decimal(0), "batch_hit_share": IN_BATCH}
        read = {name: value for name, value in self.cleaned_data.items() if name in RECORD}
        return {name: assumed.get(name) if value is None else value for name, value in read.items()}


class Details(Figures):
    """All of a call. `features` are those it may belong to, with their teams."""

    field_order = ("feature", "name", "description")  # as the page shows them, so that errors are told in that order
    feature = forms.TypedChoiceField(label="Feature")
    name = Line(most=120, label="Name", help_text="What it does, in a few words: “Nightly tags”")
    description = Lines(
        most=4000,
        label="Description",
        required=False,
        help_text="What it makes, from what, and what happens with it next",
    )
    key = Line(most=80, label="Key", required=False, help_text="Names it in files; made from the name when left empty")
    code_location = Line(most=300, label="Code location", required=False, help_text="As path:line")
    entry_point = Line(most=200, label="Started by", required=False, help_text="A route, a schedule, an event")
    source_repository = Line(most=300, label="Repository", required=False)
    source_commit = Line(most=64, label="Commit", required=False)
    streaming = forms.TypedChoiceField(label="Streams its output", choices=YES_NO, required=False)
    tools = forms.TypedChoiceField(label="Uses tools", choices=YES_NO, required=False)
    workspace = Line(most=120, label="Workspace", required=False)
    api_key = Line(most=120, label="Name of the API key", required=False, help_text="Its name, never the key itself")
    prompt_name = Line(most=120, label="Prompt or span name", required=False)
    tag = Line(most=120, label="Tag", required=False)

    def __init__(
        self, *args: Any, features: Sequence[Feature], call: Call | None = None, like: Example | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.call = call
        if like is not None:
            self.fields["description"].help_text = like.prompt
            self.fields["entry_point"].widget.attrs["list"] = "started-by"
        known = {str(feature.pk): feature for feature in features}
        field: Any = self.fields["feature"]
        field.choices = [("", "Choose a feature"), *_by_team(features)]
        field.coerce = known.__getitem__
        for name in ("streaming", "tools"):
            asked: Any = self.fields[name]
            asked.coerce, asked.empty_value = "True".__eq__, None

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"] or (self.call.key if self.call else "")
        others = Call.objects.with_keys([key])
        if self.call is not None:
            others = others.exclude(pk=self.call.pk)
        if key and others.exists():
            raise forms.ValidationError(KEY_TAKEN, "taken")
        return key


class Edit(Details):
    version = Version()
    reason = Lines(most=500, label="Why", required=False, help_text="Kept in the history")

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        now = {name: getattr(call, name) for name in ("version", *RECORD)} | {"feature": call.feature_id}
        super().__init__(*args, call=call, initial=now, **options)


class Retire(Form):
    version = Version()
    reason = Lines(most=500, label="Why", help_text="Kept in the history")


class Restore(Form):
    version = Version()


RECORD = frozenset(Details.base_fields) - {"prefix_included"}


def _by_team(features: Sequence[Feature]) -> list[tuple[str, list[tuple[str, str]]]]:
    teams: dict[str, list[tuple[str, str]]] = {}
    for feature in features:
        teams.setdefault(feature.team.name, []).append((str(feature.pk), feature.name))
    return list(teams.items())


def falls_short(gaps: Sequence[Gap]) -> str:
    missing = ", ".join(f"{gap.missing:,} {_TOKENS[gap.tokens]}" for gap in gaps)
    return (
        f"The parts of this call would not do all of it: {missing} a month are in none of them. "
        "Make a part larger first, or type less here."
    )


_TOKENS = {
    "uncached_input": "input tokens", "cacheable_prefix": "prefix tokens", "output": "output tokens",
    "searches": "web searches", "container_minutes": "container minutes",
}  # fmt: skip


def groups(form: forms.Form) -> list[tuple[str, bool, list[forms.BoundField]]]:
    """The fields in the order of the page: heading, whether it is folded away, and what stands below it."""
    return [(title, title in FOLDED and not _tells(form, names), [form[n] for n in names]) for title, names in GROUPS]


def _tells(form: forms.Form, names: Sequence[str]) -> bool:
    return any(form[name].errors or form[name].value() not in ("", "0", None, 0) for name in names)
