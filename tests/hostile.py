"""What pages are sent that nobody means, in two ways: several at once, which is quick, or one alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

Given = dict[str, str]
Sent = Callable[[Sequence[str], Sequence[str]], Iterator[Given]]


def together(names: Sequence[str], values: Sequence[str]) -> Iterator[Given]:
    """Each name has each value once, in as many requests as there are values."""
    for turn in range(len(values)):
        yield {name: _sent(values[(turn + n) % len(values)]) for n, name in enumerate(names)}


def alone(names: Sequence[str], values: Sequence[str]) -> Iterator[Given]:
    """Each name with each value, in a request of its own."""
    for name in names:
        for value in values:
            yield {name: _sent(value)}


def joined(queries: Iterable[str]) -> list[str]:
    """Addresses that hold them all, no name twice in any: as few as there are queries of one name."""
    turns: list[tuple[set[str], list[str]]] = []
    for query in queries:
        names = {pair.partition("=")[0] for pair in query.split("&")}
        turn = next((each for each in turns if not each[0] & names), None)
        if turn is None:
            turns.append(turn := (set(), []))
        turn[0].update(names)
        turn[1].append(query)
    return ["&".join(found) for _, found in turns]


def _sent(value: str) -> str:
    """As a browser sends it."""
    return value.encode("utf-8", "replace").decode()


# For a test with an argument `sent`.
sent = pytest.mark.parametrize("sent", [together, pytest.param(alone, marks=pytest.mark.soak)])


def addressed(queries: Sequence[str]) -> pytest.MarkDecorator:
    """For a test with an argument `queries`: these in few addresses, or each in its own."""
    return pytest.mark.parametrize(
        "queries", [joined(queries), pytest.param(queries, marks=pytest.mark.soak)], ids=["together", "alone"]
    )
