"""Three values of each cell held against one another: at the export, in the file, and now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Clash(NamedTuple):
    """A cell that was changed in the file and otherwise in the app: somebody has to choose. `number` is that of its
    row."""

    number: int
    column: str
    then: str
    file: str
    now: str


class Kept(NamedTuple):
    """A cell that was changed in the app alone: it stays as it is now."""

    number: int
    column: str
    then: str
    now: str


@dataclass(slots=True)
class Merged:
    """`cells` are what the row comes to; a cell that clashes is as it is now until somebody has chosen."""

    cells: dict[str, str] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


def merged(number: int, file: Mapping[str, str], then: Mapping[str, str], now: Mapping[str, str]) -> Merged:
    """Of the cells that stand in the file. Texts are compared as they are: all three are written by one function."""
    found = Merged()
    for column, text in file.items():
        was, is_now = then.get(column, ""), now.get(column, "")
        found.cells[column] = is_now
        if text == is_now:
            continue
        if text == was:
            found.kept.append(Kept(number, column, was, is_now))
        elif was == is_now:
            found.cells[column] = text
        else:
            found.clashes.append(Clash(number, column, was, text, is_now))
    return found
