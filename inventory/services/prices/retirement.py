"""Parts whose model retires within the plan's term, and what they would cost on the models that follow it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.domain.book import Book, Found
from inventory.models import Call, ClaudeModel, Part
from inventory.services.prices import pricing

TERM = timedelta(days=365)  # of the plan: twelve months from today
ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Choice:
    """One successor, with what the part would cost on it a month; None where nothing is known of it there."""

    model: ClaudeModel
    today: int | None
    after: int | None

    @property
    def saving(self) -> int | None:
        return None if self.today is None or self.after is None else self.today - self.after


@dataclass(frozen=True, slots=True)
class Retiring:
    part: Part
    model: str
    on: date
    is_past: bool
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where calls run: what is known there of their model, and which models follow it."""

    found: Found
    successors: Sequence[ClaudeModel]


def parts(*, on: date) -> QuerySet[Part]:
    """Live parts whose model is retired or retires within the term, the dearest first."""
    wanted = Q(pk=None)
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for provider, model, geo in _places(pricing.book(on), on):
        names[provider, geo].append(model)
    for (provider, geo), models in names.items():
        wanted |= Q(provider=provider, geo=geo, model__in=models)
    calls = Call.objects.live().filter(wanted, pk=OuterRef("call"))
    found = Part.objects.live().filter(Exists(calls)) if names else Part.objects.none()
    return found.dearest_first().with_owners()


def rows(found: Sequence[Part], *, on: date) -> list[Retiring]:
    """Each with what it would cost on every successor, priced as the call and all its parts together are."""
    book = pricing.book(on)
    places = _places(book, on)
    of_call: dict[int, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(call__in={part.call_id for part in found}).order_by("call_id", "position"):
        of_call[part.call_id].append(part)
    told = []
    for part in found:
        place = places[_key(part.call)]
        retires = cast("date", place.found.retires_on)
        choices = [_choice(part, of_call[part.call_id], model, book) for model in place.successors]
        told.append(Retiring(part, place.found.model.name, retires, retires <= on, choices))
    return told


def _key(call: Call) -> tuple[str, str, str]:
    return call.provider, call.model, call.geo


def _places(book: Book, on: date) -> Mapping[tuple[str, str, str], _Place]:
    """Every provider, model and place in use whose model retires within the term."""
    used = Call.objects.live().order_by().values_list("provider", "model", "geo").distinct()
    found = {key: book.find(*key) for key in used}
    late = {k: f for k, f in found.items() if f is not None and f.retires_on is not None and f.retires_on <= on + TERM}
    if not late:
        return {}
    models = list(ClaudeModel.objects.order_by("-released_on", "key"))
    return {key: _Place(place, _successors(place, key, models, book, on)) for key, place in late.items()}


def _successors(
    place: Found, key: tuple[str, str, str], models: Sequence[ClaudeModel], book: Book, on: date
) -> list[ClaudeModel]:
    """Newer models of the same family, the newest first, that are offered there and do not retire within the term."""
    own = next(model for model in models if model.key == place.model.key)
    if own.released_on is None:
        return []
    newer = [
        model
        for model in models
        if model.family == own.family and model.status == ACTIVE and (model.released_on or date.min) > own.released_on
    ]
    return [model for model in newer if _stays(book.find(key[0], model.key, key[2]), on)]


def _stays(found: Found | None, on: date) -> bool:
    return found is not None and (found.retires_on is None or found.retires_on > on + TERM)


def on_model(call: Call, parts: Sequence[Part], model: ClaudeModel, book: Book) -> tuple[Call, list[Part]]:
    """As they would be priced on another model: copies, nothing of the call itself is touched."""
    other, own = copy(call), [copy(each) for each in parts]
    other.model = model.key
    pricing.apply(other, own, book=book)
    return other, own


def _choice(part: Part, siblings: Sequence[Part], model: ClaudeModel, book: Book) -> Choice:
    part.call.team = part.team
    _, own = on_model(part.call, siblings, model, book)
    priced = next(each for each in own if each.pk == part.pk)
    return Choice(model, priced.cost_today, priced.cost_target)
