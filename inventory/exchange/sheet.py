"""A table as it stands in a file, whatever the file: rows of texts, numbered as a spreadsheet shows them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST_FILE = 40 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
SHOWN = 60  # characters of a wrong cell that a message repeats


class Unreadable(Exception):
    """Nothing can be said of single cells. The text is one sentence or two for whoever chose the file."""


class Broken(Exception):
    """From this row on nothing can be read."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class Typed(str):
    """The text of a cell that is a number, a day or a truth in the file itself: it can be read in one way only."""

    __slots__ = ()


class Percent(Typed):
    """A number that is shown as a percentage; the text is the share it is."""

    __slots__ = ()


class Wrong(str):
    """What a cell shows that holds no value: an error, a formula never computed, a number that lost its digits."""

    __slots__ = ("message",)
    message: str

    def __new__(cls, text: str, message: str) -> "Wrong":
        made = super().__new__(cls, text)
        made.message = message
        return made


@dataclass(slots=True)
class Sheet:
    """`lines` come once, headings first; rows without any content are left out. `notes` are what whoever imports
    should know, complete once the lines are through. In a `ragged` sheet rows end with their last cell."""

    lines: Iterator[tuple[int, list[str]]]
    ragged: bool = False
    notes: list[str] = field(default_factory=list)


def shown(value: str) -> str:
    """The start of a cell, fit to be repeated in a message."""
    plain = "".join(c if c.isprintable() else "�" for c in value[:SHOWN])
    return plain + "…" if len(value) > SHOWN else plain


def checked_size(data: bytes) -> None:
    if len(data) > LARGEST_FILE:
        raise Unreadable(f"The file is larger than {LARGEST_FILE // 2**20} MB. Import it in several files.")


def too_many(number: int) -> Broken:
    return Broken(number, f"More than {MOST_ROWS:,} rows. Import them in several files.")
