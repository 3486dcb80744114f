"""Rows put aside in a file of this process, read in order however often: never all in memory, gone with the process."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Any

from inventory.domain.audit import Stored
from inventory.domain.effect import Figures
from inventory.services import audit


class Spool:
    """Tuples of plain values (texts, numbers, nothing), or of lists of such, in a file that is its own."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._count = file, 0

    def append(self, row: tuple[Any, ...], /) -> None:
        self._file.write(json.dumps(row).encode() + b"\n")
        self._count += 1

    def extend(self, rows: Iterable[tuple[Any, ...]], /) -> None:
        for row in rows:
            self.append(row)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        for line in self._file:
            yield tuple(json.loads(line))


class Both:
    """Lines of history in memory, then those put aside: as `audit.append` takes them."""

    def __init__(self, first: audit.Changes, then: audit.Changes) -> None:
        self.stored = _Lines(first.stored, then.stored)
        self.effect = {name: amount + then.effect[name] for name, amount in first.effect.items()}
        self.words = first.words | then.words
        self.gained = {
            where: first.gained.get(where, Figures()) + then.gained.get(where, Figures())
            for where in (*first.gained, *then.gained)
        }
        self.names = [*first.names, *then.names]


class _Lines:
    def __init__(self, *lots: audit.Lines) -> None:
        self.lots = lots

    def __len__(self) -> int:
        return sum(len(lot) for lot in self.lots)

    def __iter__(self) -> Iterator[Stored]:
        return chain(*self.lots)
