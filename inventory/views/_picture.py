"""Where each piece of a picture is drawn. Across, pictures are in percent, so that the text in them keeps its size at
any width; the bridge is drawn twice, wide in columns and narrow in rows, and the page shows the one that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inventory.domain import line, money
from inventory.domain.bridge import Shape, Step
from inventory.domain.line import Side
from inventory.domain.realised import Left
from inventory.domain.schedule import Month
from inventory.services.planning.plan import Sums

TOP, HEIGHT = 28, 190  # room for the amounts above the columns, and the columns' largest height
WIDTH = 1000  # length of the longest bar in the narrow picture, stretched to the page
LEAST = 2  # a step that is not zero can be seen


SAID = {Side.WAITS: "Somebody waits", Side.OPEN: "On the line", Side.NOBODY: "Nobody waits"}
FITS = 16  # percent of the page that the words of a side need
LABELLED = 6  # months that say their name, so that it can be read on a small page
LONG = 10_000  # of the line's bar, in hundredths of a percent


@dataclass(frozen=True, slots=True)
class Bar:
    """`at` and `length` run along the amounts (downwards, or to the right); `left` to `end` is its column in percent,
    `next_left` where the next column starts; `level` is the height of the rule that leads there."""

    step: Step
    at: int
    length: int
    level: int
    left: str
    middle: str
    end: str
    wide: str
    next_left: str

    @property
    def label_at(self) -> int:
        return self.at - 8

    @property
    def side(self) -> str:
        """What saves runs in batch afterwards, what costs more comes back: colours of the line, with shape and word."""
        return {Shape.LESS: "nobody", Shape.MORE: "waits"}.get(self.step.shape, self.step.shape.value)


def columns(steps: Sequence[Step]) -> list[Bar]:
    most = max((step.high for step in steps), default=0)
    slot = 100 / max(1, len(steps))
    return [_column(step, index, slot, most) for index, step in enumerate(steps)]


def rows(steps: Sequence[Step]) -> list[Bar]:
    most = max((step.high for step in steps), default=0)
    return [_row(step, most) for step in steps]


@dataclass(frozen=True, slots=True)
class Piece:
    """One side of the line: what it says, and whether the words fit into it on a wide page."""

    side: Side
    says: str
    percent: int
    left: str
    wide: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Today's spend by side, and where the first guess would have put the rule."""

    pieces: tuple[Piece, ...]
    guess: int | None
    guess_at: str
    guess_is_left: bool

    @property
    def fits(self) -> bool:
        """Whether every side says its words inside its piece."""
        return all(piece.fits for piece in self.pieces)


def the_line(sums: Sums, guess: int | None) -> Line:
    stretches = line.bar(waits=sums.waits, open=sums.open, nobody=sums.nobody, total=LONG)
    spent = dict(zip((Side.WAITS, Side.OPEN, Side.NOBODY), sums.sides, strict=True))
    pieces = [
        Piece(
            piece.side,
            SAID[piece.side],
            money.percent(spent[piece.side], sums.today) or 0,
            _percent(piece.start / 100),
            _percent(piece.length / 100),
            fits=piece.length >= FITS * 100,
        )
        for piece in stretches
    ]
    at = 100 - (guess or 0)
    return Line(tuple(pieces), guess, _percent(min(99.8, at)), guess_is_left=at > 50)


@dataclass(frozen=True, slots=True)
class Pair:
    """One month of the ramp: what would be spent without the plan, and with it. `says` its name where it fits."""

    day: date
    says: str
    left: str
    wide: str
    middle: str
    next_left: str
    without_at: int
    plan_at: int
    plan: int
    saved: int
    is_more: bool  # the plan costs more in this month


def ramp(days: Sequence[tuple[date, Month]]) -> list[Pair]:
    """The months as columns: the plan's spend stands on the ground, the saving hangs over it."""
    most = max((max(month.baseline, month.planned) for _, month in days), default=0)
    slot = 100 / max(1, len(days))
    every = -(-len(days) // LABELLED)
    return [_pair(day, month, index, slot, most, every) for index, (day, month) in enumerate(days)]


@dataclass(frozen=True, slots=True)
class Pile:
    """What is still to be realised at the end of one month. `says` the month where its name fits."""

    left_over: Left
    says: str
    left: str
    wide: str
    middle: str
    at: int
    length: int


def burn_down(found: Sequence[Left]) -> list[Pile]:
    """The months as columns that grow shorter; where moves that cost more outweigh the rest there is no column."""
    most = max((each.amount for each in found), default=0)
    slot = 100 / max(1, len(found))
    every = -(-len(found) // LABELLED)
    piles = []
    for index, each in enumerate(found):
        start, length = index * slot, max(0, _scaled(each.amount, most, HEIGHT))
        says = f"{each.day:%b %y}" if index % every == 0 else ""
        across = _percent(start + slot * 0.1), _percent(slot * 0.8), _percent(start + slot / 2)
        piles.append(Pile(each, says, *across, TOP + HEIGHT - length, length))
    return piles


def _pair(day: date, month: Month, index: int, slot: float, most: int, every: int) -> Pair:
    plan, without = (max(0, _scaled(amount, most, HEIGHT)) for amount in (month.planned, month.baseline))
    left = index * slot
    return Pair(
        day,
        says=f"{day:%b %y}" if index % every == 0 else "",
        left=_percent(left + slot * 0.1),
        wide=_percent(slot * 0.8),
        middle=_percent(left + slot / 2),
        next_left=_percent(left + slot * 0.9),
        without_at=TOP + HEIGHT - without,
        plan_at=TOP + HEIGHT - plan,
        plan=plan,
        saved=abs(without - plan),
        is_more=plan > without,
    )


def _column(step: Step, index: int, slot: float, most: int) -> Bar:
    length = _length(step, most, HEIGHT)
    left = index * slot + slot * 0.12
    end = (index + 1) * slot - slot * 0.2
    return Bar(
        step,
        at=TOP + HEIGHT - _scaled(step.high, most, HEIGHT),
        length=length,
        level=TOP + HEIGHT - _scaled(step.level, most, HEIGHT),
        left=_percent(left),
        middle=_percent((left + end) / 2),
        end=_percent(end),
        wide=_percent(end - left),
        next_left=_percent(left + slot),
    )


def _row(step: Step, most: int) -> Bar:
    return Bar(step, _scaled(step.low, most, WIDTH), _length(step, most, WIDTH), 0, "", "", "", "", "")


def _length(step: Step, most: int, whole: int) -> int:
    length = _scaled(step.high, most, whole) - _scaled(step.low, most, whole)
    return max(LEAST, length) if step.high > step.low else 0


def _scaled(amount: int, most: int, whole: int) -> int:
    return 0 if most <= 0 else round(amount * whole / most)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
