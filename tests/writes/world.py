"""What a walk goes through: a random generator, a clock that only goes forward, and the register of write services."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from inspect import signature
from random import Random
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model, QuerySet

from inventory.domain.audit import Actor
from inventory.models import Person, Team
from inventory.models.frozen import ALL
from inventory.services.versions import plan_now

T = TypeVar("T")
M = TypeVar("M", bound=Model)
Then = Callable[[Any], object]  # what the walk remembers of a result: tokens, which nobody can read again
COMMAND = Actor("command", "walk")


class Drawn(NamedTuple):
    """The arguments of one call; `by` and `at` are the walk's own where they are not given."""

    given: Mapping[str, Any]
    then: Then = lambda result: None


Draw = Callable[["World"], "Mapping[str, Any] | Drawn | None"]


@dataclass(frozen=True, slots=True)
class Write:
    """A service by its path below `inventory.services`, and how often it is drawn beside the others."""

    name: str
    draw: Draw
    weight: float

    @property
    def service(self) -> Callable[..., Any]:
        module, _, function = self.name.rpartition(".")
        found: Callable[..., Any] = getattr(import_module(f"inventory.services.{module}"), function)
        return found

    def drawn(self, world: "World") -> "tuple[Callable[[], Any], Then] | None":
        """The call, ready to be made, as often as wanted; None where there is nothing now it could be about."""
        found = self.draw(world)
        if found is None:
            return None
        given, then = found if isinstance(found, Drawn) else (found, lambda result: None)
        own = {"by": world.by(), "at": world.at}
        takes = signature(self.service).parameters
        every = {**{name: value for name, value in own.items() if name in takes}, **given}
        return partial(self.service, **every), then


WRITES: dict[str, Write] = {}


def write(name: str, weight: float = 1) -> Callable[[Draw], Draw]:
    """Enter a service into the register, with the function that draws its arguments."""

    def enter(draw: Draw) -> Draw:
        assert name not in WRITES, name
        WRITES[name] = Write(name, draw, weight)
        return draw

    return enter


@dataclass
class World:
    """`tokens` are the one-time links made so far, by purpose."""

    random: Random
    at: datetime
    tokens: dict[str, list[str]] = field(default_factory=dict)
    numbers: int = 0
    lately: list[Person] = field(default_factory=list)
    open: ExitStack = field(default_factory=ExitStack)

    def tick(self) -> None:
        self.at += timedelta(seconds=self.random.randint(1, 40))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def any(self, rows: QuerySet[M]) -> M | None:
        """One of them; None where there is none."""
        found = list(rows.order_by("pk"))
        return self.pick(found) if found else None

    def latest(self, rows: QuerySet[M], most: int = 3) -> M | None:
        """One of the last; None where there is none."""
        found = list(rows.order_by("-pk")[:most])
        return self.pick(found) if found else None

    def some(self, rows: QuerySet[M], most: int = 4) -> list[M]:
        found = list(rows.order_by("pk"))
        return self.random.sample(found, min(len(found), self.random.randint(1, most)))

    def person(self, **given: Any) -> Person | None:
        return self.any(Person.objects.active().filter(**given))

    def by(self) -> Actor:
        """A person of lately, or a command."""
        if self.random.random() < 0.05 or not self.lately:
            self.lately = list(Person.objects.active().order_by("pk"))
        return COMMAND if not self.lately or self.chance(0.2) else self.pick(self.lately).actor

    def version(self, record: Any) -> int:
        """Nearly always the one it has."""
        return record.version if self.chance(0.95) else max(0, record.version + self.pick([-1, 1]))

    def name(self, kind: str) -> str:
        """From few, so that some are taken; in other capitals now and then, and beyond ASCII."""
        found = f"{kind} {self.random.randint(1, 30)}"
        return self.pick([found, found, found, found.upper(), f"{found} ü", f"{found} = “so”"])

    def text(self) -> str:
        return self.pick(
            ["Read at once", "Nobody reads it before morning", "ß “quoted” \\ \n next", "= 1 + 1", "x" * 300]
        )

    def reason(self) -> str:
        return "" if self.chance(0.15) else self.text()

    def standing(self, team: Team | None) -> plan_now.Standing:
        """The plan set aside, until it is the next time."""
        self.open.close()
        return self.open.enter_context(plan_now.set_aside(team.pk if team else ALL, at=self.at))

    def token(self) -> str:
        self.numbers += 1
        return f"{self.numbers:032x}"

    def kept(self, purpose: str) -> Then:
        """Remember the token that a service returns."""
        return lambda token: self.tokens.setdefault(purpose, []).append(token) if token else None

    def link(self, *purposes: str) -> str:
        """A token that was given out, used or not; rarely one that never was."""
        given = [token for purpose in purposes for token in self.tokens.get(purpose, [])[-4:]]
        return self.pick(given) if given and self.chance(0.95) else "never-given"
