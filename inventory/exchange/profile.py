"""The figures of one request in a row, of a call and of a part alike. A file counts the prefix as part of the input; we
keep the two apart."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from inventory.exchange.cell import Cells

LARGEST_VOLUME, LARGEST_TOKENS, LARGEST_USE = 10**12, 10**9, 10**4  # as the database allows; a test holds the two equal
SHARES = {"cache_hit_share": "hit_share", "batch_expired_share": "expired_share"}
USES = {"web_searches_per_request": "searches", "container_minutes_per_request": "container_minutes"}
OPTIONAL = {**SHARES, **USES, "cacheable_prefix_tokens": "cacheable_prefix"}
# Columns that hold one figure as it is.
PLAIN = {"requests_per_month": "requests", "output_tokens": "output", **OPTIONAL}
INPUT = "input_tokens"
FIELDS = {**{column: (name,) for column, name in PLAIN.items()}, INPUT: ("uncached_input",)}


def read(cells: Cells) -> dict[str, Any]:
    before = len(cells.problems)
    whole = cells.whole(INPUT, most=2 * LARGEST_TOKENS)
    prefix = cells.whole("cacheable_prefix_tokens", most=LARGEST_TOKENS, empty=0)
    if len(cells.problems) == before:
        if prefix > whole:
            cells.wrong("cacheable_prefix_tokens", f"is part of the input tokens, and cannot be more than {whole:,}")
        elif whole - prefix > LARGEST_TOKENS:
            cells.wrong(INPUT, f"must be at most {LARGEST_TOKENS:,} beside the prefix")
    return {
        "requests": cells.whole("requests_per_month", most=LARGEST_VOLUME),
        "uncached_input": max(0, whole - prefix),
        "cacheable_prefix": prefix,
        "output": cells.whole("output_tokens", most=LARGEST_TOKENS),
        **{name: cells.share(column) for column, name in SHARES.items()},
        **{name: cells.count(column, most=LARGEST_USE) for column, name in USES.items()},
    }


def unsaid(cells: Cells) -> Iterator[str]:
    """Figures whose cell is empty or not there."""
    return (name for column, name in OPTIONAL.items() if not cells.typed(column))


def written(fields: Mapping[str, Any], names: Collection[str]) -> dict[str, str]:
    """The cells of those of the `names` that are figures."""
    found = {column: text(fields[name]) for column, name in PLAIN.items() if name in names}
    if "uncached_input" in names:
        found[INPUT] = str(fields["uncached_input"] + fields["cacheable_prefix"])
    return found


def text(value: Any) -> str:
    """A value in the one way that is always read alike."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
