"""The parts that the rows of a file make of a call: in memory, by the rules of a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory.domain import part as domain
from inventory.domain.book import Book
from inventory.domain.part import Gap
from inventory.exchange import part_row
from inventory.exchange.call_row import CallRow
from inventory.exchange.part_row import PartRow
from inventory.exchange.reading import Problem
from inventory.models import Call, Part
from inventory.services.calls import part as split
from inventory.services.labelling import seal

NOT_PRICED = "has no price in the book: name a model it knows, or leave it empty for that of the call"


@dataclass(slots=True)
class Line:
    """What one row of a part would do; `was` are the cells that differ, as they are now."""

    row: PartRow
    kind: str
    was: Mapping[str, str] = field(default_factory=dict)


class Misfit(Exception):
    """The rows do not make a split. `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def used(part: Part, uses: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """Say who uses the one part of a call, and how. The texts that differ, as they were."""
    rested = part.rests_on()
    was = {name: getattr(part, name) for name, text in uses.items() if getattr(part, name) != text}
    for name in was:
        setattr(part, name, uses[name])
    if was and part.pk:
        seal.edited(part, rested, at=at)
    return was


def fitting(row: CallRow, call: Call) -> list[Problem]:
    """What keeps the rows from being told of this call, before they are looked at one by one."""
    found = []
    if (call.is_split or row.parts) and (texts := {name: text for name, text in row.uses.items() if text}):
        told = "belongs to one part of this split call: write it in the row of that part"
        found += [Problem(row.number, name, text, told) for name, text in texts.items()]
    return found


def taking(row: CallRow, gone: Sequence[Part]) -> list[Problem]:
    """Whether splitting the call would take away a label that counts: a file cannot say why, as that asks for."""
    told = "splits a call whose label counts, and that label would be lost: split it on its page, and say why there"
    return [Problem(row.parts[0].number, part_row.PART, row.parts[0].name, told) for part in gone if split.counts(part)]


def splits(gone: Sequence[Part], answered: bool) -> list[str]:
    """What is to be known of a call that was whole, in words."""
    if not gone:
        return []
    answers = " What was answered for it as a whole goes with that." if answered else ""
    return [f"Splits the call, which was one part so far.{answers}"]


def made(row: CallRow, call: Call, old: Sequence[Part], *, at: datetime) -> tuple[list[Part], list[Line]]:
    """The parts of the call as the rows have them: those it has, changed where a row says so, then new ones. The one
    part of a call that was whole is none of them. Changes `call` and `old` in memory. Raises `Misfit`."""
    old = old if call.is_split else []
    rows = _by_part(row, old)
    given: list[Mapping[str, Any]] = []
    lines: dict[int, Line] = {}
    for part in old:
        own = rows.pop(part.pk, None)
        given.append({"id": part.pk, **(_said(own, call, part) if own else {})})
        if own:
            lines[own.number] = _line(own, part)
    new = [each for each in row.parts if each.number not in lines]
    given += [_said(each, call, None) for each in new]
    lines |= {each.number: Line(each, "new") for each in new}
    parts = split.drafts(call, old, given, at)
    start = max((part.position for part in old), default=-1) + 1
    for position, part in enumerate((each for each in parts if each.pk is None), start):
        part.position = position
    return parts, [lines[number] for number in sorted(lines)]


def check(row: CallRow, call: Call, parts: Sequence[Part], *, book: Book) -> None:
    """Raises `Misfit` where these are no split of the call."""
    number, first = row.number, row.parts[0].number
    try:
        split.check(call, parts, book)
    except split.WrongCount:
        told = f"a split call has at least {split.LEAST} parts and at most {split.MOST}: it would have {len(parts)}"
        raise Misfit([Problem(first, part_row.PART, row.parts[0].name, told)]) from None
    except split.NotPriced as refusal:
        names = {parts[position].name.casefold(): parts[position].model for position in refusal.positions}
        rows = [each for each in row.parts if each.name.casefold() in names] or row.parts[:1]
        found = [Problem(each.number, "model", names.get(each.name.casefold(), ""), NOT_PRICED) for each in rows]
        raise Misfit(found) from None
    except split.FallsShort as refusal:
        told = f"its parts would fall short: {short(refusal.gaps)}"
        raise Misfit([Problem(number, "requests_per_month", str(call.requests), told)]) from None


def short(gaps: Sequence[Gap]) -> str:
    """How much of the work of a month is in no part."""
    return f"{'; '.join(f'{gap.missing:,} {gap.name}' for gap in gaps)} a month are in no part"


def overhead(call: Call, parts: Sequence[Part]) -> list[str]:
    """What the parts send more than once, in words; nothing of a call that is not split."""
    if not call.is_split:
        return []
    found = domain.overhead(call.profile(), [part.profile() for part in parts])
    more = "; ".join(f"{gap.extra:,} {gap.name}" for gap in found)
    return (
        [f"Overhead: a month its parts send more than the call does: {more}. It is counted in the cost."]
        if more
        else []
    )


def _by_part(row: CallRow, old: Sequence[Part]) -> dict[int, PartRow]:
    """Which row is of which part: by what it was exported from, else by its name."""
    names = {part.name.casefold(): part.pk for part in old}
    found: dict[int, PartRow] = {each.pk: each for each in row.parts if each.pk}
    for each in row.parts:
        pk = names.get(each.name.casefold())
        if each.pk is None and pk is not None and pk not in found:
            found[pk] = each
    return found


def _said(row: PartRow, call: Call, part: Part | None) -> dict[str, Any]:
    """The fields a row gives its part. Without a cell for it, the prefix stays as large as it is."""
    given = row.given()
    if given.get("model", "").lower() == call.model.lower():
        given["model"] = ""
    if "uncached_input" in given and "cacheable_prefix" not in given and part is not None:
        given["uncached_input"] -= part.cacheable_prefix
        if given["uncached_input"] < 0:
            told = f"must be at least {part.cacheable_prefix:,}, the prefix this part has"
            raise Misfit([Problem(row.number, "input_tokens", str(row.fields["uncached_input"]), told)])
    return given


def _line(row: PartRow, part: Part) -> Line:
    was = part_row.written({name: getattr(part, name) for name in row.fields}, row.said)
    new = part_row.written(row.fields, row.said)
    if row.fields["model"].lower() == part.call.model.lower():
        new["model"] = ""
    differing = {column: text for column, text in was.items() if new.get(column, "") != text}
    return Line(row, "changed" if differing else "unchanged", differing)
