"""One call under the assumptions of a scenario: its records changed in memory, step by step, and costed by the plan's
own formula after each. They are never saved."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.domain import scenario as domain
from inventory.domain.book import Book
from inventory.domain.part import Label, State
from inventory.domain.plan import Kind, Why
from inventory.domain.scenario import Assumptions, Figures, Step
from inventory.domain.status import Status
from inventory.models import Call, Part
from inventory.services.prices import pricing

BATCH = (Kind.MOVE_TO_BATCH, Kind.STAY_BATCH, Kind.BRING_BACK)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every call: the assumptions, their steps, the prices and those with the discount assumed."""

    given: Assumptions
    steps: Sequence[Step]
    book: Book
    discounted: Book


def terms(given: Assumptions, on: date) -> Terms:
    """At the prices of that day, where no other is assumed."""
    book = pricing.book(given.prices_on or on)
    return Terms(given, given.steps(), book, book if given.discount is None else book.discounted(given.discount))


def walked(call: Call, parts: Sequence[Part], stored: Sequence[Figures], terms: Terms) -> Iterator[list[Figures]]:
    """The figures of each part after each step, beginning from those of the plan."""
    reached, factor, book = list(stored), Decimal(1), terms.book
    decided = {part.pk for part in parts if part.kind != Kind.UNDECIDED}
    left: set[int] = set()
    taken: set[int] = set()
    for step in terms.steps:
        if step is Step.VOLUME:
            factor, is_changed = 1 + terms.given.volume, True
        elif step is Step.MOVES:
            left = {part.pk for part in parts if _is_beyond(part, terms.given, part.pk in decided)}
            is_changed = _relabelled(call, parts, book, left, ())
        elif step is Step.CHOSEN:
            out = {part.pk for part in parts if domain.is_to_leave_out(terms.given, part.pk, Kind(part.kind))}
            taken = {part.pk for part in parts if domain.is_to_take_in(terms.given, part.pk, Kind(part.kind))}
            left = (left | out) - taken
            is_changed = _relabelled(call, parts, book, out, taken)
        else:
            book = terms.discounted if step is Step.DISCOUNT else book
            is_changed = _assume(step, call, parts, book, terms.given)
            if is_changed:
                pricing.apply(call, parts, book=book)
        if is_changed:
            reached = [figures(part, factor, part.pk in left, part.pk in taken) for part in parts]
        yield reached


def figures(part: Part, factor: Decimal = Decimal(1), left_out: bool = False, taken_in: bool = False) -> Figures:
    return domain.of_part(
        Kind(part.kind), Why(part.why), today=part.cost_today, after=part.cost_target, possible=part.possible,
        doubts=part.doubts, left_out=left_out, taken_in=taken_in, factor=factor,
    )  # fmt: skip


def _assume(step: Step, call: Call, parts: Sequence[Part], book: Book, given: Assumptions) -> bool:
    """Change the records as the step says; whether there is anything to cost anew."""
    if step is Step.PRICES:
        marks = {call.model: call.priced_by} | {part.model: part.priced_by for part in parts if part.model}
        return any(mark != book.mark(call.provider, model, call.geo) for model, mark in marks.items())
    if step is Step.CACHE:
        for record in (call, *parts):
            record.batch_hit_share = given.hit_share or Decimal(0)
        return any(record.cacheable_prefix for record in (call, *parts))
    if step is Step.LABELS:
        changed = [_relabel(part, given) for part in parts]
        return any(changed)
    return True


def _relabel(part: Part, given: Assumptions) -> bool:
    before = (part.label, part.state)
    part.label, part.state = domain.labelled(
        given.labels, label=Label(part.label), state=State(part.state), one_sided=part.one_sided,
        was=str(part.rested_on.get("label", "")), status=Status(part.status),
    )  # fmt: skip
    return (part.label, part.state) != before


def _relabelled(call: Call, parts: Sequence[Part], book: Book, waits: Collection[int], moves: Collection[int]) -> bool:
    """Cost the call as if somebody waited for the ones, and nobody for the others; whether there are any. A split call
    of which nothing moves any more stays as it runs today."""
    if not waits and not moves:
        return False
    for part in parts:
        if part.pk in waits:
            part.label = Label.WAITING
        elif part.pk in moves:
            part.label, part.state = Label.NOT_WAITING, State.AGREED
    pricing.apply(call, parts, book=book)
    if call.is_split and not any(part.kind in BATCH for part in parts):
        for part in parts:
            part.cost_target = part.cost_today
    return True


def _is_beyond(part: Part, given: Assumptions, is_decided: bool) -> bool:
    if part.kind != Kind.MOVE_TO_BATCH:
        return False
    risk = part.weights().risk.value
    return domain.is_left_out(
        given, kind=Kind(part.kind), risk=int(risk) if risk.isdecimal() else 0, effort=part.points,
        is_decided=is_decided,
    )  # fmt: skip
