"""Records as they stood at an export: what history says was done since, taken off what stands now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, TypeVar

from inventory.exchange.stamp import MARK, Stamp
from inventory.models import Action, Call, ChainHead, Change, Feature, Part, Team
from inventory.services.history import replay

Known = Mapping[int, tuple[Call, Sequence[Part]]]
Undone = list[tuple[int, dict[str, Any] | None]]
T = TypeVar("T", Call, Part, Feature, Team)


class Past:
    """Looked up lot by lot, by the stamps of its rows."""

    def __init__(self) -> None:
        self._marks: dict[int, str] = {}
        self._features: dict[int, Feature] = {}
        self._since: dict[tuple[str, int], Undone] = {}

    def has(self, stamp: Stamp, record: str) -> bool:
        """Whether the stamp is of this history, and of such a record."""
        return stamp.record == record and self._marks.get(stamp.seq) == stamp.mark

    def look_up(self, stamps: Iterable[Stamp], known: Known) -> None:
        self._since, self._features = {}, {}
        given = list(stamps)
        if seqs := {each.seq for each in given} - self._marks.keys():
            marks = dict(Action.objects.filter(seq__in=seqs).values_list("seq", "hash"))
            self._marks |= {seq: marks.get(seq, "")[:MARK] for seq in seqs}
        first = min((each.seq for each in given if self._marks[each.seq] == each.mark), default=None)
        if first is None or ChainHead.objects.filter(seq=first).exists():
            return
        self._gather(Call.RECORD, known.keys(), first)
        self._gather(Part.RECORD, {part.pk for _, parts in known.values() for part in parts}, first)
        features = {pk for call, _ in known.values() for pk in self._homes(call)}
        self._features = Feature.objects.select_related("team").in_bulk(features)
        self._gather(Feature.RECORD, features, first)
        self._gather(Team.RECORD, {each.team_id for each in self._features.values()}, first)

    def call(self, call: Call, seq: int) -> Call:
        """With its feature and team as they were; the call itself where nothing of all that has changed."""
        home = call.feature
        told = ((call.RECORD, call.pk), (home.RECORD, home.pk), (home.team.RECORD, home.team_id))
        if not any(number > seq for key in told for number, _ in self._since.get(key, ())):
            return call
        then = copy(self.at(call, seq))
        feature = self._features.get(then.feature_id)
        if feature is None:
            return call
        then.feature = copy(self.at(feature, seq))
        then.feature.team = self.at(feature.team, seq)
        return then

    def at(self, record: T, seq: int) -> T:
        since = [each for each in self._since.get((record.RECORD, record.pk), ()) if each[0] > seq and each[1]]
        found = copy(record) if since else record
        for _, before in since:
            replay.put(found, before or {})
        return found

    def _gather(self, record: str, pks: Iterable[int], since: int) -> None:
        told = Change.objects.filter(record=record, record_id__in=[str(pk) for pk in pks], action__seq__gt=since)
        rows = told.order_by("-pk").values_list("record_id", "action__seq", "before")
        found: dict[tuple[str, int], Undone] = defaultdict(list)
        for record_id, seq, before in rows.iterator(chunk_size=2000):
            found[record, int(record_id)].append((seq, replay.read(before)))
        self._since |= found

    def _homes(self, call: Call) -> set[int]:
        """The feature it belongs to, and those it did since."""
        undone = self._since.get((Call.RECORD, call.pk), ())
        return {call.feature_id} | {before["feature_id"] for _, before in undone if before and "feature_id" in before}
