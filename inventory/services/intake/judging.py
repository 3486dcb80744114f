"""What each row of a file would do to the inventory: computed in memory, nothing is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from inventory.exchange import call_row
from inventory.exchange.call_row import CallRow
from inventory.exchange.merge import Clash, Kept
from inventory.exchange.reading import Problem
from inventory.models import Call, Feature, Part, Person, Sheet
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.intake import parts as split
from inventory.services.intake import whole
from inventory.services.intake.origin import Origins, Settled
from inventory.services.intake.parts import Line, Misfit
from inventory.services.intake.places import Places
from inventory.services.labelling import seal
from inventory.services.prices import pricing


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    CONFLICT = "conflict"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(slots=True)
class Judged:
    """A row with the call it would make or change, as it would be. `seen` is the version of the call it was held
    against; `before` is what it was as history keeps it, empty where it stays, and `was` the cells that differ, those
    of its feature among them; `lines` are the rows of its parts. `clashes` are open choices, as if each were made for
    the app; `kept` is what the app's own changes keep as it is; `told` is what else to know; `gone` is the one part
    of a call that the row splits."""

    row: CallRow
    kind: Kind
    problems: Sequence[Problem] = ()
    call: Call | None = None
    parts: list[Part] = field(default_factory=list)
    seen: int | None = None
    before: audit.States = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    clashes: Sequence[Clash] = ()
    kept: Sequence[Kept] = ()
    told: Sequence[str] = ()
    gone: Sequence[Part] = ()


class Judge:
    """Looks at rows lot by lot. `since`: when what the last lot changes happens, by `seal.not_before`. `prefer`, one of
    `origin.CHOICES`, says whose value counts where both file and app have changed a cell since it was exported."""

    def __init__(self, *, person: Person | None, at: datetime, prefer: str = "") -> None:
        self.places = Places(person)
        self.origins = Origins(self.places, prefer)
        self.book = pricing.book(timezone.localdate(at))
        self.at = self.since = at
        self._sheets: dict[int, list[Sheet]] = {}  # of parts that go, by their number
        self._named: dict[int, tuple[int, str]] = {}  # calls that are there: in which row, and by which key

    def judge(self, rows: Sequence[CallRow]) -> list[Judged]:
        known = self._known(rows)
        self.origins.look_up(rows, known)
        settled = [self.origins.of(row) for row in rows]
        self.places.look_up([each.row for each in settled])
        by_key = {call.key.lower(): (call, parts) for call, parts in known.values()}
        self._sheets = whole.sheets(parts[0] for row in rows for _, parts in _to_split(row, by_key))
        self.since = seal.not_before((part for _, parts in known.values() for part in parts), self.at)
        return [self._settled(each, row.key, by_key) for each, row in zip(settled, rows, strict=True)]

    def _settled(self, settled: Settled, key: str, known: dict[str, tuple[Call, list[Part]]]) -> Judged:
        row = settled.row
        if problems := [*settled.problems, *row.problems, *(p for each in row.parts for p in each.problems)]:
            return Judged(row, Kind.WRONG, problems)
        if problem := self._twice(row, key, known):
            return Judged(row, Kind.WRONG, [problem])
        judged = self._judged(row, known)
        if judged.kind != Kind.WRONG and settled.clashes:
            judged.kind = Kind.CONFLICT
        judged.clashes, judged.kept = settled.clashes, settled.kept
        return judged

    def _twice(self, row: CallRow, key: str, known: dict[str, tuple[Call, list[Part]]]) -> Problem | None:
        """Whether it is of a call that another row has named by another key: the one it had at the export, or has now.
        That a key stands twice, the file itself is told."""
        if row.key not in known:
            return None
        number, before = self._named.setdefault(known[row.key][0].pk, (row.number, key))
        if before == key:
            return None
        return Problem(row.number, "call_key", key, f"is of the call that row {number} names already by its other key")

    def _judged(self, row: CallRow, known: dict[str, tuple[Call, list[Part]]]) -> Judged:
        feature = self.places.of(row)
        if isinstance(feature, Problem):
            return Judged(row, Kind.WRONG, [feature])
        if feature is None:
            return Judged(row, Kind.WRONG)  # the file itself was found wrong there
        is_new = row.key not in known
        if is_new and row.is_bare:
            told = "has rows of parts, but none of its own: give the call a row in which the part is empty"
            return Judged(row, Kind.WRONG, [Problem(row.number, "call_key", str(row.fields["key"]), told)])
        call, parts = (None, []) if is_new else known[row.key]
        if call and (problem := _misplaced(row, feature, call)):
            return Judged(row, Kind.WRONG, [problem], call, parts, call.version)
        try:
            judged = self._revised(row, call, parts) if call else self._made(row, feature)
        except Misfit as refusal:
            return Judged(row, Kind.WRONG, refusal.problems, call, parts, call.version if call else None)
        was, problems = self.places.say(feature, row)
        if problems:
            return Judged(row, Kind.WRONG, problems, call, parts, call.version if call else None)
        if was:
            judged.kind = judged.kind if is_new else Kind.CHANGED
            judged.was = {**judged.was, **was}
        return judged

    def _made(self, row: CallRow, feature: Feature) -> Judged:
        call, part = calls.built(feature=feature, fields=row.fields)
        made, lines = [part], list[Line]()
        if problems := split.fitting(row, call):
            raise Misfit(problems)
        if row.parts:
            made, lines = split.made(row, call, [], at=self.at)
            split.check(row, call, made, book=self.book)
        else:
            split.used(part, row.uses, at=self.at)
        pricing.apply(call, made, book=self.book)
        return Judged(row, Kind.NEW, call=call, parts=made, lines=lines, told=split.overhead(call, made))

    def _revised(self, row: CallRow, call: Call, parts: list[Part]) -> Judged:
        gone = [] if call.is_split or not row.parts else parts
        sheets = [each for part in gone for each in self._sheets.get(part.pk, ())]
        before = audit.states(call, *parts, *sheets)
        old = call_row.written({name: getattr(call, name) for name in row.fields}, row.said)
        if problems := [*split.fitting(row, call), *split.taking(row, gone)]:
            raise Misfit(problems)
        fields = self._fields(row, call)
        was, lines = {}, list[Line]()
        if row.parts:
            parts, lines = split.made(row, call, parts, at=self.since)
        elif not call.is_split:
            was = split.used(parts[0], row.uses, at=self.since)
        try:
            revised = calls.revise(call, parts, fields, book=self.book, at=self.since)
        except calls.PartsFallShort as refusal:
            told = f"its parts would fall short: {split.short(refusal.gaps)}"
            told = told if row.parts else f"{told}. Change the split first"
            raise Misfit([Problem(row.number, "requests_per_month", str(call.requests), told)]) from None
        of_parts = was or any(line.kind != Kind.UNCHANGED for line in lines)
        if of_parts and row.parts:
            split.check(row, call, parts, book=self.book)
        if of_parts and not revised:
            pricing.apply(call, parts, book=self.book)
        beside = split.overhead(call, parts) if row.parts else []
        if not revised and not of_parts:
            return Judged(row, Kind.UNCHANGED, (), call, parts, call.version, lines=lines, told=beside)
        new = call_row.written(row.fields, row.said)
        was = {column: text for column, text in old.items() if new[column] != text} | was
        beside += split.splits(gone, any(sheet.submitted_at for sheet in sheets))
        return Judged(row, Kind.CHANGED, (), call, parts, call.version, before, was, lines, told=beside, gone=gone)

    def _fields(self, row: CallRow, call: Call) -> dict[str, Any]:
        """What the row says of the call. Without a cell for it, the prefix stays as large as it is."""
        fields = {name: row.fields[name] for name in row.said}
        if "uncached_input" in fields and "cacheable_prefix" not in row.said:
            fields["uncached_input"] -= call.cacheable_prefix
            if fields["uncached_input"] < 0:
                least = f"must be at least {call.cacheable_prefix:,}, the prefix this call has"
                raise Misfit([Problem(row.number, "input_tokens", str(row.fields["uncached_input"]), least)])
        return fields

    def _known(self, rows: Sequence[CallRow]) -> dict[int, tuple[Call, list[Part]]]:
        """The calls these rows name and their parts, by number."""
        keys = [row.fields["key"] for row in rows]
        # Also as written: SQLite lowers only the letters of ASCII, and would miss a key with others.
        pks = {*Call.objects.with_keys(keys).values_list("pk", flat=True), *_pks(key__in=keys)}
        pks |= {row.stamp.pk for row in rows if row.stamp and row.stamp.record == Call.RECORD}
        wanted = Call.objects.select_related("feature__team", "team")
        found = {call.pk: (call, list[Part]()) for call in wanted.filter(pk__in=pks).order_by("pk")}
        for part in Part.objects.filter(call__in=pks).order_by("call_id", "position"):
            part.call = found[part.call_id][0]
            found[part.call_id][1].append(part)
        return found


def _pks(**given: Any) -> Iterable[int]:
    return Call.objects.filter(**given).values_list("pk", flat=True)


def _to_split(row: CallRow, known: dict[str, tuple[Call, list[Part]]]) -> list[tuple[Call, list[Part]]]:
    """The call the row would split, with its one part; else nothing."""
    found = known.get(row.key)
    return [found] if found and row.parts and not found[0].is_split and found[1] else []


def _misplaced(row: CallRow, feature: Feature, call: Call) -> Problem | None:
    if call.retired_at is not None:
        told = "names a retired call. Restore it first, or use another key"
    elif call.feature_id != feature.pk:
        told = f"names a call of {call.feature.name} of {call.team.name}: a file does not move calls"
    else:
        return None
    return Problem(row.number, "call_key", call.key, told)
