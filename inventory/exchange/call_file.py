"""A file of calls, one a row: its columns, and what makes a row wrong by itself or beside the other rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from inventory.exchange import csv_out, manner, reading, stamp
from inventory.exchange.cell import NOBODY_SAID, Cells
from inventory.exchange.manner import Manner, Unclear
from inventory.exchange.reading import Opened, Problem, Row, Unreadable
from inventory.exchange.stamp import Stamp

REQUIRED = ("team", "feature", "call_key", "name", "model", "requests_per_month", "input_tokens", "output_tokens")
OPTIONAL = (
    "description", "source_repository", "source_commit", "code_location", "entry_point", "streaming", "tools",
    "provider", "model_in_code", "cacheable_prefix_tokens", "cache_hit_share", "figures_are", "path", "workspace",
    "api_key", "prompt_name", "tag", "web_searches_per_request", "container_minutes_per_request",
    "batch_expired_share", "growth_per_month", stamp.COLUMN,
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)
TO_FILL_IN = tuple(column for column in COLUMNS if column != stamp.COLUMN)
# Part of the file, but nothing of ours: another maker's model says nothing about what the call costs on Claude.
NOT_KEPT = ("model_in_code",)

LARGEST_VOLUME, LARGEST_TOKENS, LARGEST_USE = 10**12, 10**9, 10**4  # as the database allows; a test holds the two equal
SHARES = {"cache_hit_share": "hit_share", "batch_expired_share": "expired_share"}
USES = {"web_searches_per_request": "searches", "container_minutes_per_request": "container_minutes"}
LINES = {
    "source_repository": 300, "source_commit": 64, "code_location": 300, "entry_point": 200, "workspace": 120,
    "api_key": 120, "prompt_name": 120, "tag": 120,
}  # fmt: skip
PROVIDERS = {name: name for name in ("anthropic", "aws", "foundry", "bedrock", "vertex", "gateway", "unknown")}
PATHS = {"real_time": "real_time", "real time": "real_time", "batch": "batch", "unknown": ""}
# Columns that hold one field as it is. The prefix is part of `input_tokens` in a file, and beside them with us.
PLAIN = {
    "call_key": "key", "name": "name", "model": "model", "requests_per_month": "requests", "output_tokens": "output",
    "description": "description", "provider": "provider", "figures_are": "figures", "streaming": "streaming",
    "tools": "tools", "cacheable_prefix_tokens": "cacheable_prefix", **SHARES, **USES, **{name: name for name in LINES},
}  # fmt: skip
FIELDS = {
    **{column: (name,) for column, name in PLAIN.items()}, "input_tokens": ("uncached_input",),
    "path": ("today_path", "path_assumed"),
}  # fmt: skip
FIGURES = {"typed": "typed", "assumed": "assumed", "measured": "measured"}
GROWTH = "growth_per_month"
# What a cell means that was emptied, or says that nobody knows, where it held a value at the export.
EMPTIED = {
    "description": "", **dict.fromkeys(LINES, ""), "streaming": "", "tools": "", "path": "", "provider": "unknown",
    "cacheable_prefix_tokens": "0", **dict.fromkeys((*SHARES, *USES), "0"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallRow:
    """One row. `fields` are all a new call needs, named as its own; those in `said` stand in the file, the others
    follow from cells that say nothing. Team and feature are known by their names. `growth` is the feature's, as a share
    a month, None where the row says nothing of it. `stamp` says what the row was exported from, and `blank` then which
    cells of it say nothing. `problems` are those of a row that was put together from cells, not read."""

    number: int
    team: str
    feature: str
    fields: dict[str, Any]
    said: frozenset[str]
    growth: Decimal | None = None
    stamp: Stamp | None = None
    blank: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        return str(self.fields["key"]).lower()


@dataclass(frozen=True, slots=True)
class Read:
    """One row of the file, with all that is wrong with it and all that is not clear; `call` where it can be read."""

    row: Row
    call: CallRow
    problems: tuple[Problem, ...]
    unclear: tuple[Unclear, ...]


@dataclass(frozen=True, slots=True)
class CallFile:
    """`unclear` are the first cells for which somebody has to say how the file is written."""

    rows: tuple[CallRow, ...]
    problems: tuple[Problem, ...]
    not_kept: tuple[str, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    notes: tuple[str, ...] = ()


def read(data: bytes, written: Manner = NOBODY_SAID) -> CallFile:
    """Every row that can be read, and every problem in the order of the file. Import it only where there is none."""
    try:
        found = reading.opened(data, old_encodings=True)
        columns = columns_of(found.headings)
        if lacking := missing(columns.values()):
            raise Unreadable(lacking)
    except Unreadable as refusal:
        return CallFile((), (Problem(None, "", "", str(refusal)),))
    each = list(rows(found, columns, written))
    problems = sorted(
        (*(problem for one in each for problem in one.problems), *found.problems), key=lambda each: each.row or 0
    )
    return CallFile(
        tuple(one.call for one in each), tuple(problems), not_kept(found, columns),
        manner.first(unclear for one in each for unclear in one.unclear), tuple(found.sheet.notes),
    )  # fmt: skip


def columns_of(headings: Iterable[str]) -> dict[str, str]:
    """Headings that are names of columns themselves."""
    return {each: each for each in headings if each in COLUMNS}


def missing(columns: Iterable[str]) -> str:
    """What to say of columns that every file needs and this one has not; empty where it has all."""
    lacking = [name for name in REQUIRED if name not in set(columns)]
    known = ", ".join(COLUMNS)
    return f"The first row has no column {', '.join(lacking)}. Columns this file may have: {known}." if lacking else ""


def not_kept(found: Opened, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Headings whose cells come to nothing, as they stand in the file."""
    pairs = zip(found.titles, found.headings, strict=True)
    return tuple(title for title, h in pairs if h and columns.get(h, "") in ("", *NOT_KEPT))


