"""Rows that were exported from here: what each of them said then, held against the file and what stands now."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inventory.exchange import call_row, part_row, stamp
from inventory.exchange.call_row import CallRow
from inventory.exchange.merge import Clash, Kept, Merged, merged
from inventory.exchange.part_row import PartRow
from inventory.exchange.reading import Problem
from inventory.models import Call, Part
from inventory.services.intake.exported import Known, Past
from inventory.services.intake.places import FIELDS, Places

FILE, APP = "file", "app"  # whose value counts where both were changed
CHOICES = {FILE: "the file's", APP: "the app's"}
Cells = dict[str, str]


@dataclass(slots=True)
class Settled:
    """`row` is the row as it is to be judged: without a stamp that counts, as it came."""

    row: CallRow
    problems: list[Problem] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


class Origins:
    """Looks at rows lot by lot. With `prefer`, nobody is asked where both were changed.

    What stood at an export follows from history: what was done since, taken off what stands now. Eight queries a lot
    at most, whatever its rows say.
    """

    def __init__(self, places: Places, prefer: str = "") -> None:
        self.places, self.prefer = places, prefer
        self.past = Past()
        self.foreign = 0  # rows that another installation exported
        self.used: set[int] = set()
        self.counts: set[int] = set()  # how many calls each of the exports held
        self._asked: set[tuple[int, str]] = set()  # of a feature: asked once, whatever the number of its rows
        self._known: Known = {}
        self._parts: dict[str, Sequence[Part]] = {}  # by the key of their call

    @property
    def missing(self) -> int:
        """How many calls of the export the rows so far do not name; 0 where they come from several."""
        return max(0, next(iter(self.counts)) - len(self.used)) if len(self.counts) == 1 else 0

    def look_up(self, rows: Sequence[CallRow], known: Known) -> None:
        """`known` are all calls that the rows name, with their parts, by number."""
        self._known = known
        self._parts = {call.key.lower(): parts for call, parts in known.values()}
        stamps = [row.stamp for row in rows if row.stamp]
        stamps += [part.stamp for row in rows for part in row.parts if part.stamp]
        self.past.look_up(stamps, known)

    def of(self, row: CallRow) -> Settled:
        settled = self._of_call(row)
        return self._with_parts(settled) if row.parts and not settled.problems else settled

    def _of_call(self, row: CallRow) -> Settled:
        if row.stamp is None:
            return Settled(row)
        if not self.past.has(row.stamp, Call.RECORD):
            self.foreign += 1
            return Settled(row)
        key = str(row.fields["key"])
        if row.stamp.pk not in self._known:
            told = f"names a call that was deleted since the export. To register it anew, empty {stamp.COLUMN}"
            return Settled(row, [Problem(row.number, "call_key", key, told)])
        call, parts = self._known[row.stamp.pk]
        then = self.past.call(call, row.stamp.seq)
        if row.key not in (call.key.lower(), then.key.lower()):
            return self._renamed(row, call, key)
        self.used.add(call.pk)
        self.counts.add(row.stamp.count)
        if _home(row.team, row.feature) not in (_home_of(call), _home_of(then)):
            told = f"names a call of {call.feature.name} of {call.feature.team.name}: a file does not move calls"
            return Settled(row, [Problem(row.number, "feature", row.feature, told)])
        now, before = self._cells(call, parts), [self.past.at(part, row.stamp.seq) for part in parts]
        is_same = then is call and all(one is other for one, other in zip(before, parts, strict=True))
        return self._merged(row, call, now, now if is_same else self._cells(then, before))

    def _renamed(self, row: CallRow, call: Call, key: str) -> Settled:
        if call.pk in self.used:
            return Settled(row)  # somebody has copied the row to register a call like it
        told = f"is not the key of the call that this row was exported from. Write {call.key}, or empty {stamp.COLUMN}"
        return Settled(row, [Problem(row.number, "call_key", key, f"{told} to register another call")])

    def _merged(self, row: CallRow, call: Call, now: Cells, was: Cells) -> Settled:
        home = {"team": call.feature.team.name, "feature": call.feature.name}
        said = call_row.as_said(row) | {"call_key": call.key}
        file = said | {c: call_row.EMPTIED[c] for c in row.blank if call_row.EMPTIED[c] != was.get(c, "")}
        if all(now.get(column, "") == text for column, text in file.items()):
            row = replace(row, team=home["team"], feature=home["feature"], growth=None, owners={}, uses={})
            return Settled(replace(row, fields={**row.fields, "key": call.key}))
        found = self._decided(merged(row.number, file, was, now))
        for column in call_row.OF_FEATURE:
            if found.cells.get(column) == now[column]:
                found.cells.pop(column)  # as it is
        clashes = [each for each in found.clashes if self._is_asked(call, each.column)]
        again = call_row.again(row.number, {**home, **found.cells}, row.parts)
        return Settled(again, [], clashes, found.kept)

    def _with_parts(self, settled: Settled) -> Settled:
        row, parts = settled.row, list[PartRow]()
        own = {part.pk: part for part in self._parts.get(row.key, ())}
        for each in row.parts:
            if each.stamp is None or not own or not self.past.has(each.stamp, Part.RECORD):
                parts.append(each)
            elif part := own.get(each.stamp.pk):
                parts.append(self._merged_part(each, part, self.past.at(part, each.stamp.seq), settled))
            else:
                told = f"was taken away since the export. To add it anew, empty {stamp.COLUMN}"
                settled.problems.append(Problem(each.number, "part", each.name, told))
        settled.row = replace(row, parts=tuple(parts))
        return settled

    def _merged_part(self, row: PartRow, part: Part, then: Part, settled: Settled) -> PartRow:
        now, was = _cells_of(part), _cells_of(then)
        said = part_row.written(row.fields, row.said)
        file = said | {c: part_row.EMPTIED[c] for c in row.blank if part_row.EMPTIED[c] != was[c]}
        found = self._decided(merged(row.number, file, was, now))
        settled.clashes += found.clashes
        settled.kept += found.kept
        return part_row.again(row.number, found.cells, part.pk)

    def _decided(self, found: Merged) -> Merged:
        """What nobody has to be asked for is as it was said."""
        if self.prefer == FILE:
            found.cells |= {clash.column: clash.file for clash in found.clashes}
        if self.prefer:
            found.clashes = []
        found.clashes.sort(key=lambda each: call_row.COLUMNS.index(each.column))
        return found

    def _is_asked(self, call: Call, column: str) -> bool:
        key = (call.feature_id, column)
        if column not in call_row.OF_FEATURE:
            return True
        is_first = key not in self._asked
        self._asked.add(key)
        return is_first

    def _cells(self, call: Call, parts: Sequence[Part]) -> Cells:
        fields = {name: getattr(call, name) for names in call_row.FIELDS.values() for name in names}
        shown = self.places.shown
        of_feature = {column: shown(column, getattr(call.feature, name)) for column, name in FIELDS.items()}
        uses = {} if call.is_split or not parts else {name: getattr(parts[0], name) for name in part_row.TEXTS}
        return call_row.written(fields) | of_feature | uses


def _cells_of(part: Part) -> Cells:
    return part_row.written({name: getattr(part, name) for names in part_row.FIELDS.values() for name in names})


def _home(team: str, feature: str) -> tuple[str, str]:
    return team.lower(), feature.lower()


def _home_of(call: Call) -> tuple[str, str]:
    return _home(call.feature.team.name, call.feature.name)
