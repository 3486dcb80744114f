"""What of an action can be taken back by itself: its fields one by one, but together those that belong together."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from inventory.domain import seal
from inventory.domain import undo as domain
from inventory.models.call import PROFILE
from inventory.models.overruled import OVERRULES
from inventory.services.history.taken import Key
from inventory.services.undoing.look import Look, Piece, Row

Item = tuple[Key, str]  # a field of a record; no name where the record goes or comes back
MAY_GO_ALONE = "dependency"  # of what is made or taken away; all else of it holds the action together
STEP = "It was one step: all of it is taken back, or nothing."
LABEL = "The label rests on these facts: it comes back with all of them, or stays as it is."
SPLIT = "The parts of a split do the work of their call together: their figures go back together."
# By record: where the first field changed, the others that belong to it, and why.
BELONGING = {
    "call": (
        ("figures", frozenset(PROFILE), "Whether figures were measured or typed is said of all of them."),
        ("provider", frozenset(("model",)), "A model is one of its provider."),
        ("path_assumed", frozenset(("today_path",)), "That a path was assumed is said of that path."),
        ("source_commit", frozenset(("source_repository",)), "A commit is one of its repository."),
    ),
    "part": tuple(
        (name, frozenset((f"{name.removesuffix('_why')}_set",)), "A reason belongs to what it was given for.")
        for name in OVERRULES
        if name.endswith("_why")
    ),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """Fields that go back together; `why`, where there are several."""

    items: tuple[Item, ...]
    why: str = ""

    @property
    def key(self) -> str:
        (record, record_id), name = self.items[0]
        return f"{record}:{record_id}:{name}"


def of(found: Look, row: Row) -> list[Unit]:
    """Each field that would change in exactly one of them, in the order of the records."""
    items = [item for piece in row.pieces if piece.does_something for item in _items(piece)]
    if any(_holds_all(piece) for piece in row.pieces):
        return [Unit(tuple(items), STEP)] if items else []
    units = [Unit((item,)) for item in items]
    for group, why in _together(found, row):
        units = _joined(units, group, why)
    return units


def narrowed(found: Look, row: Row, keys: Collection[str]) -> Row:
    """The row with only the fields of these units; the row itself where they are all of it, or it has but one."""
    units = of(found, row)
    if len(units) == 1 or all(unit.key in keys for unit in units):
        return row  # of one alone the row is ticked
    chosen = {item for unit in units if unit.key in keys for item in unit.items}
    return replace(row, pieces=[piece for each in row.pieces if (piece := _only(each, chosen)) is not None])


def _items(piece: Piece) -> list[Item]:
    if piece.now is None or piece.becomes is None:
        return [(piece.key, "")]
    return [(piece.key, name) for name in piece.becomes]


def _holds_all(piece: Piece) -> bool:
    if piece.record == MAY_GO_ALONE or not piece.does_something:
        return False
    is_whole = piece.now is None or piece.becomes is None
    return is_whole or any(domain.is_step(piece.record, name) for name in piece.becomes or {})


def _only(piece: Piece, chosen: Collection[Item]) -> Piece | None:
    if piece.now is None or piece.becomes is None:
        return piece if (piece.key, "") in chosen else None
    names = [name for name in piece.becomes if (piece.key, name) in chosen]
    if not names:
        return None
    puts_label = piece.puts_label and not domain.LABEL.isdisjoint(names)
    now, becomes = ({name: state[name] for name in names} for state in (piece.now, piece.becomes))
    return replace(piece, now=now, becomes=becomes, puts_label=puts_label)


def _together(found: Look, row: Row) -> Iterator[tuple[set[Item], str]]:
    for piece in row.pieces:
        for first, others, why in BELONGING.get(piece.record, ()):
            if first in (piece.becomes or {}):
                yield _named(piece, {first, *others}), why
    for pieces in _by_call(found, row.pieces):
        if _is_split(found, pieces):
            yield set().union(*(_named(piece, PROFILE) for piece in pieces)), SPLIT
        for piece in pieces:
            if piece.puts_label:
                alone = [] if _is_split(found, pieces) else [each for each in pieces if each.record == "call"]
                facts = set().union(*(_named(each, seal.FACTS) for each in [piece, *alone]))
                yield _named(piece, domain.LABEL) | facts, LABEL


def _by_call(found: Look, pieces: Iterable[Piece]) -> Iterable[list[Piece]]:
    of_call: dict[int, list[Piece]] = {}
    for piece in pieces:
        call = found.call_of(piece)
        if call is not None:
            of_call.setdefault(call.pk, []).append(piece)
    return of_call.values()


def _is_split(found: Look, pieces: Collection[Piece]) -> bool:
    return any(call.is_split for piece in pieces if (call := found.call_of(piece)) is not None)


def _named(piece: Piece, names: Collection[str]) -> set[Item]:
    return {(piece.key, name) for name in piece.becomes or {} if name in names}


def _joined(units: Iterable[Unit], group: Collection[Item], why: str) -> list[Unit]:
    """Those that share a field with the group made one, at the place of the first."""
    found = list(units)
    touched = [unit for unit in found if not set(unit.items).isdisjoint(group)]
    if len(touched) < 2:
        return found
    whys = dict.fromkeys(each for each in (*(unit.why for unit in touched), why) if each)
    one = Unit(tuple(item for unit in touched for item in unit.items), " ".join(whys))
    return [one if unit is touched[0] else unit for unit in found if unit is touched[0] or unit not in touched]
