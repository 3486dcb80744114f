"""What taking an import back will write, worked out and put aside before anything is held, like the import itself."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.utils import timezone

from inventory.domain import lots
from inventory.models import Action, Call, Feature, Part, Sheet, Team, bulk
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.history import replay
from inventory.services.intake import staging
from inventory.services.intake.spool import Spool
from inventory.services.intake.staging import ROWS, Overtaken, Told
from inventory.services.prices import pricing
from inventory.services.undoing import records

MADE: tuple[type[Any], ...] = (Part, Call, Feature, Team)  # in the order in which they can be deleted
BELONGS = {Part.RECORD: "call_id", Sheet.RECORD: "part_id"}  # what an import takes away, and what it is of
State = dict[str, Any]


class Back:
    """One import on its way back out. Worked out by `work_out` without a transaction, then written by `write` within
    one: what it made is deleted, what it took away is made anew, and what it changed is as it was."""

    def __init__(self, action: Action, *, at: datetime) -> None:
        self.action, self.at = action, at
        self.prices, self.seq = pricing.last_change(), audit.head().seq
        self.book = pricing.book(timezone.localdate(at))
        self.files = ExitStack()
        self.parts, self.sheets, self.revised = self._spool(), self._spool(), self._spool()
        self.changes = audit.Changes(self._spool())
        self.made = {model: self._numbers(model, before="") for model in MADE}
        self._was = self._before()
        self._through = 0

    def close(self) -> None:
        self.files.close()

    def work_out(self, told: Told) -> None:
        """`told` hears how many records are through; what it raises ends it."""
        for features in lots.of(sorted(pk for name, pk in self._was if name == Feature.RECORD), ROWS):
            self._features(features)
            self._tell(len(features), told)
        for pks in lots.of(sorted(self._calls()), ROWS):
            self._tell(self._put_back(pks), told)
        for model in MADE:
            for pks in lots.of(sorted(self.made[model]), ROWS):
                self.changes.add(audit.states(*model._base_manager.filter(pk__in=pks).order_by("pk")), {})
                self._tell(len(pks), told)

    def write(self, heard: Callable[[], None]) -> audit.Changes:
        """Everything, in the caller's transaction, its calls held. Raises `Overtaken` where somebody has written what
        it rests on since it was worked out. `heard` is called now and then; what it raises ends it."""
        if self._is_overtaken():
            raise Overtaken
        self._delete(Part, heard)
        bulk.insert(Part, staging.hearing(self.parts, heard))
        bulk.insert(Sheet, staging.hearing(self.sheets, heard))
        staging.rewrite(self.revised, heard)
        for model in MADE[1:]:
            self._delete(model, heard)
        return self.changes

    def _is_overtaken(self) -> bool:
        """Also by a re-pricing: what goes is told of in the history as it was."""
        later = records.told_of(self.action).filter(action__seq__gt=self.seq)
        return pricing.last_change() != self.prices or later.exists()

    def _delete(self, model: type[Any], heard: Callable[[], None]) -> None:
        for pks in lots.of(sorted(self.made[model]), ROWS):
            heard()
            model._base_manager.filter(pk__in=pks).delete()

    def _features(self, pks: Sequence[int]) -> None:
        for feature in Feature.objects.filter(pk__in=pks).order_by("pk"):
            before = audit.states(feature)
            replay.put(feature, self._was[Feature.RECORD, feature.pk])
            if fields := audit.changed(feature, before):
                names = bulk.values(feature, fields)
                self.revised.append((feature.RECORD, fields, [*names, feature.pk, feature.version]))
            self.changes.add(before, audit.states(feature))

    def _put_back(self, pks: Sequence[int]) -> int:
        """These calls with their parts, as they were, at the prices of now; how many records that are."""
        revised: list[tuple[str, list[str], list[bulk.Value]]] = []
        parts, count = self._parts(pks), 0
        for call in Call.objects.select_related("feature__team", "team").filter(pk__in=pks).order_by("pk"):
            own = parts[call.pk]
            there: list[Call | Part] = [call, *(part for part in own if not part._state.adding)]
            before = audit.states(*there)
            for part in own:
                part.call = call
            records_: list[Call | Part] = [call, *own]
            for record in records_:
                replay.put(record, self._was.get((record.RECORD, record.pk), {}))
            call.search_text = calls.search_text(call)
            pricing.apply(call, own, book=self.book)
            revised += staging.revised(call, [part for part in own if not part._state.adding], before)
            anew = [part for part in own if part._state.adding]
            self.parts.extend(tuple(bulk.values(part)) for part in anew)
            self.changes.add(before, audit.states(*records_))
            count += len(records_) + self._sheets(anew)
        self.revised.extend(sorted(revised, key=itemgetter(0, 1)))
        return count

    def _parts(self, pks: Sequence[int]) -> dict[int, list[Part]]:
        """By call: the parts it has but for those the import made, and those it took away, made anew."""
        found: dict[int, list[Part]] = defaultdict(list)
        for part in Part.objects.filter(call__in=pks).order_by("call_id", "position"):
            if part.pk not in self.made[Part]:
                found[part.call_id].append(part)
        for part in self._anew(Part, pks):
            found[part.call_id].append(part)
        return found

    def _sheets(self, parts: Sequence[Part]) -> int:
        found = self._anew(Sheet, [part.pk for part in parts])
        self.sheets.extend(tuple(bulk.values(sheet)) for sheet in found)
        self.changes.add({}, audit.states(*found))
        return len(found)

    def _anew(self, model: type[Any], of: Sequence[int]) -> list[Any]:
        """What the import took away of these."""
        pks = [pk for each in of for pk in self._gone.get((model.RECORD, each), ())]
        return records.anew(model, {pk: self._was[model.RECORD, pk] for pk in pks})

    def _before(self) -> dict[tuple[str, int], State]:
        """What the import changed or took away, as it was; what it took away also by what it belonged to."""
        found: dict[tuple[str, int], State] = {}
        self._gone: dict[tuple[str, int], list[int]] = defaultdict(list)
        kept = self.action.changes.exclude(before="").order_by("position")
        for name, pk, text, after in kept.values_list("record", "record_id", "before", "after").iterator():
            found[name, int(pk)] = {**json.loads(text), **found.get((name, int(pk)), {})}  # the first is what it was
            if not after:
                self._gone[name, found[name, int(pk)][BELONGS[name]]].append(int(pk))
        return found

    def _calls(self) -> set[int]:
        """Calls that are there and were changed, also by their parts alone."""
        pks = {pk for record, pk in self._was if record == Call.RECORD}
        touched = Part.objects.filter(pk__in=records.ids(self.action, Part)).values_list("call_id", flat=True)
        return (pks | set(touched)) - self.made[Call]

    def _numbers(self, model: type[Any], **told: str) -> set[int]:
        found = self.action.changes.filter(record=model.RECORD, **told).values_list("record_id", flat=True)
        return {int(pk) for pk in found.iterator()}

    def _spool(self) -> Spool:
        return Spool(self.files.enter_context(tempfile.TemporaryFile()))

    def _tell(self, more: int, told: Told) -> None:
        self._through += more
        told(self._through)
