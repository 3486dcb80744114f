"""What pages are sent that nobody means, in two ways: several at once, which is quick, or one alone."""

from collections.abc import Callable, Iterator, Sequence

import pytest

Given = dict[str, str]
Sent = Callable[[Sequence[str], Sequence[str]], Iterator[Given]]


def together(names: Sequence[str], values: Sequence[str]) -> Iterator[Given]:
    """Each name has each value once, in as many requests as there are values."""
    for turn in range(len(values)):
        yield {name: _sent(values[(turn + n) % len(values)]) for n, name in enumerate(names)}


def alone(names: Sequence[str], values: Sequence[str]) -> Iterator[Given]:
    for name in names:
        for value in values:
            yield {name: _sent(value)}


def _sent(value: str) -> str:
    """As a browser sends it."""
    return value.encode("utf-8", "replace").decode()


# For a test with an argument `sent`.
sent = pytest.mark.parametrize("sent", [together, pytest.param(alone, marks=pytest.mark.soak)])
