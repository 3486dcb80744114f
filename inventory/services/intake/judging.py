"""What each row of a file would do to the inventory: computed in memory, nothing is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from inventory.exchange import call_file
from inventory.exchange.call_file import CallRow
from inventory.exchange.reading import Problem
from inventory.models import Call, Feature, Part, Person
from inventory.services import audit, pricing, seal
from inventory.services import call as calls
from inventory.services.intake.places import Places

GROWTH = "growth_per_month"


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(slots=True)
class Judged:
    """A row with the call it would make or change, as it would be. `seen` is the version of the call it was held
    against; `before` is what it was as history keeps it, empty where it stays, and `was` the cells that differ, those
    of its feature among them."""

    row: CallRow
    kind: Kind
    problems: Sequence[Problem] = ()
    call: Call | None = None
    parts: list[Part] = field(default_factory=list)
    seen: int | None = None
    before: audit.States = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)


class Judge:
    """Looks at rows lot by lot. `since`: when what the last lot changes happens, by `seal.not_before`."""

    def __init__(self, *, person: Person | None, at: datetime) -> None:
        self.places = Places(person)
        self.book = pricing.book(timezone.localdate(at))
        self.at = self.since = at

    def judge(self, rows: Sequence[CallRow]) -> list[Judged]:
        self.places.look_up(rows)
        known = self._known(rows)
        self.since = seal.not_before((part for _, parts in known.values() for part in parts), self.at)
        return [self._judged(row, known) for row in rows]

    def _judged(self, row: CallRow, known: dict[str, tuple[Call, list[Part]]]) -> Judged:
        feature = self.places.of(row)
        if isinstance(feature, Problem):
            return Judged(row, Kind.WRONG, [feature])
        if feature is None:
            return Judged(row, Kind.WRONG)  # the file itself was found wrong there
        if row.key not in known:
            rate = self.places.grow(feature, row.growth)
            call, part = calls.built(feature=feature, fields=row.fields)
            pricing.apply(call, [part], book=self.book)
            was = {} if rate is None else {GROWTH: call_file.percent(rate)}
            return Judged(row, Kind.NEW, call=call, parts=[part], was=was)
        call, parts = known[row.key]
        if problem := _misplaced(row, feature, call):
            return Judged(row, Kind.WRONG, [problem], call, parts, call.version)
        judged = self._revised(row, call, parts)
        if judged.kind != Kind.WRONG and (rate := self.places.grow(feature, row.growth)) is not None:
            judged.kind = Kind.CHANGED
            judged.was = {**judged.was, GROWTH: call_file.percent(rate)}
        return judged

    def _revised(self, row: CallRow, call: Call, parts: list[Part]) -> Judged:
        before = audit.states(call, *parts)
        old = call_file.written({name: getattr(call, name) for name in row.fields}, row.said)
        fields = {name: row.fields[name] for name in row.said}
        if "cacheable_prefix" not in row.said:  # the file counts it as part of the input, and does not say how large
            fields["uncached_input"] -= call.cacheable_prefix
        if fields["uncached_input"] < 0:
            least = f"must be at least {call.cacheable_prefix:,}, the prefix this call has"
            problem = Problem(row.number, "input_tokens", str(row.fields["uncached_input"]), least)
            return Judged(row, Kind.WRONG, [problem], call, parts, call.version)
        try:
            revised = calls.revise(call, parts, fields, book=self.book, at=self.since)
        except calls.PartsFallShort as refusal:
            told = f"its parts would fall short: {refusal}. Change the split first"
            problem = Problem(row.number, "requests_per_month", str(row.fields["requests"]), told)
            return Judged(row, Kind.WRONG, [problem], call, parts, call.version)
        if not revised:
            return Judged(row, Kind.UNCHANGED, (), call, parts, call.version)
        new = call_file.written(row.fields, row.said)
        was = {column: text for column, text in old.items() if new[column] != text}
        return Judged(row, Kind.CHANGED, (), call, parts, call.version, before, was)

    def _known(self, rows: Sequence[CallRow]) -> dict[str, tuple[Call, list[Part]]]:
        """The calls these rows name and their parts."""
        keys = [row.fields["key"] for row in rows]
        # Also as written: SQLite lowers only the letters of ASCII, and would miss a key with others.
        pks = {*Call.objects.with_keys(keys).values_list("pk", flat=True), *_pks(key__in=keys)}
        wanted = Call.objects.select_related("feature__team", "team")
        found = {call.pk: (call, list[Part]()) for call in wanted.filter(pk__in=pks).order_by("pk")}
        for part in Part.objects.filter(call__in=pks).order_by("call_id", "position"):
            part.call = found[part.call_id][0]
            found[part.call_id][1].append(part)
        return {call.key.lower(): (call, parts) for call, parts in found.values()}


def _pks(**given: Any) -> Iterable[int]:
    return Call.objects.filter(**given).values_list("pk", flat=True)


def _misplaced(row: CallRow, feature: Feature, call: Call) -> Problem | None:
    if call.retired_at is not None:
        told = "names a retired call. Restore it first, or use another key"
    elif call.feature_id != feature.pk:
        told = f"names a call of {call.feature.name} of {call.team.name}: a file does not move calls"
    else:
        return None
    return Problem(row.number, "call_key", call.key, told)
