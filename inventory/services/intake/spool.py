"""Rows put aside in a file of this process, read in order however often: never all in memory, gone with the process."""

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any


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
