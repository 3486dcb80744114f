"""Parts that resemble one: used by the same consumer, or run under the same tag, prompt name or entry point.

Each trait is looked up by its own index and brings a bounded number of parts, so that a page takes the same few queries
whatever the inventory holds. How many traits a part shares is then exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Lower

from inventory.domain.part import Label, State
from inventory.models import Action, Call, Part, Person
from inventory.models.part import Parts

TRAITS = {
    "consumer": "consumer", "call__tag": "tag", "call__prompt_name": "prompt name", "call__entry_point": "entry point"
}  # fmt: skip
NEAR, CALLS = 200, 1000  # parts and calls looked at for each trait
SHOWN = 5
SEALED = (State.AGREED, State.SETTLED)


@dataclass(frozen=True, slots=True)
class Like:
    """A part with the traits it shares, in words."""

    pk: int
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """`by` is who settled it, empty where both sides agreed."""

    part: Part
    same: tuple[str, ...]
    by: str


def alike(part: Part, among: Parts, *, feature: bool = False) -> list[Like]:
    """Those of `among` that share a trait, the most traits first, of other calls alone: the parts of one call have
    different consumers by their nature. With `feature`, belonging to the same one counts as well."""
    traits = {**TRAITS, **({"feature_id": "feature"} if feature else {})}
    own = {name: _told(part, name) for name in traits}
    others = among.exclude(call=part.call_id)
    found: dict[int, tuple[str, ...]] = {}
    for trait, value in own.items():
        if value:
            rows = _sharing(others, trait, value).values_list("pk", *traits)[:NEAR]
            found |= {pk: tuple(_shared(traits, own, told)) for pk, *told in rows}
    return [Like(pk, same) for pk, same in sorted(found.items(), key=lambda each: (-len(each[1]), -each[0]))]


def sealed(part: Part) -> list[Sealed]:
    """The sealed parts that resemble this one most. Both sides have answered there, so that everybody may see them; who
    still has to answer here may not."""
    likes = alike(part, Part.objects.live().filter(state__in=SEALED))[:SHOWN]
    parts = Part.objects.select_related("feature", "team").in_bulk([each.pk for each in likes])
    settled = _settled_by([pk for pk, each in parts.items() if each.state == State.SETTLED])
    return [Sealed(parts[each.pk], each.same, settled.get(each.pk, "")) for each in likes if each.pk in parts]


def against(label: Label | str, found: Sequence[Sealed]) -> int:
    """How many of them have the other label."""
    return sum(each.part.label != label for each in found) if label else 0


def with_consumer(parts: Parts, consumer: str) -> Parts:
    """Upper and lower case count as the same, as the database tells them."""
    return parts.alias(folded=Lower("consumer")).filter(folded=_lower(consumer))


def _sharing(parts: Parts, trait: str, value: Any) -> Parts:
    if trait == "feature_id":
        return parts.filter(feature=value)
    if trait == "consumer":
        return with_consumer(parts, value)
    calls = Call.objects.alias(folded=Lower(trait.removeprefix("call__"))).filter(folded=_lower(value))
    return parts.filter(call__in=calls.values("pk")[:CALLS])


def _shared(traits: dict[str, str], own: dict[str, Any], told: Sequence[Any]) -> Iterator[str]:
    for (trait, words), value in zip(traits.items(), told, strict=True):
        if own[trait] and _folded(value) == _folded(own[trait]):
            yield words


def _told(part: Part, trait: str) -> Any:
    return getattr(part.call if trait.startswith("call__") else part, trait.removeprefix("call__"))


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _lower(value: str) -> Lower:
    return Lower(Value(value, output_field=CharField()))


def _settled_by(pks: Sequence[int]) -> dict[int, str]:
    """Who settled each part last, by their living name."""
    if not pks:
        return {}
    told = Action.objects.filter(kind="agreement.settle", record="part", record_id__in=[str(pk) for pk in pks])
    last = dict(told.order_by("seq").values_list("record_id", "actor_id"))
    names = {str(pk): name for pk, name in Person.objects.filter(pk__in=[*last.values()]).values_list("pk", "name")}
    return {int(pk): names.get(person, "a former member") for pk, person in last.items()}
