"""What a file will write, worked out and put aside before anything is held: the last step has only to copy it."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory.domain import lots
from inventory.exchange.call_row import OF_FEATURE, CallRow
from inventory.exchange.part_row import TEXTS
from inventory.exchange.reading import Problem
from inventory.models import Call, Feature, Part, Person, Sheet, Team, bulk
from inventory.services import access, audit
from inventory.services.calls import call as calls
from inventory.services.intake import whole
from inventory.services.intake.judging import Judge, Judged, Kind
from inventory.services.intake.spool import Both, Spool
from inventory.services.labelling import part_notice
from inventory.services.prices import pricing

ROWS = 500  # looked at, and written, at once
# By row what it was previewed against: the call, its version, and the cells that it changes, as they were: those of the
# feature, and of each row of a part.
Seen = Mapping[int, tuple[int | None, int | None, Mapping[str, str], Mapping[int, Mapping[str, str]]]]
Told = Callable[[int], None]
RECORDS: dict[str, type[Any]] = {Call.RECORD: Call, Part.RECORD: Part, Feature.RECORD: Feature}


class Overtaken(Exception):
    """Somebody wrote what it rests on since it was worked out. Nothing of it was written; it is to be done anew."""


class Staged:
    """One file on its way in. Worked out by `work_out` without a transaction, then written by `write` within one."""

    def __init__(
        self, *, person: Person | None, seen: Seen | None, problems: Iterable[Problem], at: datetime, prefer: str = ""
    ) -> None:
        self.person, self.seen, self.at = person, seen, at
        self.problems = list(problems)
        self.prices = pricing.last_change()
        self.judge = Judge(person=person, at=at, prefer=prefer)
        self.files = ExitStack()
        self.calls, self.parts, self.revised, self.gone = (self._spool() for _ in range(4))
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
        `told` hears how many calls are through; what it raises ends it."""
        through = 0
        for chunk in lots.of(rows, ROWS):
            through += len(chunk)
            self.counts["rows"] += sum(row.rows for row in chunk)
            found = self.judge.judge(chunk)
            for each in found:
                self.problems += [*each.problems, *_clashing(each), *_outrun(each, self.seen)]
            if not self.problems:
                self._put_aside(found)
            told(through)

    def write(self, *, at: datetime, heard: Callable[[], None]) -> Both:
        """Everything, in the caller's transaction; the lines of history that tell of it. `heard` is called now and
        then; what it raises ends it. Raises `Overtaken` and `Stale`."""
        self._hold(at)
        places = self.judge.places.save()
        bulk.insert(Call, hearing(self.calls, heard))
        rewrite(self.revised, heard)
        if not whole.take_away(hearing(self.gone, heard)):
            raise Overtaken
        bulk.insert(Part, hearing(self.parts, heard))
        return Both(places, self.changes)

    def _spool(self) -> Spool:
        return Spool(self.files.enter_context(tempfile.TemporaryFile()))

    def close(self) -> None:
        self.files.close()

    def _put_aside(self, found: Sequence[Judged]) -> None:
        self._number(found)
        changing: list[tuple[str, list[str], list[bulk.Value]]] = []
        looked: list[int] = []
        for each in found:
            if each.call is None:
                continue
            old, new = _old_and_new(each)
            if each.kind == Kind.NEW:
                self.calls.append(tuple(bulk.values(each.call)))
            elif each.before:
                changing += revised(each.call, old, each.before)
                self.to_check += part_notice.found(old, each.before)
                self.held.append(each.call.pk)
                looked += [part.pk for part in (*old, *each.gone)]
                self.gone.extend(whole.told(each.gone, each.before))
            self.parts.extend(tuple(bulk.values(part)) for part in new)
            self.counts["parts"] += len(new)
            if each.before or each.kind == Kind.NEW:
                self.changes.add(each.before, audit.states(each.call, *each.parts))
            if each.kind != Kind.UNCHANGED:
                self._rest_on(each.call.team, each.call.feature)
            self._count(each, each.call)
        self.looked.append((looked, self.judge.since))
        self.revised.extend(sorted(changing, key=itemgetter(0, 1)))

    def _number(self, found: Sequence[Judged]) -> None:
        """Give new records the numbers they will have, so that history can be told of them."""
        new = [each for each in found if each.kind == Kind.NEW]
        new_parts = [(each.call, part) for each in found for part in _old_and_new(each)[1]]
        if not (new or new_parts):
            return
        with transaction.atomic():  # one wait for the disk, not four
            self.judge.places.number()
            pks, part_pks = bulk.reserve(Call, len(new)), bulk.reserve(Part, len(new_parts))
        call: Any
        for each, pk in zip(new, pks, strict=True):
            call = each.call
            call.pk, call.feature, call.team = pk, call.feature, call.feature.team
        for (call, part), pk in zip(new_parts, part_pks, strict=True):
            part.pk, part.call, part.feature, part.team = pk, call, call.feature, call.team

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
            for some in lots.of(sorted(versions), ROWS):
                rows = model._base_manager.select_for_update(no_key=True).filter(pk__in=some, retired_at=None)
                if dict(rows.order_by("pk").values_list("pk", "version")) != {pk: versions[pk] for pk in some}:
                    raise Overtaken
        if not (self._may_still() and self.judge.places.owners_may_still()):
            raise Overtaken
        for some in lots.of(sorted(self.held), ROWS):
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


