"""A row that says one part of a split call: its consumer, its figures, and the model it is planned on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from inventory.exchange import csv_out, profile, stamp
from inventory.exchange.cell import Cells
from inventory.exchange.reading import Problem, Row
from inventory.exchange.stamp import Stamp

PART = "part"
TEXTS = {"consumer": 200, "reaches": 200, "read_when": 120, "deadline": 120, "hand_over": 300, "meanwhile": 300}
LEAST, MOST = 2, 10  # parts of a split call
FIELDS = {PART: ("name",), "model": ("model",), **{name: (name,) for name in TEXTS}, **profile.FIELDS}
EMPTIED = {"model": "", **dict.fromkeys(TEXTS, ""), **dict.fromkeys(profile.OPTIONAL, "0")}


@dataclass(frozen=True, slots=True)
class PartRow:
    """`fields` are named as the part's own; those in `said` stand in the file. An empty model is that of the call. `pk`
    is that of the part it is known to be. `stamp`, `blank` and `problems` as with a call's row."""

    number: int
    fields: dict[str, Any]
    said: frozenset[str]
    stamp: Stamp | None = None
    blank: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    pk: int | None = None

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    def given(self) -> dict[str, Any]:
        """What the row says, by field."""
        return {name: self.fields[name] for name in self.said}


def read(cells: Cells, row: Row) -> PartRow:
    fields = {
        "name": cells.line(PART, most=120, required=True),
        "model": cells.line("model", most=120),
        **texts(cells),
        **profile.read(cells),
    }
    said = set(fields) - {name for name in ("model", *TEXTS) if not fields[name]} - set(profile.unsaid(cells))
    exported = stamped(cells)
    blank = [c for c in EMPTIED if c in row.cells and FIELDS[c][0] not in said] if exported else ()
    return PartRow(row.number, fields, frozenset(said), exported, frozenset(blank))


def again(number: int, given: Mapping[str, str], pk: int | None = None) -> PartRow:
    """A row from cells as `written` made them: each of them says something."""
    row = Row(number, {column: csv_out.quoted(text) for column, text in given.items()})
    cells = Cells(row)
    found = read(cells, row)
    problems = tuple(each for each in cells.problems if each.column in given)
    return replace(found, said=said_by(given, FIELDS), problems=problems, pk=pk)


def written(fields: Mapping[str, Any], said: Iterable[str] | None = None) -> dict[str, str]:
    names = set(fields if said is None else said)
    plain = {PART: "name", "model": "model", **{name: name for name in TEXTS}}
    found = {column: str(fields[name]) for column, name in plain.items() if name in names}
    return found | profile.written(fields, names)


def texts(cells: Cells) -> dict[str, str]:
    """Who uses it first, how it reaches them, and by when."""
    return {name: cells.line(name, most=most) for name, most in TEXTS.items()}


def stamped(cells: Cells) -> Stamp | None:
    text = cells.typed(stamp.COLUMN)
    found = stamp.read(text) if text else None
    if text and found is None:
        cells.wrong(stamp.COLUMN, "is not as it was exported: put it back, or empty it for a new row")
    return found


def said_by(columns: Iterable[str], fields: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(name for column in columns for name in fields.get(column, ()))
