"""CSV that a spreadsheet program opens as what it is: no text of a person's becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # what a spreadsheet takes for a formula
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_QUOTED = re.compile(f"'+[{re.escape(''.join(STARTS))}]")


def cell(text: str) -> str:
    """With an apostrophe before what a spreadsheet would compute; `unquoted` takes it off again."""
    return f"'{text}" if text.startswith(STARTS) and not _NUMBER.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """With one apostrophe more where it begins with one before such a start, of which `unquoted` takes one off."""
    return f"'{text}" if text.startswith("'") and _QUOTED.match(text) else text


def unquoted(text: str) -> str:
    """Without the apostrophe that `cell`, or somebody who knows spreadsheets, has put there."""
    return text[1:].strip() if text.startswith("'") and _QUOTED.match(text) else text


def written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([cell(each) for each in row] for row in rows)
    return out.getvalue().encode()
