"""Take back one action, or some of what it did, as one action of its own: all that was looked at, or nothing."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from inventory.domain import audit_words, lots
from inventory.domain import undo as domain
from inventory.domain.audit import Actor
from inventory.domain.status import MEMBERS_MAY, Status
from inventory.domain.undo import May
from inventory.models import Action, Call, Feature, Person, Stale, Team
from inventory.services import access, audit
from inventory.services.calls import call as calls
from inventory.services.calls import feature
from inventory.services.history import taken
from inventory.services.labelling import part_notice
from inventory.services.people import team
from inventory.services.planning import wave
from inventory.services.undoing import built, calls_back, places_back, units
from inventory.services.undoing.look import Look, Piece, Row
from inventory.services.undoing.work import Work

REFUSALS: Mapping[type[Exception], str] = {
    calls.KeyTaken: "Another call has the key by now that it had.",
    calls.FeatureRetired: "Its feature is retired. Restore the feature first.",
    calls.PartsFallShort: "The parts of the split would not do all the work of the call. Change the split first.",
    calls_back.WrongParts: "The parts of the call are others by now. Take the split back first.",
    feature.NameTaken: "The team has another feature of the name by now that it had.",
    feature.TeamRetired: "Its team is retired. Restore the team first.",
    feature.GuessFrozen: "The first guess is asked before the first label, and one counts by now.",
    feature.HasLiveCalls: "It has calls by now that are not retired.",
    team.NameTaken: "Another team has the name by now that it had.",
    team.NotEmpty: "It has features by now that are not retired.",
    team.LastLead: "The team would have no lead left who can sign in.",
    wave.NameTaken: "The team has another wave of the name by now that it had.",
    wave.WaveRetired: "A wave it depends on was given up.",
    IntegrityError: "It does not fit what is there now: something has taken its place.",
}


class Refused(Exception):
    """Nothing was taken back; says why."""


class ChangedMeanwhile(Exception):
    """It is not as it was when it was looked at: nothing was taken back. Look again."""


def may_take_back(person: Person, found: Look) -> bool:
    """Whoever may do the thing itself, in every team it touches."""
    if person.is_administrator:
        return True
    may = access.may_edit if found.way.may is May.EDIT or _is_members_step(found) else access.may_lead
    return found.way.may is not May.ADMINISTER and bool(found.teams) and all(may(person, pk) for pk in found.teams)


def might_take_back(person: Person, action: Action) -> bool:
    """Whether to offer a look at it; what is looked at decides."""
    if domain.instead(action.kind):
        return False
    return person.is_administrator or (action.team_id is not None and access.may_edit(person, action.team_id))


def is_by_rows(action: Action) -> bool:
    """Whether some of what it did can be left as it is."""
    return domain.WAYS[taken.root(action).kind].by_rows


def take_back(
    *,
    action: Action,
    keys: Collection[str] | None,
    fields: Collection[str] | None = None,
    stamp: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Action:
    """Take back what these rows name, all that can be where None, if it is all still as the `stamp` says; of them only
    the `fields` of these units, all where None. Raises `ChangedMeanwhile` and `Refused`, and then nothing was written.
    """
    try:
        return _in_one(action, keys, fields, stamp=stamp, reason=reason, by=by, at=at)
    except Stale as changed:
        raise ChangedMeanwhile from changed
    except tuple(REFUSALS) as refusal:
        raise Refused(next(said for kind, said in REFUSALS.items() if isinstance(refusal, kind))) from refusal
    except wave.OutOfOrder as refusal:
        raise Refused(f"The waves would not follow each other: {refusal}.") from refusal


@transaction.atomic
def _in_one(
    action: Action, keys: Collection[str] | None, fields: Collection[str] | None, *, stamp: str, reason: str,
    by: Actor, at: datetime,
) -> Action:  # fmt: skip
    _hold(built.look(action))
    found = built.look(action)  # once more, now that nobody can change it
    if found.why_not or found.stamp != stamp:
        raise ChangedMeanwhile
    rows = [row for row in found.open if keys is None or row.key in keys]
    if fields is not None:
        rows = [units.narrowed(found, row, fields) for row in rows]
    if not any(row.pieces for row in rows):
        raise Refused("Nothing of it was chosen that can be taken back.")
    work = Work(rows, by=by, at=at)
    places_back.before_calls(work)
    calls_back.write(work)
    places_back.after_calls(work)
    made = audit.append(
        kind=_kind(found, rows), by=by, at=at, record=taken.RECORD, record_id=str(action.seq), title=_title(found.root),
        team_id=action.team_id, changes=work.changes(), reason=reason,
    )  # fmt: skip
    if made is None:
        raise Refused("It is all as it was before already.")
    part_notice.tell(work.to_check, by=by, at=at)
    return made


def _kind(found: Look, rows: Collection[Row]) -> str:
    if found.action is not found.root:
        return domain.REDO
    if any(row.partly_by is not None or row not in found.rows for row in rows):
        return domain.FIELDS
    return domain.WHOLE if len(rows) == len(found.rows) else domain.SOME


def _title(root: Action) -> str:
    """Of memberships, whose titles are living names, what they are."""
    return root.title or audit_words.RECORDS.get(root.record, root.record).lower()


def _hold(found: Look) -> None:
    """In the order everybody holds them: waves, people, teams, features, calls. People are held as owners they shall be
    again: nobody deactivates them meanwhile."""
    if found.why_not:
        return
    pieces = [piece for row in found.rows for piece in row.pieces]
    if any(piece.record in ("wave", "dependency") or "wave_id" in (piece.becomes or {}) for piece in pieces):
        wave.held()
    features = {pk for piece in pieces for pk in (_feature(found, piece.key), (piece.becomes or {}).get("feature_id"))}
    parts = {(piece.becomes or {}).get("call_id") for piece in pieces if piece.record == "part"}
    _held(Person, {(piece.becomes or {}).get(name) for piece in pieces for name in feature.OWNERS})
    _held(Team, found.teams)
    _held(Feature, features)
    _held(Call, {call.pk for piece in pieces if (call := found.call_of(piece))} | parts | _following(pieces))


def _following(pieces: Collection[Piece]) -> set[int]:
    """The calls that follow a team whose rule, or a feature whose team or name, is put back."""
    rules = [
        piece.record_id for piece in pieces if piece.record == "team" and "one_side_enough" in (piece.becomes or {})
    ]
    moved = [
        piece.record_id
        for piece in pieces
        if piece.record == "feature" and {"name", "team_id"} & (piece.becomes or {}).keys()
    ]
    calls_of = Call.objects.filter(Q(team__in=rules) | Q(feature__in=moved))
    return set(calls_of.values_list("pk", flat=True)) if rules or moved else set()


def _feature(found: Look, key: taken.Key) -> int | None:
    there = found.there.get(key)
    return there.pk if there is not None and key[0] == "feature" else getattr(there, "feature_id", None)


def _held(model: type[Call | Feature | Person | Team], pks: Iterable[int | None]) -> None:
    for some in lots.of(sorted(pk for pk in pks if pk is not None)):
        list(model._base_manager.select_for_update(no_key=True).filter(pk__in=some).order_by("pk").values_list("pk"))


def _is_members_step(found: Look) -> bool:
    """The steps of a move that members may take, back as well as forth."""
    if found.way.may is not May.STEP:
        return False
    steps = [
        (Status((piece.now or {})["status"]), Status((piece.becomes or {})["status"]))
        for row in found.rows
        for piece in row.pieces
        if "status" in (piece.becomes or {})
    ]
    return bool(steps) and all(step in MEMBERS_MAY for step in steps)