def rows(found: Opened, columns: Mapping[str, str], written: Manner) -> Iterator[Read]:
    """The rows of an opened file, each heading standing for a column. A key that stands twice, and a feature that grows
    at two rates, are told at the second."""
    keys: dict[str, int] = {}
    growths: dict[tuple[str, str], CallRow] = {}
    there = [column for heading in found.headings if (column := columns.get(heading))]
    # Every row of an exported file says of every column whether it is empty: one of a workbook ends with its last cell.
    empty = dict.fromkeys(there, "") if stamp.COLUMN in there else {}
    for row in found.rows(columns):
        row = Row(row.number, {**empty, **row.cells}) if empty else row
        cells = Cells(row, written)
        call = _call(cells, row)
        number = keys.setdefault(call.key, row.number)
        if call.key and number != row.number:
            cells.wrong("call_key", f"stands in row {number} already: a key names one call")
        if call.growth is not None:
            before = growths.setdefault((call.team.lower(), call.feature.lower()), call)
            if before.growth != call.growth:
                cells.wrong(GROWTH, f"is not what row {before.number} says of its feature")
        yield Read(row, call, tuple(cells.problems), tuple(cells.unclear))


def again(number: int, given: Mapping[str, str]) -> CallRow:
    """A row from cells as `written` made them: each of them says something, be it that nothing is there any more."""
    row = Row(number, {column: csv_out.quoted(text) for column, text in given.items()})
    cells = Cells(row)
    call = _call(cells, row)
    said = frozenset(name for column in given for name in FIELDS.get(column, ()))
    return replace(call, said=said, problems=tuple(each for each in cells.problems if each.column in given))


