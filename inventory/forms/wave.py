"""A wave, which moves go into it, what a proposal starts from, and the months a plan in time covers."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from inventory import models
from inventory.domain import wave as domain
from inventory.domain.schedule import LONGEST_TERM, Term
from inventory.domain.status import WAY, WORDS, Status
from inventory.domain.wave import MOST_AT_ONCE, Terms
from inventory.forms.asking import Form
from inventory.forms.audit import LARGEST_KEY
from inventory.forms.number import Whole
from inventory.forms.people import Version
from inventory.forms.text import Line, Lines
from inventory.models import Person, Team

MOST_WAVES = 12
STEPS = [(status.value, words) for status, words in WORDS.items() if status in WAY]
OUT = "none"  # chosen in place of a wave
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_TICK = re.compile(r"(\d{1,18})-(\d{1,9})", re.ASCII)


class Month(forms.Field):
    """A month, typed as 2027-03 where the browser has nothing better, as the date of its first day."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2027-03", "class": "short"})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or not str(value).strip():
            return None
        if isinstance(value, date):
            return value.replace(day=1)
        found = _MONTH.fullmatch(str(value).strip())
        if found is None or not 1 <= int(found[2]) <= 12:
            raise forms.ValidationError("Type a month as year and number, such as 2027-03.", "not_a_month")
        if not 2020 <= int(found[1]) <= 2100:
            raise forms.ValidationError("Type a year from 2020 to 2100.", "out_of_range")
        return date(int(found[1]), int(found[2]), 1)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value


class Waves(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, wave: Any) -> str:
        starts = f"starts {domain.shown(wave.starts)}" if wave.starts is not None else "no start yet"
        return f"{wave.name} · {wave.team.name} · {starts}"


class New(Form):
    name = Line(most=80, label="Name")
    starts_on = Month(
        label="Starts in", required=False, help_text="Without a start it saves nothing in the plan in time"
    )
    ramp_months = Whole(
        most=domain.LONGEST_RAMP,
        label="Ramp, in months",
        required=False,
        help_text="How many months it takes until all of it has moved; empty or 0 means at once",
    )
    owner = forms.ModelChoiceField(Person.objects.none(), label="Owner", required=False, empty_label="Nobody yet")
    after = Waves(
        models.Wave.objects.none(),
        label="Depends on",
        required=False,
        help_text="It may not start before these",
    )

    def __init__(self, *args: Any, team: Team, wave: models.Wave | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        people = Person.objects.filter(is_active=True) | Person.objects.filter(pk=(wave and wave.owner_id) or 0)
        others = models.Wave.objects.live().exclude(pk=wave.pk if wave else 0).select_related("team").in_time()
        self.fields["owner"].queryset = people.members_first([team])  # type: ignore[attr-defined]
        self.fields["after"].queryset = others  # type: ignore[attr-defined]

    def clean_ramp_months(self) -> int:
        return self.cleaned_data["ramp_months"] or 0

    def given(self) -> dict[str, Any]:
        """The fields of the record, by their names."""
        return {name: self.cleaned_data[name] for name in ("name", "starts_on", "ramp_months", "owner")}


class Edit(New):
    version = Version()

    def __init__(self, *args: Any, wave: models.Wave, **options: Any) -> None:
        now = {name: getattr(wave, name) for name in ("name", "starts_on", "ramp_months", "owner", "version")}
        after = [link.on_id for link in wave.waits_for.all()]
        super().__init__(*args, team=wave.team, wave=wave, initial={**now, "after": after}, **options)


class Retire(Form):
    version = Version()
    reason = Lines(most=500, label="Why", help_text="Kept in the history")


class Ticked(Form):
    """Ticked moves, each with the version it was shown in."""

    part = forms.MultipleChoiceField()

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["part"].choices = [(tick, tick) for tick in data.getlist("part")]  # type: ignore[attr-defined]
        self.fields["part"].error_messages["required"] = "Tick the moves first."

    def clean_part(self) -> dict[int, int]:
        found = [_TICK.fullmatch(tick) for tick in self.cleaned_data["part"]]
        if None in found or len(found) > MOST_AT_ONCE:
            raise forms.ValidationError("The page lost track of what it showed: reload it and try again.")
        return {int(tick[1]): int(tick[2]) for tick in found if tick}

    @property
    def said(self) -> str:
        """What is wrong, in one line."""
        return " ".join(str(each) for found in self.errors.values() for each in found)


class Put(Ticked):
    """The wave they go into."""

    wave = forms.ChoiceField(error_messages={"required": "Choose a wave."})

    def __init__(self, data: Any, *, waves: Iterable[models.Wave]) -> None:
        super().__init__(data)
        self.known = {str(wave.pk): wave for wave in waves}
        choices = [("", ""), *((pk, wave.name) for pk, wave in self.known.items()), (OUT, "No wave")]
        self.fields["wave"].choices = choices  # type: ignore[attr-defined]

    def clean_wave(self) -> models.Wave | None:
        return self.known.get(self.cleaned_data["wave"])


class Together(Ticked):
    """The status they get."""

    to = forms.ChoiceField(choices=STEPS, error_messages={"required": "Choose a status."})

    def clean_to(self) -> Status:
        return Status(self.cleaned_data["to"])


class Propose(Form):
    waves = Whole(least=1, most=MOST_WAVES, label="Waves")
    starts_on = Month(label="The first starts in")
    apart = Whole(least=1, most=12, label="Months from one to the next")
    ramp = Whole(most=domain.LONGEST_RAMP, label="Ramp of each, in months")

    def terms(self) -> Terms:
        return Terms(**{name: self.cleaned_data[name] for name in Propose.base_fields})


class Months(Form):
    """The term of a plan in time; in the address, so that what is missing stands for the usual."""

    team = forms.ModelChoiceField(Team.objects.order_by("name", "pk"), required=False, empty_label="All teams")
    first = Month(label="From", required=False)
    months = Whole(least=1, most=LONGEST_TERM, label="Months", required=False)
    opened = Whole(least=1, most=LONGEST_TERM, required=False, widget=forms.HiddenInput)  # which of them
    wave = Whole(least=1, most=LARGEST_KEY, required=False, widget=forms.HiddenInput)  # or which wave

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        """From the month after `today`, for a year, where the address says nothing else."""
        self.usual = Term(domain.month(today) + 1, domain.MONTHS)
        usual = {"first": f"{self.usual.day(1):%Y-%m}", "months": domain.MONTHS}
        super().__init__({**usual, **{name: value for name, value in data.items() if value}})

    def term(self) -> Term:
        """The usual stands in for what cannot be read."""
        self.is_valid()
        first = self.cleaned_data.get("first")
        starts = domain.month(first) if first else self.usual.first
        return Term(starts, self.cleaned_data.get("months") or self.usual.count)

    def chosen_month(self) -> int:
        """The number of the month that is opened, 0 for none."""
        self.is_valid()
        return self.cleaned_data.get("opened") or 0

    def chosen_wave(self) -> int:
        """The number of the wave that is opened, 0 for none."""
        self.is_valid()
        return self.cleaned_data.get("wave") or 0

    def chosen_team(self) -> Team | None:
        self.is_valid()
        return self.cleaned_data.get("team")
