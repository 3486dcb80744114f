"""A file of calls, one a row: its columns, and what makes a row wrong by itself or beside the other rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory.exchange import reading
from inventory.exchange.cell import Cells
from inventory.exchange.reading import Problem, Row

REQUIRED = ("team", "feature", "call_key", "name", "model", "requests_per_month", "input_tokens", "output_tokens")
OPTIONAL = (
    "description", "source_repository", "source_commit", "code_location", "entry_point", "streaming", "tools",
    "provider", "model_in_code", "cacheable_prefix_tokens", "cache_hit_share", "figures_are", "path", "workspace",
    "api_key", "prompt_name", "tag", "web_searches_per_request", "container_minutes_per_request",
    "batch_expired_share", "growth_per_month",
)  # fmt: skip
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
FIGURES = {"typed": "typed", "assumed": "assumed", "measured": "measured"}


@dataclass(frozen=True, slots=True)
class CallRow:
    """One row. `fields` are all a new call needs, named as its own; those in `said` stand in the file, the others
    follow from cells that say nothing. Team and feature are known by their names. `growth` is the feature's, as a share
    a month, None where the row says nothing of it."""

    number: int
    team: str
    feature: str
    fields: dict[str, Any]
    said: frozenset[str]
    growth: Decimal | None = None

    @property
    def key(self) -> str:
        return str(self.fields["key"]).lower()


@dataclass(frozen=True, slots=True)
class CallFile:
    rows: tuple[CallRow, ...]
    problems: tuple[Problem, ...]
    not_kept: tuple[str, ...] = ()


def read(data: bytes) -> CallFile:
    """Every row that can be read, and every problem in the order of the file. Import it only where there is none."""
    found = reading.table(data, required=REQUIRED, optional=OPTIONAL)
    rows: list[CallRow] = []
    problems = list(found.problems)
    for row in found.rows:
        cells = Cells(row)
        rows.append(_call(cells, row))
        problems += cells.problems
    problems += (*_twice(rows), *_two_growths(rows))
    kept = {name for name in NOT_KEPT if found.rows and name in found.rows[0].cells}
    problems.sort(key=lambda problem: problem.row or 0)
    return CallFile(tuple(rows), tuple(problems), (*sorted(kept), *filter(None, found.unknown)))


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
    return CallRow(row.number, team, feature, fields, said, cells.growth("growth_per_month"))


def _unsaid(cells: Cells, fields: dict[str, Any]) -> Iterable[str]:
    """Fields whose cell is empty, not there, or says that nobody knows."""
    yield from (name for name in ("description", "streaming", "tools", *LINES) if not cells.typed(name))
    if fields["path_assumed"]:
        yield from ("today_path", "path_assumed")
    if fields["provider"] == "unknown":
        yield "provider"
    if not cells.typed("figures_are"):
        yield "figures"
    yield from (name for column, name in (*SHARES.items(), *USES.items()) if not cells.typed(column))


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


def _twice(rows: Sequence[CallRow]) -> Iterable[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        number = first.setdefault(row.key, row.number)
        if row.key and number != row.number:
            key = reading.shown(row.fields["key"])
            yield Problem(row.number, "call_key", key, f"stands in row {number} already: a key names one call")


def _two_growths(rows: Sequence[CallRow]) -> Iterable[Problem]:
    """A feature grows at one rate."""
    first: dict[tuple[str, str], CallRow] = {}
    for row in rows:
        if row.growth is None:
            continue
        found = first.setdefault((row.team.lower(), row.feature.lower()), row)
        if found.growth != row.growth:
            percent = f"{(row.growth * 100).normalize():f} %"
            yield Problem(
                row.number, "growth_per_month", percent, f"is not what row {found.number} says of its feature"
            )
