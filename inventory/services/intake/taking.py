"""Take in a file of calls: all rows or none, as one action. A file that was taken in before changes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, transaction

from inventory.domain import money
from inventory.domain.audit import Actor
from inventory.exchange.call_file import CallFile
from inventory.exchange.call_row import OF_FEATURE, CallRow
from inventory.exchange.part_row import TEXTS
from inventory.exchange.reading import Problem
from inventory.models import Call, Part, Person, Stale
from inventory.services import audit, part_notice
from inventory.services import call as calls
from inventory.services.intake.judging import Judge, Judged, Kind

IMPORT = "exchange.import"
ROWS = 500  # taken in at once
TOLD = 20  # problems that one message lists
KEPT = 1000  # problems that are kept of one file
# By row what it was previewed against: the call, its version, and the cells that it changes, as they were: those of the
# feature, and of each row of a part.
Seen = Mapping[int, tuple[int | None, int | None, Mapping[str, str], Mapping[int, Mapping[str, str]]]]


class Refused(Exception):
    """Nothing was taken in. `problems` are all there are, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:3]))
        self.problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.row or 0)

    def told(self) -> str:
        """The first problems, a line each, and how many there are."""
        count = len(self.problems)
        lines = [f"Nothing was imported: {count:,} {'problem' if count == 1 else 'problems'}."]
        lines += [str(problem)[:1].upper() + str(problem)[1:] for problem in self.problems[:TOLD]]
        return "\n".join([*lines, "…"] if count > TOLD else lines)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a file did, or would do. The cost is micro-dollars a month over all its calls with a known price."""

    rows: int
    new_teams: tuple[str, ...]
    new_features: int
    new_calls: int
    new_parts: int
    changed: int
    unchanged: int
    cost_today: int
    cost_unknown: int
    doubts: Mapping[str, int]
    seq: int | None
    changed_features: int = 0

    def told(self) -> str:
        """What was done, in lines."""
        made = [(len(self.new_teams), "team"), (self.new_features, "feature"), (self.new_calls, "call")]
        new = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in made if count) or "nothing"
        unknown = f"; {self.cost_unknown:,} of unknown cost" if self.cost_unknown else ""
        some = self.changed_features
        of_features = f" Changed besides: {some:,} feature{'' if some == 1 else 's'}." if some else ""
        return (
            f"This is new: {new}.\nChanged: {self.changed:,}. As they were: {self.unchanged:,}.{of_features}\n"
            f"Together they cost {money.shown(self.cost_today)} a month today{unknown}."
        )


@dataclass(slots=True)
class _Intake:
    """One file on its way in."""

    judge: Judge
    seen: Seen | None
    problems: list[Problem] = field(default_factory=list)
    changes: audit.Changes = field(default_factory=audit.Changes)
    to_check: list[part_notice.Found] = field(default_factory=list)
    teams: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)


def import_inventory(
    *, file: CallFile, name: str, by: Actor, at: datetime, check: bool = False, person: Person | None = None,
    prefer: str = "",
) -> Summary:  # fmt: skip
    """Register the file's calls, with the teams and features they name, and change those it knows by their key.

    A cell that says nothing changes nothing. With `check` everything is done and taken back. `person` is whose rights
    count; a command has none to mind. Where both the file and the app have changed a cell since it was exported,
    `prefer` says whose value counts. Raises `Refused`, and then nothing was written.
    """
    intake = _Intake(Judge(person=person, at=at, hold=True, prefer=prefer), None, list(file.problems))
    return _all_or_nothing(intake, file.rows, name, by, at, check=check)


def import_rows(
    *, rows: Iterable[CallRow], seen: Seen, name: str, by: Actor, at: datetime, person: Person | None
) -> Summary:
    """The same for rows somebody has looked over: refused where a call is no longer as it was `seen`."""
    return _all_or_nothing(_Intake(Judge(person=person, at=at, hold=True), seen), rows, name, by, at, check=False)


def _all_or_nothing(
    intake: _Intake, rows: Iterable[CallRow], name: str, by: Actor, at: datetime, *, check: bool
) -> Summary:
    try:
        with transaction.atomic():
            summary = _take_in(intake, iter(rows), name, by, at)
            if check or intake.problems:
                transaction.set_rollback(True)
    except (IntegrityError, Stale) as clash:
        raise Refused([Problem(None, "", "", "Somebody else changed the inventory meanwhile. Try again.")]) from clash
    if intake.problems:
        raise Refused(intake.problems)
    return summary


def _take_in(intake: _Intake, rows: Iterable[CallRow], name: str, by: Actor, at: datetime) -> Summary:
    """Everything is looked at, so that all problems are told at once; nothing more is written after the first."""
    counts, places = intake.counts, intake.judge.places
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS)):
        counts["rows"] += sum(row.rows for row in chunk)
        found = intake.judge.judge(chunk)
        for each in found:
            intake.problems += [*each.problems, *_clashing(each), *_outrun(each, intake.seen)]
        if not intake.problems:
            _write(intake, found)
    action = audit.append(
        kind=IMPORT, by=by, at=at, record="file", record_id=name[:40], title=name,
        team_id=next(iter(intake.teams)) if len(intake.teams) == 1 else None, changes=intake.changes,
    )  # fmt: skip
    part_notice.tell(intake.to_check, by=by, at=at)
    return Summary(
        rows=counts["rows"], new_teams=tuple(team.name for team in places.new_teams),
        new_features=len(places.new_features), new_calls=counts[Kind.NEW], new_parts=counts["parts"],
        changed=counts[Kind.CHANGED], unchanged=counts[Kind.UNCHANGED], cost_today=counts["cost_today"],
        cost_unknown=counts["cost_unknown"], doubts=dict(sorted(intake.doubts.items())),
        seq=action.seq if action else None, changed_features=len(places.changed),
    )  # fmt: skip


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


def _write(intake: _Intake, found: Sequence[Judged]) -> None:
    intake.changes.extend(intake.judge.places.save())
    known = [(each.call, each.parts) for each in found if each.call is not None]
    Call.objects.bulk_create([call for call, _ in known if call.pk is None])
    for each in found:
        if each.before and each.call is not None:
            old = [part for part in each.parts if part.pk]
            calls.write(each.call, old, each.before, each.call.version)
            intake.to_check += part_notice.found(old, each.before)
    new = [(call, part) for call, parts in known for part in parts if part.pk is None]
    for call, part in new:
        part.call = call  # its number is known now
    Part.objects.bulk_create([part for _, part in new])
    intake.counts["parts"] += len(new)
    for each in found:
        if each.call is None:
            continue
        if each.before or each.kind == Kind.NEW:
            intake.changes.add(each.before, audit.states(each.call, *each.parts))
        _count(intake, each, each.call)


def _count(intake: _Intake, judged: Judged, call: Call) -> None:
    intake.teams.add(call.team_id)
    intake.counts[judged.kind if judged.before or judged.kind == Kind.NEW else Kind.UNCHANGED] += 1
    intake.counts["cost_today"] += call.cost_today or 0
    intake.counts["cost_unknown"] += call.cost_today is None
    for part in judged.parts:
        intake.doubts.update(part.doubts)
