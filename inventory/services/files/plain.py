"""Lists that are what one query or one report gives: declared once, each with its columns, what it is narrowed to, and
who may have it. What a list is to be narrowed to comes as plain values, as a job keeps them."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from inventory.domain import lots
from inventory.exchange.columns import Column
from inventory.models import Feature, Person, Team
from inventory.services.files.listing import List

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, on which day, and what the list is narrowed to: records by their number. One that is gone raises its
    DoesNotExist: without it the list would be another one."""

    person: Person
    on: date
    narrowed: Mapping[str, Any]

    @property
    def team(self) -> Team | None:
        pk = self.narrowed.get("team")
        return Team.objects.get(pk=pk) if pk else None

    @property
    def feature(self) -> Feature | None:
        pk = self.narrowed.get("feature")
        return Feature.objects.get(pk=pk) if pk else None


def everyone(person: Person) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Plain:
    """`found` are all its records, as a query, or as a sequence where they are few. `rows` are those of some of them in
    that order, each with its number under `pk` where it can be ticked. `own`: it says what only whoever asks may see,
    so nobody else gets the file."""

    title: str
    columns: Sequence[Column]
    found: Callable[[Asked], "QuerySet[Any] | Sequence[Any]"]
    rows: Callable[[Sequence[Any], Asked], Sequence[Row]]
    may: Callable[[Person], bool] = everyone
    own: bool = False

    def listed(self, asked: Asked, picked: Sequence[int]) -> List:
        found = self.found(asked)
        if isinstance(found, QuerySet):
            keys = array("q", (found.filter(pk__in=picked) if picked else found).values_list("pk", flat=True))
            return List(self.title, self.columns, len(keys), self._of_query(found.order_by(), keys, asked))
        rows = self.rows(found, asked)
        kept = [row for row in rows if not picked or row.get("pk") in picked]
        return List(self.title, self.columns, len(kept), lots.of(kept))

    def _of_query(self, found: "QuerySet[Any]", keys: "array[int]", asked: Asked) -> Iterator[list[Row]]:
        """Lot by lot, by number: a query held open while progress is written would fail on SQLite."""
        for some in lots.of(keys):
            by_pk = found.in_bulk(some)
            yield list(self.rows([by_pk[pk] for pk in some if pk in by_pk], asked))


def each(row: Callable[[Any], Row]) -> Callable[[Sequence[Any], Asked], list[Row]]:
    """Rows that depend on nothing but their own record."""
    return lambda found, asked: [row(one) for one in found]


def name_of(person: Person | None, none: str = "") -> str:
    return person.name if person else none
