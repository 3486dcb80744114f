"""One row of a file of calls: its columns, and what makes it wrong by itself."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from inventory.exchange import csv_out, profile, stamp
from inventory.exchange.cell import Cells
from inventory.exchange.part_row import PART, TEXTS, PartRow, said_by, stamped, texts
from inventory.exchange.reading import Problem, Row
from inventory.exchange.stamp import Stamp

REQUIRED = ("team", "feature", "call_key", "name", "model", "requests_per_month", "input_tokens", "output_tokens")
OPTIONAL = (
    PART, *TEXTS, "product_owner", "engineering_owner", "description", "source_repository", "source_commit",
    "code_location", "entry_point", "streaming", "tools", "provider", "model_in_code", "cacheable_prefix_tokens",
    "cache_hit_share", "figures_are", "path", "workspace", "api_key", "prompt_name", "tag", "web_searches_per_request",
    "container_minutes_per_request", "batch_expired_share", "growth_per_month", stamp.COLUMN,
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)
TO_FILL_IN = tuple(column for column in COLUMNS if column != stamp.COLUMN)
# Part of the file, but nothing of ours: another maker's model says nothing about what the call costs on Claude.
NOT_KEPT = ("model_in_code",)

LINES = {
    "source_repository": 300, "source_commit": 64, "code_location": 300, "entry_point": 200, "workspace": 120,
    "api_key": 120, "prompt_name": 120, "tag": 120,
}  # fmt: skip
PROVIDERS = {name: name for name in ("anthropic", "aws", "foundry", "bedrock", "vertex", "gateway", "unknown")}
PATHS = {"real_time": "real_time", "real time": "real_time", "batch": "batch", "unknown": ""}
# Columns that hold one field as it is, beside the figures.
PLAIN = {
    "call_key": "key", "name": "name", "model": "model", "description": "description", "provider": "provider",
    "figures_are": "figures", "streaming": "streaming", "tools": "tools", **{name: name for name in LINES},
}  # fmt: skip
FIELDS = {
    **{column: (name,) for column, name in PLAIN.items()}, **profile.FIELDS, "path": ("today_path", "path_assumed"),
}  # fmt: skip
FIGURES = {"typed": "typed", "assumed": "assumed", "measured": "measured"}
GROWTH = "growth_per_month"
OWNERS = ("product_owner", "engineering_owner")
OF_FEATURE = (GROWTH, *OWNERS)
# What a cell means that was emptied, or says that nobody knows, where it held a value at the export.
EMPTIED = {
    "description": "", **dict.fromkeys(LINES, ""), "streaming": "", "tools": "", "path": "", "provider": "unknown",
    **dict.fromkeys(profile.OPTIONAL, "0"), **dict.fromkeys((*TEXTS, *OWNERS), ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. `fields` are all a new one needs, named as its own; those in `said` stand in the file, the others
    follow from cells that say nothing. Team and feature are known by their names.

    `uses` are who uses it first and how, of a call that is not split; `parts` the rows of one that is, and a call that
    `is_bare` has no row but those. `growth` (a share a month) and `owners` are those of its feature. What the row says
    nothing of is None or not there; an owner or a use that is empty shall be. `stamp` says what the row was exported
    from, and `blank` then which cells of it say nothing. `problems` are those of a row that was put together from
    cells, not read."""

    number: int
    team: str
    feature: str
    fields: dict[str, Any]
    said: frozenset[str]
    growth: Decimal | None = None
    stamp: Stamp | None = None
    blank: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[PartRow, ...] = ()
    is_bare: bool = False

    @property
    def key(self) -> str:
        return str(self.fields["key"]).lower()

    @property
    def rows(self) -> int:
        """How many rows of the file it stands in."""
        return len(self.parts) + (not self.is_bare)

    @property
    def of_feature(self) -> dict[str, str]:
        """What the row says of its feature, as texts."""
        growth = {} if self.growth is None else {GROWTH: percent(self.growth)}
        return growth | dict(self.owners)


def again(number: int, given: Mapping[str, str], parts: tuple[PartRow, ...] = (), *, is_bare: bool = False) -> CallRow:
    """A row from cells as `written` made them: each of them says something, be it that nothing is there any more."""
    row = Row(number, {column: csv_out.quoted(text) for column, text in given.items()})
    cells = Cells(row)
    found = call(cells, row)
    return replace(
        found, said=frozenset() if is_bare else said_by(given, FIELDS),
        problems=tuple(each for each in cells.problems if each.column in given),
        uses={name: found.uses.get(name, "") for name in TEXTS if name in given},
        owners={name: found.owners.get(name, "") for name in OWNERS if name in given}, parts=parts, is_bare=is_bare,
    )  # fmt: skip


def written(fields: Mapping[str, Any], said: Collection[str] | None = None) -> dict[str, str]:
    """The cells of a row from the fields of a call, each in the one way that is always read alike; with `said`, only of
    those fields. What says nothing is an empty cell."""
    names = fields if said is None else said
    found = {column: profile.text(fields[name]) for column, name in PLAIN.items() if name in names}
    found |= profile.written(fields, names)
    if "today_path" in names:
        found["path"] = "" if fields["path_assumed"] else str(fields["today_path"])
    return found


def as_said(row: CallRow) -> dict[str, str]:
    """The cells of a row that say something, as `written` makes them; without the names of its team and feature."""
    return {**written(row.fields, row.said), **row.uses, **row.of_feature}


def percent(share: Decimal) -> str:
    """As a file says how a feature grows."""
    return f"{(share * 100).normalize():f} %"


def call(cells: Cells, row: Row) -> CallRow:
    """A row that was read; what is wrong with it stands in `cells` afterwards."""
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
        **profile.read(cells),
        **{name: cells.line(name, most=most) for name, most in LINES.items()},
    }
    said = frozenset(fields) - set(_unsaid(cells, fields))
    uses = {name: text for name, text in texts(cells).items() if text}
    owners = {name: text for name in OWNERS if (text := cells.line(name, most=254))}
    exported = stamped(cells)
    told = {column for column, names in FIELDS.items() if names[0] in said} | uses.keys() | owners.keys()
    blank = [c for c in EMPTIED if c in row.cells and c not in told] if exported else ()
    return CallRow(
        row.number, team, feature, fields, said, cells.growth(GROWTH), exported, frozenset(blank), uses=uses,
        owners=owners,
    )  # fmt: skip


def _unsaid(cells: Cells, fields: dict[str, Any]) -> Iterable[str]:
    """Fields whose cell is empty, not there, or says that nobody knows."""
    yield from (name for name in ("description", "streaming", "tools", *LINES) if not cells.typed(name))
    if fields["path_assumed"]:
        yield from ("today_path", "path_assumed")
    if fields["provider"] == "unknown":
        yield "provider"
    if not cells.typed("figures_are"):
        yield "figures"
    yield from profile.unsaid(cells)
