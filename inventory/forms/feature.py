"""A feature: whose it is, who answers for it, and what the team first guessed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from inventory import models
from inventory.domain.people import Discipline
from inventory.forms.asking import Form
from inventory.forms.number import Growth, Whole
from inventory.forms.people import Version
from inventory.forms.text import Line, Lines
from inventory.models import Person, Team
from inventory.models.feature import MOST_GROWTH

GUESS = (
    "The share of this feature's Claude spend that you believe nobody waits for. "
    "Asked before the first label, so that the audit can be held against it."
)
FROZEN = "A label of this feature has counted, so the first guess stays as it was."
SORTS = [
    ("name", "Name"),
    ("team", "Team"),
    ("-today", "Cost today, dearest first"),
    ("-saving", "Saving, largest first"),
]


class Owner(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Active people of one discipline, the members of the team first; whoever owns it now stays among them."""

    def __init__(self, discipline: Discipline, **options: Any) -> None:
        super().__init__(Person.objects.none(), required=False, empty_label="Nobody yet", **options)
        self.discipline = discipline

    def offer(self, teams: Iterable[Team], current: int | None) -> None:
        may_own = Q(is_active=True, discipline=self.discipline) | Q(pk=current)
        self.queryset = Person.objects.filter(may_own).members_first(teams)

    def label_from_instance(self, person: Any) -> str:
        if not person.is_active:
            return f"{person.name} (no longer active)"
        return str(person.name) if person.is_member else f"{person.name} (not in the team)"


class New(Form):
    team = forms.ModelChoiceField(Team.objects.none(), label="Team", empty_label="Choose a team")
    name = Line(most=120, label="Name", help_text="As users of the product would call it")
    description = Lines(most=2000, label="Description", required=False)
    product_owner = Owner(Discipline.PRODUCT, label="Product owner")
    engineering_owner = Owner(Discipline.ENGINEERING, label="Engineering owner")
    first_guess = Whole(most=100, label="First guess, in percent", required=False, help_text=GUESS)
    growth = Growth(
        most=MOST_GROWTH,
        label="Growth a month, in percent",
        required=False,
        help_text="By how much the volume of its calls grows each month; the plan in time counts with it",
    )

    def __init__(
        self, *args: Any, teams: QuerySet[Team], feature: models.Feature | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        inside = [feature.team] if feature else list(teams)
        for name in ("product_owner", "engineering_owner"):
            self.fields[name].offer(inside, getattr(feature, f"{name}_id", None))  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The fields of the record, by their names."""
        return {name: self.cleaned_data[name] for name in New.base_fields}


class Edit(New):
    version = Version()
    reason = Lines(most=500, label="Why", required=False, help_text="Kept in the history")

    def __init__(self, *args: Any, feature: models.Feature, is_frozen: bool, **options: Any) -> None:
        now = {name: getattr(feature, name) for name in ("team", "version", *New.base_fields)}
        super().__init__(*args, feature=feature, initial=now, **options)
        if is_frozen:
            self.fields["first_guess"].disabled = True
            self.fields["first_guess"].help_text = FROZEN


class Retire(Form):
    version = Version()
    reason = Lines(most=500, label="Why", help_text="Kept in the history")
    with_calls = forms.BooleanField(required=False, label="Retire its calls too")


class Restore(Form):
    version = Version()


class Filter(Form):
    q = Line(most=200, label="Search", required=False)
    team = forms.ModelChoiceField(
        Team.objects.order_by("name", "pk"), label="Team", required=False, empty_label="All teams"
    )
    retired = forms.ChoiceField(label="Which", required=False, choices=[("", "In use"), ("yes", "Retired")])
    sort = forms.ChoiceField(label="Sort by", required=False, choices=SORTS)

    def chosen(self) -> dict[str, Any]:
        """What to list; a filter that cannot be read is left out, and says so beside its field."""
        self.is_valid()
        read = self.cleaned_data
        return {
            "words": read.get("q") or "",
            "team": read.get("team"),
            "retired": read.get("retired") == "yes",
            "sort": read.get("sort") or "name",
        }
