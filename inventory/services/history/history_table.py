"""What history was narrowed to, as a file: the sentences and fields of the pages, nothing that is blind for anybody."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone

from inventory.domain import lots
from inventory.exchange import history_table as files
from inventory.exchange.workbook import Book
from inventory.models import Action, Change, Team
from inventory.services.history import action as actions
from inventory.services.history import history, verification
from inventory.services.history.history import Asked, Line
from inventory.services.history.history_file import NOBODY

FORMATS = [
    ("csv", "CSV"),
    ("xlsx", "Excel"),
    ("json", "JSON"),
    ("jsonl", "All of it, for checking elsewhere"),
]
WHOLE = "jsonl"
AT_ONCE = 100  # actions held in memory
CHANGES = 500  # changes of one action held in memory
Told = Callable[[int, int], None]


def write(
    file: IO[bytes], *, form: str, asked: Asked, said: str, at: datetime, picked: Sequence[int] = (),
    told: Told = lambda done, total: None,
) -> int:  # fmt: skip
    """Write the actions asked for, newest first, as `csv`, `xlsx` or `json`; returns how many. Of them only those
    `picked` by their numbers, where some are. `said` is what was asked for, in words. `told` hears how many of at most
    how many are through."""
    head = verification.published_head()
    about = {
        "Written": f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}",
        "Asked for": said or "All of the history",
        "Blind": "Answers that are hidden from anybody are left out, whoever asked for the file.",
        files.HEAD: head,
    }
    rows = history.matching(asked)
    if picked:
        rows = rows.filter(seq__in=picked)
    if form != "xlsx":
        return _fill(files.Csv(file) if form == "csv" else files.Json(file), rows, about, told)
    with Book() as book:
        return _fill(files.Workbook(file, book), rows, about, told)


def _fill(table: files.Table, rows: QuerySet[Action], about: Mapping[str, str], told: Told) -> int:
    count, last = 0, rows.count()
    for batch in _batches(rows):
        lines = {line.seq: line for line in history.lines(batch, NOBODY)}
        teams = dict(Team.objects.filter(pk__in=[each.team_id for each in batch]).values_list("pk", "name"))
        small = _small([each for each in batch if each.seq in lines])
        for action in batch:
            if action.seq in lines:
                table.action(_action(action, lines[action.seq], teams))
                for row in small[action.pk] if action.pk in small else _large(action):
                    table.change(row)
                count += 1
        told(count, last)
    table.end({**about, "Actions": f"{count:,}"})
    return count


def _batches(found: QuerySet[Action]) -> Iterator[list[Action]]:
    rows, last = found.order_by("-seq"), None
    while batch := list((rows if last is None else rows.filter(seq__lt=last))[:AT_ONCE]):
        yield batch
        last = batch[-1].seq


def _action(action: Action, line: Line, teams: Mapping[int, str]) -> dict[str, Any]:
    return {
        "seq": line.seq, "at": line.at, "who": line.who, "reason": line.reason, "outcome": line.outcome,
        "what": f"{line.sentence} ({line.hidden})" if line.hidden else line.sentence,
        "saving": action.effect_saving, "possible": action.effect_possible, "today": action.effect_today,
        "kind": action.kind, "team": teams.get(action.team_id or 0, ""), "changes": action.changes_count,
        "reviewed": line.reviewed,
    }  # fmt: skip


def _small(batch: list[Action]) -> dict[int, list[dict[str, Any]]]:
    """The fields of every action of few changes, in as many queries as one takes."""
    few = {action.pk: action.seq for action in batch if action.changes_count <= CHANGES // AT_ONCE}
    changes = list(Change.objects.filter(action__in=few).order_by("action_id", "position"))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list, {pk: [] for pk in few})
    for change, touched in zip(changes, actions.touched(changes, NOBODY), strict=True):
        found[change.action_id] += _rows(few[change.action_id], touched)
    return found


def _large(action: Action) -> Iterator[dict[str, Any]]:
    rows = Change.objects.filter(action=action).order_by("position").iterator(chunk_size=CHANGES)
    for chunk in lots.of(rows, CHANGES):
        for touched in actions.touched(chunk, NOBODY):
            yield from _rows(action.seq, touched)


def _rows(seq: int, touched: actions.Touched) -> Iterator[dict[str, Any]]:
    """A row a field; one that names the record alone where no field is told."""
    own = {"seq": seq, "noun": touched.noun, "name": touched.name or touched.record_id, "done": touched.done}
    for field in touched.fields:
        yield {**own, "field": field.label, "before": field.before, "after": field.after}
    if not touched.fields:
        yield {**own, "field": "", "before": "", "after": touched.hidden}
