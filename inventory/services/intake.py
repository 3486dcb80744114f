"""Take in a file of calls: all rows or none, as one action. A file that was taken in before changes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory.domain import money
from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.exchange.call_file import CallFile, CallRow
from inventory.exchange.reading import Problem
from inventory.models import Call, Feature, Part, Person, Stale, Team
from inventory.services import access, audit, part_notice, pricing, seal
from inventory.services import call as calls

ROWS = 500  # taken in at once
TOLD = 20  # problems that one message lists


class Refused(Exception):
    """Nothing was taken in. `problems` are all there are, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:3]))
        self.problems = sorted(problems, key=lambda problem: problem.row or 0)

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
    not_kept: tuple[str, ...]
    seq: int | None
    grown_features: int = 0

    def told(self, *, check: bool) -> str:
        """What was done, or would be, in lines."""
        made = [(len(self.new_teams), "team"), (self.new_features, "feature"), (self.new_calls, "call")]
        new = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in made if count) or "nothing"
        unknown = f"; {self.cost_unknown:,} of unknown cost" if self.cost_unknown else ""
        grown = self.grown_features
        grows = f" Growth changed of {grown:,} feature{'' if grown == 1 else 's'}." if grown else ""
        lines = [
            f"{'This would be' if check else 'This is'} new: {new}.",
            f"Changed: {self.changed:,}. As they were: {self.unchanged:,}.{grows}",
            f"Together they cost {money.shown(self.cost_today)} a month today{unknown}.",
        ]
        return "\n".join([*lines, f"Columns not kept: {', '.join(self.not_kept)}."] if self.not_kept else lines)


@dataclass(slots=True)
class _Intake:
    """One file on its way in."""

    person: Person | None
    book: Book
    at: datetime
    teams: dict[str, Team] = field(default_factory=dict)
    features: dict[tuple[int, str], Feature] = field(default_factory=dict)
    new_teams: list[Team] = field(default_factory=list)
    new_features: list[Feature] = field(default_factory=list)
    changes: audit.Changes = field(default_factory=audit.Changes)
    problems: list[Problem] = field(default_factory=list)
    to_check: list[part_notice.Found] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)

    def wrong(self, row: CallRow, column: str, value: str, message: str) -> None:
        self.problems.append(Problem(row.number, column, value, message))

    def count(self, call: Call, parts: Sequence[Part], what: str) -> None:
        self.counts[what] += 1
        self.counts["cost_today"] += call.cost_today or 0
        self.counts["cost_unknown"] += call.cost_today is None
        for part in parts:
            self.doubts.update(part.doubts)


def import_inventory(
    *, file: CallFile, name: str, by: Actor, at: datetime, check: bool = False, person: Person | None = None
) -> Summary:
    """Register the file's calls, with the teams and features they name, and change those it knows by their key.

    A cell that says nothing changes nothing. With `check` everything is done and taken back. `person` is whose rights
    count; a command has none to mind. Raises `Refused`, and then nothing was written.
    """
    intake = _Intake(person, pricing.book(timezone.localdate(at)), at)
    try:
        with transaction.atomic():
            summary = _take_in(intake, file, name, by)
            if check or intake.problems:
                transaction.set_rollback(True)
    except (IntegrityError, Stale) as clash:
        raise Refused([Problem(None, "", "", "Somebody else changed the inventory meanwhile. Try again.")]) from clash
    if intake.problems:
        raise Refused(intake.problems)
    return summary


def _take_in(intake: _Intake, file: CallFile, name: str, by: Actor) -> Summary:
    intake.problems += file.problems
    _find_teams(intake, file.rows)
    _find_features(intake, file.rows)
    _grow(intake, file.rows)
    rows = iter(file.rows)
    while chunk := list(islice(rows, ROWS)):
        _take_in_chunk(intake, chunk)
    teams = {intake.teams[row.team.lower()].pk for row in file.rows if row.team.lower() in intake.teams}
    action = audit.append(
        kind="exchange.import", by=by, at=intake.at, record="file", record_id=name[:40], title=name,
        team_id=teams.pop() if len(teams) == 1 else None, changes=intake.changes,
    )  # fmt: skip
    part_notice.tell(intake.to_check, by=by, at=intake.at)
    counts = intake.counts
    return Summary(
        rows=len(file.rows), new_teams=tuple(team.name for team in intake.new_teams),
        new_features=len(intake.new_features), new_calls=counts["new"], new_parts=counts["new"],
        changed=counts["changed"], unchanged=counts["unchanged"], cost_today=counts["cost_today"],
        cost_unknown=counts["cost_unknown"], doubts=dict(sorted(intake.doubts.items())), not_kept=file.not_kept,
        seq=action.seq if action else None, grown_features=counts["grown"],
    )  # fmt: skip


def _find_teams(intake: _Intake, rows: Sequence[CallRow]) -> None:
    """Each team by its name, whatever its capitals; a new one where nobody has it yet."""
    intake.teams = {team.name.lower(): team for team in Team.objects.order_by("-pk")}
    refused: set[str] = set()
    for row in rows:
        name = row.team.lower()
        team = intake.teams.get(name)
        if not name or name in refused:
            continue
        if team is None and _may_found(intake):
            team = intake.teams[name] = Team(name=row.team)
            intake.new_teams.append(team)
        refusal = _refusal(intake, team)
        if refusal:
            refused.add(name)
            intake.wrong(row, "team", row.team, refusal)
    Team.objects.bulk_create(intake.new_teams, batch_size=ROWS)
    intake.changes.add({}, audit.states(*intake.new_teams))


