"""Take in a file of calls: all rows or none, as one action. A file that was taken in before changes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from inventory.domain import money
from inventory.domain.audit import Actor
from inventory.exchange.call_file import CallFile
from inventory.exchange.call_row import CallRow
from inventory.exchange.reading import Problem
from inventory.models import Person, Stale
from inventory.services import audit
from inventory.services.intake.judging import Kind
from inventory.services.intake.staging import Overtaken, Seen, Staged, Told
from inventory.services.labelling import part_notice

IMPORT = "exchange.import"
TOLD = 20  # problems that one message lists
KEPT = 1000  # problems that are kept of one file
TRIES = 3  # how often a file is worked out anew because somebody wrote what it rests on meanwhile
MEANWHILE = Problem(None, "", "", "Somebody else changed the inventory meanwhile. Try again.")


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
    to_check: int = 0  # parts whose seal it breaks

    def told(self) -> str:
        """What was done, in lines."""
        made = [(len(self.new_teams), "team"), (self.new_features, "feature"), (self.new_calls, "call")]
        new = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in made if count) or "nothing"
        unknown = f"; {self.cost_unknown:,} of unknown cost" if self.cost_unknown else ""
        some = self.changed_features
        of_features = f" Changed besides: {some:,} feature{'' if some == 1 else 's'}." if some else ""
        broken = f"\nLabels to check, at full price until both sides have done so: {self.to_check:,}." * (
            self.to_check > 0
        )
        return (
            f"This is new: {new}.\nChanged: {self.changed:,}. As they were: {self.unchanged:,}.{of_features}\n"
            f"Together they cost {money.shown(self.cost_today)} a month today{unknown}.{broken}"
        )


@dataclass(frozen=True, slots=True)
class Along:
    """What whoever takes a file in wants to hear: how many calls are worked out; that the last step begins; in it, now
    and then, that it goes on; and what was done, in the transaction that does it. What they raise ends the import."""

    told: Told = lambda rows: None
    writing: Callable[[], None] = lambda: None
    heard: Callable[[], None] = lambda: None
    done: Callable[[Any], None] = lambda done: None


ALONE = Along()  # nobody wants to hear


def import_inventory(
    *, file: CallFile, name: str, by: Actor, at: datetime, check: bool = False, person: Person | None = None,
    prefer: str = "",
) -> Summary:  # fmt: skip
    """Register the file's calls, with the teams and features they name, and change those it knows by their key.

    A cell that says nothing changes nothing. With `check` everything is done and taken back. `person` is whose rights
    count; a command has none to mind. Where both the file and the app have changed a cell since it was exported,
    `prefer` says whose value counts. Raises `Refused`, and then nothing was written.
    """

    def staged() -> Staged:
        return Staged(person=person, seen=None, problems=file.problems, at=at, prefer=prefer)

    return _settled(staged, lambda: file.rows, name, by, at, ALONE, check=check)


def import_rows(
    *, rows: Callable[[], Iterable[CallRow]], seen: Seen, name: str, by: Actor, at: datetime, person: Person,
    along: Along,
) -> Summary:  # fmt: skip
    """The same for rows somebody has looked over: refused where a call is no longer as it was `seen`. They may be asked
    for more than once."""

    def staged() -> Staged:
        return Staged(person=Person.objects.get(pk=person.pk), seen=seen, problems=(), at=at)

    return _settled(staged, rows, name, by, at, along, check=False)


def _settled(
    staged: Callable[[], Staged], rows: Callable[[], Iterable[CallRow]], name: str, by: Actor, at: datetime,
    along: Along, *, check: bool,
) -> Summary:  # fmt: skip
    """Work it out while others go on writing, then write it in one short transaction; anew where it was overtaken."""
    for _ in range(TRIES):
        with closing(staged()) as found:
            found.work_out(rows(), along.told)
            if found.problems:
                raise Refused(found.problems)
            along.writing()
            try:
                with transaction.atomic():
                    summary = _write(found, name, by, at, along)
                    transaction.set_rollback(check)
            except (Overtaken, IntegrityError, Stale):
                continue
            return summary
    raise Refused([MEANWHILE])


def _write(staged: Staged, name: str, by: Actor, at: datetime, along: Along) -> Summary:
    changes = staged.write(at=at, heard=along.heard)
    teams, counts, places = staged.teams, staged.counts, staged.judge.places
    action = audit.append(
        kind=IMPORT, by=by, at=at, record="file", record_id=name[:40], title=name,
        team_id=next(iter(teams)) if len(teams) == 1 else None, changes=changes,
    )  # fmt: skip
    part_notice.tell(staged.to_check, by=by, at=at)
    summary = Summary(
        rows=counts["rows"], new_teams=tuple(team.name for team in places.new_teams),
        new_features=len(places.new_features), new_calls=counts[Kind.NEW], new_parts=counts["parts"],
        changed=counts[Kind.CHANGED], unchanged=counts[Kind.UNCHANGED], cost_today=counts["cost_today"],
        cost_unknown=counts["cost_unknown"], doubts=dict(sorted(staged.doubts.items())),
        seq=action.seq if action else None, changed_features=len(places.changed),
        to_check=len(staged.to_check),
    )  # fmt: skip
    along.done(summary)
    return summary
