"""CSV that a spreadsheet program opens as what it is: no text of a person's becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # what a spreadsheet takes for a formula
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def cell(text: str) -> str:
    """With an apostrophe before what a spreadsheet would compute; `exchange.cell` takes it off again."""
    return f"'{text}" if text.startswith(STARTS) and not _NUMBER.fullmatch(text) else text


def written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([cell(each) for each in row] for row in rows)
    return out.getvalue().encode()