def _may_found(intake: _Intake) -> bool:
    return intake.person is None or access.may_administer(intake.person)


def _refusal(intake: _Intake, team: Team | None) -> str:
    if team is None:
        return "does not exist. Only an administrator can bring in new teams: check the name, or ask one"
    if team.retired_at is not None:
        return "is retired. Restore the team first, or name another one"
    if intake.person is not None and team.pk and not access.may_edit(intake.person, team):
        return "is not your team. Ask one of its members to import these rows"
    return ""


def _find_features(intake: _Intake, rows: Sequence[CallRow]) -> None:
    teams = {intake.teams[row.team.lower()] for row in rows if row.team.lower() in intake.teams}
    known = Feature.objects.filter(team__in=teams).select_related("team").order_by("-pk")
    intake.features = {(feature.team_id, feature.name.lower()): feature for feature in known}
    growths = dict(_growths(intake, rows))
    for row in rows:
        team = intake.teams.get(row.team.lower())
        if team is None or not row.feature:
            continue
        key = (team.pk, row.feature.lower())
        if key not in intake.features:
            intake.features[key] = Feature(team=team, name=row.feature, growth=growths.get(key, Decimal(0)))
            intake.new_features.append(intake.features[key])
        elif intake.features[key].retired_at is not None:
            intake.wrong(row, "feature", row.feature, "is retired. Restore the feature first, or name another one")
    Feature.objects.bulk_create(intake.new_features, batch_size=ROWS)
    intake.changes.add({}, audit.states(*intake.new_features))


def _growths(intake: _Intake, rows: Sequence[CallRow]) -> Iterator[tuple[tuple[int, str], Decimal]]:
    """What rows say of the growth of their features, by team and name."""
    for row in rows:
        team = intake.teams.get(row.team.lower())
        if team is not None and row.growth is not None:
            yield (team.pk, row.feature.lower()), row.growth


def _grow(intake: _Intake, rows: Sequence[CallRow]) -> None:
    """Features there were already, at the rate the file says. One that changes meanwhile refuses the file."""
    growths = {} if intake.problems else dict(_growths(intake, rows))
    for key, growth in growths.items():
        feature = intake.features[key]
        if feature.growth == growth:
            continue
        before = audit.states(feature)
        feature.growth = growth
        feature.write("growth")
        intake.changes.add(before, audit.states(feature))
        intake.counts["grown"] += 1


def _take_in_chunk(intake: _Intake, chunk: Sequence[CallRow]) -> None:
    """Everything is looked at, so that all problems are told at once; nothing more is written after the first."""
    known = _known(chunk)
    since = seal.not_before((part for _, parts in known.values() for part in parts), intake.at)
    new: list[tuple[Call, Part]] = []
    for row in chunk:
        team = intake.teams.get(row.team.lower())
        feature = intake.features.get((team.pk, row.feature.lower())) if team else None
        if feature is None:
            continue
        if row.key in known:
            _change(intake, row, feature, *known[row.key], since)
        elif not intake.problems:
            call, part = calls.built(feature=feature, fields=row.fields)
            pricing.apply(call, [part], book=intake.book)
            new.append((call, part))
    if not intake.problems:
        _create(intake, new)


def _known(chunk: Sequence[CallRow]) -> dict[str, tuple[Call, list[Part]]]:
    """The calls these rows name and their parts, held until the transaction ends."""
    keys = [row.fields["key"] for row in chunk]
    # Also as written: SQLite lowers only the letters of ASCII, and would miss a key with others.
    pks = {*Call.objects.with_keys(keys).values_list("pk", flat=True), *_pks(key__in=keys)}
    held = Call.objects.select_for_update(of=("self",), no_key=True).select_related("feature__team", "team")
    found = {call.pk: (call, list[Part]()) for call in held.filter(pk__in=pks).order_by("pk")}
    for part in Part.objects.filter(call__in=pks).order_by("call_id", "position"):
        part.call = found[part.call_id][0]
        found[part.call_id][1].append(part)
    return {call.key.lower(): (call, parts) for call, parts in found.values()}


def _pks(**given: Any) -> Iterable[int]:
    return Call.objects.filter(**given).values_list("pk", flat=True)


def _change(
    intake: _Intake, row: CallRow, feature: Feature, call: Call, parts: list[Part], since: datetime
) -> None:  # fmt: skip
    if call.retired_at is not None:
        return intake.wrong(row, "call_key", call.key, "names a retired call. Restore it first, or use another key")
    if call.feature_id != feature.pk:
        where = f"{call.feature.name} of {call.team.name}"
        return intake.wrong(row, "call_key", call.key, f"names a call of {where}: a file does not move calls")
    if intake.problems:
        return None
    before = audit.states(call, *parts)
    try:
        revised = calls.revise(call, parts, {name: row.fields[name] for name in row.said}, book=intake.book, at=since)
    except calls.PartsFallShort as refusal:
        missing = f"its parts would fall short: {refusal}. Change the split first"
        return intake.wrong(row, "requests_per_month", str(row.fields["requests"]), missing)
    if revised:
        calls.write(call, parts, before, call.version)
        intake.changes.add(before, audit.states(call, *parts))
        intake.to_check += part_notice.found(parts, before)
    return intake.count(call, parts, "changed" if revised else "unchanged")


def _create(intake: _Intake, new: Sequence[tuple[Call, Part]]) -> None:
    Call.objects.bulk_create(call for call, _ in new)
    for call, part in new:
        part.call = call
    Part.objects.bulk_create(part for _, part in new)
    for call, part in new:
        intake.changes.add({}, audit.states(call, part))
        intake.count(call, [part], "new")
