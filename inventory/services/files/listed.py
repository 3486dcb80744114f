"""A list as rows of a file: what it is narrowed to, in its order, with the columns it has on its page."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import IO, Any

from inventory.domain import lots
from inventory.domain.book import Book
from inventory.exchange import editable as files
from inventory.exchange.columns import Column, Form
from inventory.models import Call, Feature, Job, Person, PriceRow, Team
from inventory.models.pricing import PRICE_NAMES
from inventory.services.calls import call_list
from inventory.services.files import (
    editable,
    exchange,
    listed_features,
    listed_frozen,
    plain_labels,
    plain_people,
    plain_plan,
    plain_prices,
    plain_sums,
)
from inventory.services.files.listing import List
from inventory.services.files.plain import Asked, Plain
from inventory.services.planning import move
from inventory.services.prices import pricing

CALLS = (
    Column("call", "Call", width=30), Column("feature", "Feature", width=26), Column("team", "Team", width=22),
    Column("move", "Move", width=16), Column("label", "Label", width=30), Column("model", "Model", width=24),
    Column("requests", "Requests a month", Form.WHOLE), Column("today", "Today, $ a month", Form.MONEY),
    Column("saves", "Saves, $ a month", Form.MONEY),
)  # fmt: skip
MOVES = (
    Column("move", "Move", width=16), Column("part", "Part", width=30), Column("call", "Call", width=30),
    Column("feature", "Feature", width=26), Column("team", "Team", width=22), Column("consumer", "Consumer", width=26),
    Column("read_when", "When", width=18), Column("ready", "Ready", width=44), Column("wave", "Wave", width=22),
    Column("today", "Today, $ a month", Form.MONEY), Column("after", "After, $ a month", Form.MONEY),
    Column("saves", "Saves, $ a month", Form.MONEY), Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
)  # fmt: skip
PRICES = (
    Column("model", "Model", width=24), Column("platform", "Platform", width=14),
    Column("platform_id", "Id there", width=36),
    Column("endpoint", "Endpoint", width=14), Column("above", "Prompts of more than, tokens", Form.WHOLE, 26),
    *(Column(name, f"{words}, $ a million", Form.RATE, 26) for name, words in PRICE_NAMES.items()),
    Column("valid_from", "From", Form.DAY, 12), Column("valid_to", "To", Form.DAY, 12),
    Column("as_of", "As of", Form.DAY, 12),
    Column("confidence", "Confidence", width=12), Column("source", "Source", width=50),
)  # fmt: skip


PLAIN: Mapping[str, Plain] = {
    **plain_people.LISTS, **plain_labels.LISTS, **plain_plan.LISTS, **plain_prices.LISTS, **plain_sums.LISTS,
}  # fmt: skip


class NotYours(Exception):
    """Whoever asked for the list may not have it, or may no longer."""


def may_ask(person: Person, name: str) -> bool:
    """Whether they see the page of that list."""
    return name not in PLAIN or PLAIN[name].may(person)


def may_fetch(person: Person, job: Job) -> bool:
    """A list that says what only whoever asked may see goes to nobody else, and not to them once they may not see it
    any more; the files of all other jobs to everyone signed in."""
    if job.kind != "export_list" or job.params.get("name") not in PLAIN:
        return True
    wanted = PLAIN[job.params["name"]]
    return wanted.may(person) and (not wanted.own or job.created_by_id == person.pk)


def found(
    name: str, asked: Mapping[str, Any], *, picked: Sequence[int], on: date, person: Person | None = None
) -> List:
    """The list of that name, narrowed and in the order that was asked for; only the picked rows, where some are.
    “inventory” is the list of calls as a file to be edited and imported again. Raises `NotYours`, and DoesNotExist
    where the team, feature or comparison it is of is gone."""
    if name in PLAIN:
        if person is None or not may_ask(person, name):
            raise NotYours
        return PLAIN[name].listed(Asked(person, on, asked), picked)
    if name == "calls":
        return _calls(asked, picked)
    if name == "inventory":
        keys = editable.keys(asked, picked)
        return List("Calls", files.COLUMNS, len(keys), editable.lots(keys), files.write)
    if name in listed_frozen.LISTS:
        return listed_frozen.found(name, asked)
    if name == "features":
        return List("Features", listed_features.FEATURES, *listed_features.all_features(asked, picked))
    if name == "doubts":
        return List("Doubts", listed_features.DOUBTS, *listed_features.all_doubts(asked, picked))
    return _moves(asked, picked, on) if name == "moves" else _prices(asked, picked)


def write(file: IO[bytes], kind: str, found: List, *, told: Callable[[int, int], None]) -> None:
    """`kind` is one of `exchange.table`; `told` hears after each lot how many of how many are through."""
    found.writer(kind, file, found.title, found.columns, _rows(found, told))


def _rows(found: List, told: Callable[[int, int], None]) -> Iterator[dict[str, Any]]:
    for number, lot in enumerate(found.lots, 1):
        yield from lot
        told(min(number * lots.USUAL, found.count), found.count)


def _calls(asked: Mapping[str, Any], picked: Sequence[int]) -> List:
    keys = _picked(call_list.every(words=asked["words"], filters=asked["filters"], sort=asked["sort"]), picked)
    return List("Calls", CALLS, len(keys), (call_list.figures(some) for some in lots.of(keys)))


def _picked(keys: "array[int]", picked: Sequence[int]) -> "array[int]":
    wanted = set(picked)
    return array("q", [key for key in keys if key in wanted]) if picked else keys


def _moves(asked: Mapping[str, Any], picked: Sequence[int], on: date) -> List:
    """A split call, then its parts, as the plan has them; picked are calls, with all their parts."""
    chosen = {"sort": "-saving", **asked}
    for name, model in (("team", Team), ("feature", Feature)):
        if name in chosen:
            chosen[name] = model.objects.get(pk=chosen[name])
    sort = chosen.pop("sort")
    matching = move.moves(move.Filters(**chosen), sort=sort).prefetch_related(None).select_related(None)
    keys = _picked(array("q", matching.values_list("pk", flat=True).iterator()), picked)
    features: dict[int, Feature] = {}
    book = pricing.book(on)
    rows = (_of_moves(exchange.lot(some, features), book) for some in lots.of(keys))
    return List("Moves", MOVES, len(keys), rows)


def _prices(asked: Mapping[str, Any], picked: Sequence[int]) -> List:
    rows = pricing.listing(platform=asked["platform"], model=asked["model"], on=date.fromisoformat(asked["on"]))
    rows = rows.filter(pk__in=picked) if picked else rows
    return List("Prices", PRICES, rows.count(), iter([[_price(row) for row in rows]]))


def _of_moves(found: Iterator[Call], book: Book) -> list[dict[str, Any]]:
    return [
        {
            "move": row.kind_name, "part": row.part.name if row.part else "", "call": row.call.name,
            "feature": row.call.feature.name, "team": row.call.team.name, "ready": row.ready, "today": row.today,
            "after": row.after, "saves": row.saving, "possible": row.part.possible if row.part else None,
            "consumer": row.part.consumer if row.part else "", "read_when": row.part.read_when if row.part else "",
            "wave": row.part.wave.name if row.part and row.part.wave else "",
        }
        for row in move.rows(found, book=book)
    ]  # fmt: skip


def _price(row: PriceRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in PRICES if column.name != "model"} | {
        "model": row.model.name
    }
