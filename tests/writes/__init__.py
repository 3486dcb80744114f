"""Every service that writes, with arguments drawn at random: for walks that have to know them all.

A service that is not in the register fails `tests/services/history/test_walk.py`. To add one, write a function that draws its
arguments, name the service in `@write`, and put it into the module of its area.
"""

from tests.writes import answers, intake, inventory, people, planning, prices  # noqa: F401, they fill the register
from tests.writes.world import WRITES, Drawn, World, write

__all__ = ["WRITES", "Drawn", "World", "write"]
