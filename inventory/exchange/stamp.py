"""Which record a row was exported from, and when: a text of its own in every row, so that it survives whatever a
spreadsheet does to the order, the format and the number of rows."""

import re
from dataclasses import dataclass

COLUMN = "exported_as"
MARK = 8  # characters of the link: no two installations, and no two histories of one, share them
_WRITTEN = re.compile(r"(call|part)-(\d{1,18})\.(\d{1,18})\.([0-9a-f]{8})\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`seq` and `mark` are number and link of the last action at the export; `count` is how many calls it held."""

    record: str
    pk: int
    seq: int
    mark: str
    count: int

    def __str__(self) -> str:
        return f"{self.record}-{self.pk}.{self.seq}.{self.mark}.{self.count}"


def read(text: str) -> Stamp | None:
    """None where it is not as it was written."""
    found = _WRITTEN.fullmatch(text.strip())
    return Stamp(found[1], int(found[2]), int(found[3]), found[4], int(found[5])) if found else None
