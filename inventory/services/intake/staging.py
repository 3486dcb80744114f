"""What a file will write, worked out and put aside before anything is held: the last step has only to copy it."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.exchange.call_file import CallRow
from inventory.exchange.reading import Problem
from inventory.models import Call, Feature, Part, Person, Sheet, Team, bulk
from inventory.services import access, audit, part_notice, pricing
from inventory.services import call as calls
from inventory.services.intake.judging import GROWTH, Judge, Judged, Kind
from inventory.services.intake.spool import Both, Spool

ROWS = 500  # looked at, and written, at once
# By row what it was previewed against: the call, its version, and the rate at which the feature grew if it changes.
Seen = Mapping[int, tuple[int | None, int | None, str | None]]
Told = Callable[[int], None]
RECORDS: dict[str, type[Call | Part]] = {Call.RECORD: Call, Part.RECORD: Part}


class Overtaken(Exception):
    """Somebody wrote what it rests on since it was worked out. Nothing of it was written; it is to be done anew."""


class Staged:
    """One file on its way in. Worked out by `work_out` without a transaction, then written by `write` within one."""

    def __init__(self, *, person: Person | None, seen: Seen | None, problems: Iterable[Problem], at: datetime) -> None:
        self.person, self.seen, self.at = person, seen, at
        self.problems = list(problems)
        self.prices = pricing.last_change()
        self.judge = Judge(person=person, at=at)
        self.files = ExitStack()
        self.calls, self.parts, self.revised = self._spool(), self._spool(), self._spool()
        self.changes = audit.Changes(self._spool())
        self.held: list[int] = []  # calls that are there already and will change
        self.looked: list[tuple[list[int], datetime]] = []  # their parts, and until when their sheets are known
        self.rests_on: dict[type[Team | Feature], dict[int, int]] = {Team: {}, Feature: {}}  # and its version
        self.to_check: list[part_notice.Found] = []
        self.teams: set[int] = set()
        self.counts: Counter[str] = Counter()
        self.doubts: Counter[str] = Counter()

    def work_out(self, rows: Iterable[CallRow], told: Told) -> None:
        """All rows are looked at, so that all problems are told at once; nothing more is put aside after the first.
        `told` hears how many are through; what it raises ends it."""
        remaining = iter(rows)
        while chunk := list(islice(remaining, ROWS)):
            self.counts["rows"] += len(chunk)
            found = self.judge.judge(chunk)
            self.problems += (problem for each in found for problem in (*each.problems, *_outrun(each, self.seen)))
            if not self.problems:
                self._put_aside(found)
            told(self.counts["rows"])

    def write(self, *, at: datetime, heard: Callable[[], None]) -> Both:
        """Everything, in the caller's transaction; the lines of history that tell of it. `heard` is called now and
        then; what it raises ends it. Raises `Overtaken` and `Stale`."""
        self._hold(at)
        places = self.judge.places.save()
        bulk.insert(Call, _hearing(self.calls, heard))
        bulk.insert(Part, _hearing(self.parts, heard))
        for (record, names), rows in groupby(_hearing(self.revised, heard), key=itemgetter(0, 1)):
            while some := [values for _, _, values in islice(rows, ROWS)]:
                if bulk.update(RECORDS[record], names, some) != len(some):
                    raise Overtaken
        return Both(places, self.changes)

    def _spool(self) -> Spool:
        return Spool(self.files.enter_context(tempfile.TemporaryFile()))

    def close(self) -> None:
        self.files.close()

    def _put_aside(self, found: Sequence[Judged]) -> None:
        if new := [each for each in found if each.kind == Kind.NEW]:
            self._number(new)
        revised: list[tuple[str, list[str], list[bulk.Value]]] = []
        looked: list[int] = []
        for each in found:
            if each.call is None:
                continue
            records: list[Call | Part] = [each.call, *each.parts]
            if each.kind == Kind.NEW:
                self.calls.append(tuple(bulk.values(each.call)))
                self.parts.extend(tuple(bulk.values(part)) for part in each.parts)
            elif each.before:
                revised += _revised(each)
                self.to_check += part_notice.found(each.parts, each.before)
                self.held.append(each.call.pk)
                looked += [part.pk for part in each.parts]
            if each.before or each.kind == Kind.NEW:
                self.changes.add(each.before, audit.states(*records))
            if each.kind != Kind.UNCHANGED:
                self._rest_on(each.call.team, each.call.feature)
            self._count(each, each.call)
        self.looked.append((looked, self.judge.since))
        self.revised.extend(sorted(revised, key=itemgetter(0, 1)))

    def _number(self, new: Sequence[Judged]) -> None:
        """Give new records the numbers they will have, so that history can be told of them."""
        with transaction.atomic():  # one wait for the disk, not four
            self.judge.places.number()
            pks = iter(bulk.reserve(Call, len(new)))
            part_pks = iter(bulk.reserve(Part, sum(len(each.parts) for each in new)))
        for each in new:
            call: Any = each.call
            call.pk, call.feature, call.team = next(pks), call.feature, call.feature.team
            for part in each.parts:
                part.pk, part.call, part.feature, part.team = next(part_pks), call, call.feature, call.team

    def _rest_on(self, team: Team, feature: Feature) -> None:
        for place, versions in ((team, self.rests_on[Team]), (feature, self.rests_on[Feature])):
            if not place._state.adding:
                versions.setdefault(place.pk, place.version)

    def _count(self, judged: Judged, call: Call) -> None:
        self.teams.add(call.team_id)
        self.counts[judged.kind if judged.before or judged.kind == Kind.NEW else Kind.UNCHANGED] += 1
        self.counts["cost_today"] += call.cost_today or 0
        self.counts["cost_unknown"] += call.cost_today is None
        for part in judged.parts:
            self.doubts.update(part.doubts)

    def _hold(self, at: datetime) -> None:
        """Teams, features and calls, in the order in which everybody holds them. Raises `Overtaken` unless all that
        was read of them is as it was; calls and parts are found out when they are written."""
        if pricing.last_change() != self.prices or timezone.localdate(at) != timezone.localdate(self.at):
            raise Overtaken
        for model, versions in self.rests_on.items():
            for some in _lots(sorted(versions)):
                rows = model._base_manager.select_for_update(no_key=True).filter(pk__in=some, retired_at=None)
                if dict(rows.order_by("pk").values_list("pk", "version")) != {pk: versions[pk] for pk in some}:
                    raise Overtaken
        if not self._may_still():
            raise Overtaken
        for some in _lots(sorted(self.held)):
            list(Call.objects.select_for_update(no_key=True).filter(pk__in=some).order_by("pk").values_list("pk"))
        for some, since in self.looked:  # who saved later knew nothing of the change, and would confirm it
            if Sheet.objects.filter(part__in=some, submitted_at__gt=since).exists():
                raise Overtaken

    def _may_still(self) -> bool:
        if self.person is None:
            return True
        person = Person.objects.get(pk=self.person.pk)
        if self.judge.places.new_teams and not access.may_administer(person):
            return False
        return all(access.may_edit(person, team) for team in self.rests_on[Team])


def _outrun(judged: Judged, seen: Seen | None) -> Iterable[Problem]:
    """Whether somebody has written the call since the row was looked over."""
    if seen is None or judged.problems:
        return
    call_id, version, growth = seen[judged.row.number]
    key = str(judged.row.fields["key"])
    if judged.kind == Kind.NEW and call_id is not None:
        yield Problem(judged.row.number, "call_key", key, "named a call that is not there any more")
    elif judged.kind != Kind.NEW and (judged.call and judged.call.pk, judged.seen) != (call_id, version):
        yield Problem(judged.row.number, "call_key", key, "names a call that was changed since the preview")
    elif judged.was.get(GROWTH) != growth:
        yield Problem(judged.row.number, GROWTH, key, "belongs to a feature that grows otherwise since the preview")


def _revised(judged: Judged) -> Iterator[tuple[str, list[str], list[bulk.Value]]]:
    """What to write of a call that changes: by record and fields, as `bulk.update` takes it."""
    call: Any = judged.call
    for record, fields in calls.differing(call, judged.parts, judged.before):
        names = [*fields, *record.ALONG]
        yield record.RECORD, names, [*bulk.values(record, names), record.pk, record.version]


def _hearing(rows: Iterable[Any], heard: Callable[[], None]) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if number % ROWS == 0:
            heard()
        yield row


def _lots(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    return (pks[start : start + ROWS] for start in range(0, len(pks), ROWS))
