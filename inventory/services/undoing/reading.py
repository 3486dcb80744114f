"""The changes of an action read against the records as they are. In a number of queries that does not grow with the
action."""

from collections.abc import Collection

from django.db.models import Count

from inventory.domain import audit, audit_words, part, seal
from inventory.domain import undo as domain
from inventory.domain.undo import LABEL
from inventory.models import Frozen, FrozenCall
from inventory.models.call import PROFILE
from inventory.services import audit as audits
from inventory.services.history import taken
from inventory.services.history.action import kept_state
from inventory.services.history.taken import Key
from inventory.services.undoing import records
from inventory.services.undoing.look import WHOLE, Look, Piece, Row
from inventory.services.undoing.since import Since, State

IN_STEP = frozenset(("name", "model", *PROFILE))  # of the one part of a call that is not split: the call's own
WITH = {"part": ("call",), "dependency": ("wave", "on"), "membership": ("team", "person")}
VERSIONS = 5  # frozen versions that are named


class Reading:
    """The changes of one action held against the records as they are."""

    def __init__(self, found: Look) -> None:
        self.found, self.there = found, found.there
        self.told = [
            (each.record, each.record_id, kept_state(each.before), kept_state(each.after))
            for each in found.action.changes.order_by("position")
        ]
        for record in sorted({record for record, *_ in self.told}):
            rows = records.ids(found.action, records.model_of(record)).select_related(*WITH.get(record, ()))
            self.there.update({(record, str(row.pk)): row for row in rows})
        self.since = Since(found.action, self.told)
        self.states = {key: dict(audit.kept(audits.states(row)[key[0], row.pk])) for key, row in self.there.items()}
        self.befores = {(record, pk): before or {} for record, pk, before, _ in self.told}
        self.rows: dict[str, Row] = {}

    def read(self) -> dict[str, Row]:
        taken_by = taken.records(self.found.action)
        for record, record_id, before, after in self.told:
            row = self.row(record, record_id, before or after or {})
            done = taken_by.get((record, record_id))
            if done is not None and done.names is None:
                row.taken_by = row.taken_by or done.seq
            elif done is not None:
                row.partly_by = done.seq
                before, after = _without(done.names, before), _without(done.names, after)
            row.pieces += self._pieces(row, (record, record_id), before, after)
        for row in self.rows.values():
            if row.partly_by is not None and not any(piece.does_something for piece in row.pieces):
                row.taken_by = row.taken_by or row.partly_by
        return self.rows

    def row(self, record: str, record_id: str, state: State) -> Row:
        """That of its call where the action did the same to many calls, else that of all of it."""
        key = WHOLE
        if self.found.way.by_rows:
            there = self.there.get((record, record_id))
            key = f"call:{record_id if record == 'call' else getattr(there, 'call_id', state.get('call_id'))}"
        return self.rows.setdefault(key, Row(key))

    def _pieces(self, row: Row, key: Key, before: State | None, after: State | None) -> list[Piece]:
        now = self.states.get(key)
        if after is None:
            if now is not None:
                row.refused.append(f"{self.name(key)} is there again.")
            return [Piece(*key, None, before)]
        if now is None:
            row.refused.append(f"{self.name(key)} is not there any more{self.since.by(key)}.")
            return []
        if before is None:
            self._as_made(row, key, now, after)
            return [Piece(*key, now, None)]
        return [self._changed(row, key, now, before, after)]

    def _as_made(self, row: Row, key: Key, now: State, after: State) -> None:
        """What was made goes only where it still is as it was made."""
        follows = domain.FOLLOWS.get(key[0], frozenset())
        touched = [name for name in after if name not in follows and name in now and now[name] != after[name]]
        if touched:
            row.refused.append(
                f"{self.name(key)} was changed since{self.since.by(key, touched)}. Take that back first."
            )

    def _changed(self, row: Row, key: Key, now: State, before: State, after: State) -> Piece:
        back: State = {}
        is_part = key[0] == "part"
        in_step = IN_STEP if is_part and not self.there[key].call.is_split else frozenset()
        apart = domain.FOLLOWS.get(key[0], frozenset()) | in_step | (LABEL if is_part else frozenset())
        for name, value in before.items():
            if name in apart or name not in now or now[name] == value:
                continue
            if now[name] != after[name]:
                self._set_since(row, key, name)
            back[name] = value
        puts_label = is_part and self._label_as_left(key, now, before)
        if puts_label:
            back |= {name: value for name, value in before.items() if name in LABEL}
        elif is_part and any(name in LABEL and now[name] != value for name, value in before.items()):
            self._label_moved_on(row, key)
        if "wave_id" in back and "status" not in before and self.since.left(key, "status", now) != now["status"]:
            further = f"{self.name(key)}: its move has come further since{self.since.by(key, ['status'])}."
            row.refused.append(f"{further} Take that back first.")
        if back.get("wave_id") and self.since.left(key, "team_id", now) != now["team_id"]:
            row.refused.append(f"{self.name(key)} has gone to another team since, whose waves are others.")
        return Piece(*key, {name: now[name] for name in back}, back, puts_label)

    def _set_since(self, row: Row, key: Key, name: str) -> None:
        if domain.is_step(key[0], name):
            what = audit_words.label(name, "", key[0]).lower()
            row.refused.append(
                f"{self.name(key)}: {what} was changed since{self.since.by(key, [name])}. Take that back first."
            )
        elif seq := self.since.last(key, [name]):
            row.overrides[seq].append((key, name))

    def _label_as_left(self, key: Key, now: State, before: State) -> bool:
        """Whether the label is what the action made of it, or was broken and still is, on facts that are all put back,
        and nobody has answered since: only then is what both sides had said by then what they say still."""
        if not LABEL & before.keys() or key[1] in self.since.answered:
            return False
        left = {name: self.since.left(key, name, now) for name in LABEL}
        if all(left[name] == now[name] for name in LABEL):
            return True
        is_broken = left["state"] == now["state"] == part.State.CHECK_NEEDED
        reasons = [state["rested_on"].get("because") for state in (left, now)]
        return is_broken and reasons[0] == reasons[1] and self._holds(key, now, before)

    def _holds(self, key: Key, now: State, before: State) -> bool:
        """Whether the facts the label rested on are as they were once all is put back."""
        found, of_call = self.there[key], self.befores.get(("call", str(self.there[key].call_id)), {})
        model = before.get("model", found.model) or of_call.get("model") or found.call.model
        facts = {**found.rests_on(), **{name: before[name] for name in seal.FACTS if name in before}, "model": model}
        rested_on = before.get("rested_on") or now["rested_on"]
        return bool(rested_on) and not seal.changed(rested_on, facts)

    def _label_moved_on(self, row: Row, key: Key) -> None:
        if self.found.root.kind == "move.walk_back":
            row.refused.append(f"{self.name(key)} was answered anew since. Set the status of its move on its page.")
        else:
            name = self.name(key).replace("The ", "the ", 1)
            by = self.since.by(key, LABEL)
            row.built.append(
                f"The label of {name} has moved on since{by}: it is not put back, it follows from what was said."
            )

    def name(self, key: Key) -> str:
        """The record as it is called, or was when it went."""
        noun = audit_words.RECORDS.get(key[0], key[0]).lower()
        there, later = self.there.get(key), self.since.later.get(key)
        was = (later[-1].before if later else None) or {}
        name = "" if key[0] == "sheet" else str(there) if there is not None else str(was.get("name", ""))
        return f"The {noun} “{name}”" if name else f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"


def _without(names: Collection[str] | None, state: State | None) -> State | None:
    return None if state is None else {name: value for name, value in state.items() if name not in (names or ())}


def frozen_since(found: Look) -> list[tuple[Frozen, int]]:
    """They are evidence, and stay as they are."""
    calls = {call.pk for row in found.rows for piece in row.pieces if (call := found.call_of(piece))}
    versions = {
        each.pk: each for each in Frozen.objects.filter(frozen_at__gt=found.action.at).order_by("-pk")[:VERSIONS]
    }
    if not calls or not versions:
        return []
    held = FrozenCall.objects.filter(frozen__in=versions, call_id__in=calls).order_by("-frozen").values_list("frozen")
    return [(versions[pk], count) for pk, count in held.annotate(Count("pk"))]