def _clashing(judged: Judged) -> Iterable[Problem]:
    """Cells that nobody has decided between."""
    for each in judged.clashes:
        told = f"was {each.then or 'empty'} at the export and is {each.now or 'empty'} in the app now: choose one"
        yield Problem(each.number, each.column, each.file, told)


def _outrun(judged: Judged, seen: Seen | None) -> Iterable[Problem]:
    """Whether somebody has written the call since the row was looked over."""
    if seen is None or judged.problems:
        return
    call_id, version, was, of_parts = seen[judged.row.number]
    key = str(judged.row.fields["key"])
    if judged.kind == Kind.NEW and call_id is not None:
        yield Problem(judged.row.number, "call_key", key, "named a call that is not there any more")
    elif judged.kind != Kind.NEW and (judged.call and judged.call.pk, judged.seen) != (call_id, version):
        yield Problem(judged.row.number, "call_key", key, "names a call that was changed since the preview")
    elif {line.row.number: line.was for line in judged.lines} != of_parts:
        yield Problem(judged.row.number, "call_key", key, "names a call whose parts were changed since the preview")
    for column in OF_FEATURE:
        if judged.was.get(column) != was.get(column):
            told = "belongs to a feature that was changed since the preview"
            yield Problem(judged.row.number, column, key, told)
    for column in TEXTS:
        if judged.was.get(column, "") != was.get(column, ""):
            yield Problem(judged.row.number, column, key, "was changed since the preview")


def _old_and_new(judged: Judged) -> tuple[list[Part], list[Part]]:
    """The parts the call has, and those it gets."""
    return [p for p in judged.parts if not p._state.adding], [p for p in judged.parts if p._state.adding]


def revised(
    call: Call, parts: Sequence[Part], before: audit.States
) -> Iterator[tuple[str, list[str], list[bulk.Value]]]:
    """What to write of a call that changes: by record and fields, as `rewrite` takes it."""
    for record, fields in calls.differing(call, parts, before):
        names = [*fields, *record.ALONG]
        yield record.RECORD, names, [*bulk.values(record, names), record.pk, record.version]


def rewrite(revised: Iterable[Any], heard: Callable[[], None]) -> None:
    """UPDATE what was put aside. Raises `Overtaken` where somebody has written one of the records since."""
    for (record, names), rows in groupby(hearing(revised, heard), key=itemgetter(0, 1)):
        for some in lots.of((values for _, _, values in rows), ROWS):
            if bulk.update(RECORDS[record], names, some) != len(some):
                raise Overtaken


def hearing(rows: Iterable[Any], heard: Callable[[], None]) -> Iterator[Any]:
    """The rows; `heard` is called with the first of every lot."""
    for number, row in enumerate(rows):
        if number % ROWS == 0:
            heard()
        yield row
