"""Rows that were exported from here: what each of them said then, held against the file and what stands now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from inventory.exchange import call_file, stamp
from inventory.exchange.call_file import GROWTH, CallRow
from inventory.exchange.merge import Clash, Kept, merged
from inventory.exchange.reading import Problem
from inventory.exchange.stamp import MARK, Stamp
from inventory.models import Action, Call, ChainHead, Change, Feature, Team
from inventory.services import replay

FILE, APP = "file", "app"  # whose value counts where both were changed
CHOICES = {FILE: "the file's", APP: "the app's"}
_Undone = list[tuple[int, dict[str, Any] | None]]


@dataclass(slots=True)
class Settled:
    """`row` is the row as it is to be judged: without a stamp that counts, as it came."""

    row: CallRow
    problems: list[Problem] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


class Origins:
    """Looks at rows lot by lot. With `prefer`, nobody is asked where both were changed.

    What stood at an export follows from history: what was done since, taken off what stands now. Six queries a lot at
    most, whatever its rows say.
    """

    def __init__(self, prefer: str = "") -> None:
        self.prefer = prefer
        self.foreign = 0  # rows that another installation exported
        self.used: set[int] = set()
        self.counts: set[int] = set()  # how many calls each of the exports held
        self._marks: dict[int, str] = {}
        self._asked: set[tuple[int, str]] = set()  # of a feature: asked once, whatever the number of its rows
        self._calls: Mapping[int, Call] = {}
        self._features: dict[int, Feature] = {}
        self._since: dict[tuple[str, int], _Undone] = {}

    @property
    def missing(self) -> int:
        """How many calls of the export the rows so far do not name; 0 where they come from several."""
        return max(0, next(iter(self.counts)) - len(self.used)) if len(self.counts) == 1 else 0

    def look_up(self, rows: Sequence[CallRow], calls: Mapping[int, Call]) -> None:
        """`calls` hold all that the rows name, by number."""
        self._calls, self._since, self._features = calls, {}, {}
        seqs = {row.stamp.seq for row in rows if row.stamp} - self._marks.keys()
        if seqs:
            marks = dict(Action.objects.filter(seq__in=seqs).values_list("seq", "hash"))
            self._marks |= {seq: marks.get(seq, "")[:MARK] for seq in seqs}
        ours = [row.stamp for row in rows if row.stamp and self._is_ours(row.stamp) and row.stamp.pk in calls]
        first = min((each.seq for each in ours), default=None)
        if first is None or ChainHead.objects.filter(seq=first).exists():
            return
        self._gather(Call.RECORD, {each.pk for each in ours}, first)
        features = {pk for each in ours for pk in self._homes(calls[each.pk])}
        self._features = Feature.objects.select_related("team").in_bulk(features)
        self._gather(Feature.RECORD, features, first)
        self._gather(Team.RECORD, {each.team_id for each in self._features.values()}, first)

    def of(self, row: CallRow) -> Settled:
        if row.stamp is None:
            return Settled(row)
        if not self._is_ours(row.stamp):
            self.foreign += 1
            return Settled(row)
        key = str(row.fields["key"])
        call = self._calls.get(row.stamp.pk)
        if call is None:
            told = f"names a call that was deleted since the export. To register it anew, empty {stamp.COLUMN}"
            return Settled(row, [Problem(row.number, "call_key", key, told)])
        then = self._then(call, row.stamp.seq)
        if row.key not in (call.key.lower(), then.key.lower()):
            return self._renamed(row, call, key)
        self.used.add(call.pk)
        self.counts.add(row.stamp.count)
        if _home(row.team, row.feature) not in (_home_of(call), _home_of(then)):
            told = f"names a call of {call.feature.name} of {call.feature.team.name}: a file does not move calls"
            return Settled(row, [Problem(row.number, "feature", row.feature, told)])
        return self._merged(row, call, then)

    def _renamed(self, row: CallRow, call: Call, key: str) -> Settled:
        if call.pk in self.used:
            return Settled(row)  # somebody has copied the row to register a call like it
        told = f"is not the key of the call that this row was exported from. Write {call.key}, or empty {stamp.COLUMN}"
        return Settled(row, [Problem(row.number, "call_key", key, f"{told} to register another call")])

    def _merged(self, row: CallRow, call: Call, then: Call) -> Settled:
        home = {"team": call.feature.team.name, "feature": call.feature.name}
        now, was = _cells(call), _cells(then)
        said = call_file.as_said(row) | {"call_key": now["call_key"]}
        file = said | {c: call_file.EMPTIED[c] for c in row.blank if call_file.EMPTIED[c] != was[c]}
        if all(now[column] == text for column, text in file.items()):
            fields = {**row.fields, "key": call.key}
            return Settled(replace(row, team=home["team"], feature=home["feature"], fields=fields, growth=None))
        found = merged(file, was, now)
        if self.prefer == FILE:
            found.cells |= {clash.column: clash.file for clash in found.clashes}
        if found.cells.get(GROWTH) == now[GROWTH]:
            found.cells.pop(GROWTH)  # as it is
        clashes = [] if self.prefer else [each for each in found.clashes if self._is_asked(call, each.column)]
        return Settled(call_file.again(row.number, {**home, **found.cells}), [], clashes, found.kept)

    def _is_asked(self, call: Call, column: str) -> bool:
        key = (call.feature_id, column)
        if column != GROWTH:
            return True
        is_first = key not in self._asked
        self._asked.add(key)
        return is_first

    def _is_ours(self, found: Stamp) -> bool:
        return found.record == Call.RECORD and bool(found.mark) and self._marks.get(found.seq) == found.mark

    def _gather(self, record: str, pks: set[int], since: int) -> None:
        told = Change.objects.filter(record=record, record_id__in=[str(pk) for pk in pks], action__seq__gt=since)
        rows = told.order_by("-pk").values_list("record_id", "action__seq", "before")
        found: dict[tuple[str, int], _Undone] = defaultdict(list)
        for record_id, seq, before in rows.iterator(chunk_size=2000):
            found[record, int(record_id)].append((seq, replay.read(before)))
        self._since |= found

    def _homes(self, call: Call) -> set[int]:
        """The feature it belongs to, and those it did since."""
        undone = self._since.get((Call.RECORD, call.pk), ())
        return {call.feature_id} | {before["feature_id"] for _, before in undone if before and "feature_id" in before}

    def _then(self, call: Call, seq: int) -> Call:
        """The call with its feature and team as they were."""
        if not self._features:
            return call
        then: Call = self._at(call, seq)
        feature = self._features.get(then.feature_id)
        if feature is None:
            return call
        team = self._at(feature.team, seq)
        then.feature = self._at(feature, seq)
        then.feature.team = team
        return then

    def _at(self, record: Any, seq: int) -> Any:
        found = copy(record)
        for number, before in self._since.get((record.RECORD, record.pk), ()):
            if number > seq and before is not None:
                replay.put(found, before)
        return found


def _cells(call: Call) -> dict[str, str]:
    fields = {name: getattr(call, name) for names in call_file.FIELDS.values() for name in names}
    return call_file.written(fields) | {GROWTH: call_file.percent(call.feature.growth)}


def _home(team: str, feature: str) -> tuple[str, str]:
    return team.lower(), feature.lower()


def _home_of(call: Call) -> tuple[str, str]:
    return _home(call.feature.team.name, call.feature.name)
