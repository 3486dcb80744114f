"""What rests on an action, and what an undo of it would rest on: the whole look at it."""

from inventory.domain import seal
from inventory.domain import undo as domain
from inventory.models import Action, Feature, Person, Team, Wave
from inventory.services.history import taken
from inventory.services.undoing import records
from inventory.services.undoing.look import Look, Piece, Row
from inventory.services.undoing.reading import Reading, frozen_since
from inventory.services.undoing.since import State

POINTING = (
    (("wave_id", "on_id"), "wave", "wave", Wave.objects.live),
    (("feature_id",), "feature", "feature", Feature.objects.live),
    (("team_id",), "team", "team", Team.objects.live),
    (("product_owner_id", "engineering_owner_id", "owner_id", "person_id"), "person", "account", Person.objects.active),
)
OF_LIVE_CALLS = ("part.", "move.", "wave.put", "wave.take_out")


def look(action: Action) -> Look:
    """The action as it would be taken back now."""
    found = Look(action, action, domain.instead(action.kind))
    if not found.why_not:
        found.root = taken.root(action)
        found.why_not = domain.instead(found.root.kind)
    if found.why_not:
        return found
    reading = Reading(found)
    rows = reading.read()
    _hanging(reading)
    _out_of_use(reading)
    for row in rows.values():
        _retired(found, row)
        _labels(reading, row)
    found.rows = sorted(rows.values(), key=lambda row: not row.says_something)
    found.teams = _teams(found)
    found.frozen = frozen_since(found)
    return found


def _hanging(reading: Reading) -> None:
    """What was made and has something of somebody else's on it stays."""
    for record in sorted({record for record, _, before, _ in reading.told if before is None}):
        for pk, belonging in records.hanging(reading.found.action, records.model_of(record)):
            key = (record, str(pk))
            row, name = reading.row(*key, reading.states.get(key, {})), reading.name(key)
            row.refused.append(f"{name} has been worked with since: {belonging} to it.")


def _out_of_use(reading: Reading) -> None:
    """What records would point to again, and nobody uses any more."""
    pointing = [(row, piece) for row in reading.rows.values() for piece in row.pieces if piece.becomes]
    for names, record, noun, usable in POINTING:
        wanted = {pk for _, piece in pointing for name in names if (pk := _state(piece).get(name))}
        there = set(usable().filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
        there |= {int(piece.record_id) for _, piece in pointing if piece.record == record and _comes_back(piece)}
        for row, piece in pointing:
            if any(pk not in there for name in names if (pk := _state(piece).get(name))):
                row.refused.append(f"{reading.name(piece.key)}: the {noun} it would go back to is not in use any more.")


def _comes_back(piece: Piece) -> bool:
    return piece.now is None or (piece.now.get("retired_at") is not None and _state(piece)["retired_at"] is None)


def _retired(found: Look, row: Row) -> None:
    """A retired call is restored before its parts and moves change."""
    if not found.root.kind.startswith(OF_LIVE_CALLS):
        return
    back = {piece.key for piece in row.pieces if "retired_at" in _state(piece) or piece.becomes is None}
    for piece in row.pieces:
        call = found.call_of(piece)
        if call is not None and call.retired_at is not None and ("call", str(call.pk)) not in back:
            row.refused.append(f"The call “{call.name}” is retired. Restore it first.")
            return


def _labels(reading: Reading, row: Row) -> None:
    """Labels that count, and rest on what is put back."""
    puts = {piece.key: piece.becomes for piece in row.pieces if piece.now is not None and piece.becomes is not None}
    for piece in row.pieces:
        part = reading.there.get(piece.key)
        if piece.key not in puts or piece.record != "part" or piece.puts_label or part is None or not part.label:
            continue
        of_call = {} if part.call.is_split else puts.get(("call", str(part.call_id)), {})
        own = {**of_call, **puts[piece.key]}
        facts = {**part.rests_on(), **{name: own[name] for name in seal.FACTS if name in own}}
        if seal.changed(part.rested_on or part.rests_on(), facts):
            name = reading.name(piece.key).replace("The ", "the ", 1)
            row.built.append(f"The label of {name} rests on what is put back: it has to be confirmed again.")


def _teams(found: Look) -> set[int]:
    """Every team whose records are touched, as they are and as they become."""
    teams = {found.action.team_id}
    features = set()
    for piece in (piece for row in found.rows for piece in row.pieces):
        there, state = found.there.get(piece.key), _state(piece)
        teams |= {
            there.pk if piece.record == "team" and there else getattr(there, "team_id", None),
            state.get("team_id"),
        }
        features.add(state.get("feature_id"))
    moved_to = [pk for pk in features if pk is not None]
    teams |= set(Feature.objects.filter(pk__in=moved_to).values_list("team_id", flat=True))
    return {pk for pk in teams if pk is not None}


def _state(piece: Piece) -> State:
    return piece.becomes or {}