def written(fields: Mapping[str, Any], said: Collection[str] | None = None) -> dict[str, str]:
    """The cells of a row from the fields of a call (and its team and feature, where they are there), each in the one
    way that is always read alike; with `said`, only of those fields. What says nothing is an empty cell."""
    names = fields if said is None else said
    found = {column: _text(fields[name]) for column, name in PLAIN.items() if name in names}
    if "requests" in names:
        found["input_tokens"] = str(fields["uncached_input"] + fields["cacheable_prefix"])
    if "today_path" in names:
        found["path"] = "" if fields["path_assumed"] else str(fields["today_path"])
    return found


def as_said(row: CallRow) -> dict[str, str]:
    """The cells of a row that say something, as `written` makes them; without those of its team and feature."""
    found = written(row.fields, row.said)
    if row.growth is not None:
        found[GROWTH] = percent(row.growth)
    return found


def percent(share: Decimal) -> str:
    """As a file says how a feature grows."""
    return f"{(share * 100).normalize():f} %"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _call(cells: Cells, row: Row) -> CallRow:
    team = cells.line("team", most=80, required=True)
    feature = cells.line("feature", most=120, required=True)
    path = cells.choice("path", PATHS, empty="unknown")
    fields: dict[str, Any] = {
        "key": cells.line("call_key", most=80, required=True),
        "name": cells.line("name", most=120, required=True),
        "description": cells.lines("description", most=4000),
        "provider": cells.choice("provider", PROVIDERS, empty="unknown"),
        "model": cells.line("model", most=120, required=True),
        "today_path": path or "real_time",
        "path_assumed": not path,
        "figures": cells.choice("figures_are", FIGURES, empty="assumed"),
        "streaming": cells.truth("streaming"),
        "tools": cells.truth("tools"),
        **_profile(cells),
        **{name: cells.line(name, most=most) for name, most in LINES.items()},
    }
    said = frozenset(fields) - set(_unsaid(cells, fields))
    exported = _stamp(cells)
    blank = [c for c in row.cells if c in EMPTIED and FIELDS[c][0] not in said] if exported else ()
    return CallRow(row.number, team, feature, fields, said, cells.growth(GROWTH), exported, frozenset(blank))


def _stamp(cells: Cells) -> Stamp | None:
    text = cells.typed(stamp.COLUMN)
    found = stamp.read(text) if text else None
    if text and found is None:
        cells.wrong(stamp.COLUMN, "is not as it was exported: put it back, or empty it for a new call")
    return found


def _unsaid(cells: Cells, fields: dict[str, Any]) -> Iterable[str]:
    """Fields whose cell is empty, not there, or says that nobody knows."""
    yield from (name for name in ("description", "streaming", "tools", *LINES) if not cells.typed(name))
    if fields["path_assumed"]:
        yield from ("today_path", "path_assumed")
    if fields["provider"] == "unknown":
        yield "provider"
    if not cells.typed("figures_are"):
        yield "figures"
    optional = (*SHARES.items(), *USES.items(), ("cacheable_prefix_tokens", "cacheable_prefix"))
    yield from (name for column, name in optional if not cells.typed(column))


def _profile(cells: Cells) -> dict[str, Any]:
    """The file counts the prefix as part of the input; we keep them apart."""
    before = len(cells.problems)
    whole = cells.whole("input_tokens", most=2 * LARGEST_TOKENS)
    prefix = cells.whole("cacheable_prefix_tokens", most=LARGEST_TOKENS, empty=0)
    if len(cells.problems) == before:
        if prefix > whole:
            cells.wrong("cacheable_prefix_tokens", f"is part of the input tokens, and cannot be more than {whole:,}")
        elif whole - prefix > LARGEST_TOKENS:
            cells.wrong("input_tokens", f"must be at most {LARGEST_TOKENS:,} beside the prefix")
    return {
        "requests": cells.whole("requests_per_month", most=LARGEST_VOLUME),
        "uncached_input": max(0, whole - prefix),
        "cacheable_prefix": prefix,
        "output": cells.whole("output_tokens", most=LARGEST_TOKENS),
        **{name: cells.share(column) for column, name in SHARES.items()},
        **{name: cells.count(column, most=LARGEST_USE) for column, name in USES.items()},
    }
