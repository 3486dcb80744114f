"""One action opened: every record it touched, field by field before and after, in words."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone

from inventory.domain import audit_words, doubt, money, waiting
from inventory.domain.digits import is_number
from inventory.models import Change, Person, PriceRow
from inventory.services.history import replay
from inventory.services.labelling import blind

State = dict[str, Any]
Names = dict[tuple[str, str], str]
HIDDEN = "The answers are hidden until both sides are in, or a lead opens them."


@dataclass(frozen=True, slots=True)
class Field:
    label: str
    before: str
    after: str
    name: str = ""  # as it is stored; empty for an answer


@dataclass(frozen=True, slots=True)
class Touched:
    """One record: what happened to it and its fields; of a blind sheet only what `hidden` says."""

    record: str
    record_id: str
    noun: str
    name: str
    done: str
    fields: list[Field]
    hidden: str = ""


def touched(changes: Sequence[Change], viewer: Person, *, by_name: bool = True) -> list[Touched]:
    """The changes in words, in a fixed number of queries; the records themselves without a name where nobody asks."""
    states = [(kept_state(change.before), kept_state(change.after)) for change in changes]
    sheets = blind.visibility((change.record_id for change in changes if change.record == "sheet"), viewer)
    names = _names(changes, states, by_name=by_name)
    return [
        _touched(change, before, after, names, sheets) for change, (before, after) in zip(changes, states, strict=True)
    ]


@cache
def field_choices() -> list[tuple[str, str]]:
    """Every field one can look for, as it is traced (`part.deadline`) and in words, by record and then by name."""
    models = _models()
    found = [
        (f"{record}.{field}", f"{audit_words.RECORDS[record]}: {_label(models[record], field).lower()}")
        for record in audit_words.SOUGHT
        for field in models[record].HISTORY
        if field != "is_demo"
    ]
    return sorted(found, key=lambda choice: (choice[1], choice[0]))


def label(record: str, field: str) -> str:
    """How that field of a record is called."""
    return _label(_models().get(record), field)


def name(record: str, record_id: str) -> str:
    """How a record is called now, or was last; empty where history never heard of it."""
    found = _named([(record, record_id)]).get((record, record_id), "")
    if found:
        return found
    told = (
        Change.objects.filter(record=record, record_id=record_id).order_by("-pk").values_list("before", "after").first()
    )
    return "" if told is None else _own_name(record, kept_state(told[0]), kept_state(told[1])) or "not there any more"


def _touched(
    change: Change, before: State | None, after: State | None, names: Names, sheets: dict[str, blind.Told]
) -> Touched:
    noun = audit_words.RECORDS.get(change.record, change.record.replace("_", " "))
    called = names.get((change.record, change.record_id), "") or _own_name(change.record, before, after)
    done = "created" if before is None else "removed" if after is None else "changed"
    told = sheets.get(change.record_id) if change.record == "sheet" else None
    if told is not None:
        called = f"{told.side} on {called}" if called else told.side
    if change.record == "sheet" and (told is None or told.hidden):
        return Touched(change.record, change.record_id, noun, called, done, [], HIDDEN)
    return Touched(
        change.record,
        change.record_id,
        noun,
        called,
        done,
        list(_fields(change.record, before or {}, after or {}, names, told)),
    )


def _fields(record: str, before: State, after: State, names: Names, told: blind.Told | None = None) -> Iterator[Field]:
    model = _models().get(record)
    known = _places(model)
    for field in sorted({*before, *after}, key=lambda name: (known.get(name, len(known)), name)):
        was, now = before.get(field), after.get(field)
        if record == "sheet" and field == "answers":
            yield from _answers(was or {}, now or {}, told.test_version if told else waiting.CURRENT.version)
        elif _says_something(was) or _says_something(now):
            shown = [_value(model, field, each, names) for each in (was, now)]
            yield Field(_label(model, field), shown[0], shown[1], field)


def _answers(was: State, now: State, version: int) -> Iterator[Field]:
    """Each question whose answer differs, as it stands among the check answers."""
    for question in waiting.TESTS.get(version, waiting.CURRENT).questions:
        before, after = was.get(question.id), now.get(question.id)
        if before != after:
            yield Field(
                question.label,
                question.said(before) or audit_words.NOTHING,
                question.said(after) or audit_words.NOTHING,
            )


@cache
def _places(model: Any) -> dict[str, int]:
    """The place at which each kept field is told."""
    return {name: place for place, name in enumerate(model.HISTORY if model else ())}


@cache
def _choices(field: Any) -> dict[object, str]:
    """The words of a field's choices; none for one that has no choices or is not known any more."""
    return {stored: str(words) for stored, words in getattr(field, "flatchoices", None) or ()}


@cache
def _label(model: Any, field: str) -> str:
    own = str(getattr(_field(model, field), "verbose_name", ""))
    return audit_words.label(field, own, model.RECORD if model else "")


def _says_something(stored: object) -> bool:
    return stored not in (None, "", [], {})


def _value(model: Any, field: str, stored: object, names: Names) -> str:
    known = _field(model, field)
    if stored is not None and known is not None and known.is_relation:
        record = known.related_model.RECORD
        return (
            names.get((record, str(stored)))
            or f"{audit_words.RECORDS.get(record, record)} {stored}, not there any more"
        )
    if isinstance(stored, str):
        at = audit_words.moment(stored)
        if at is not None:
            return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
        return _choices(known).get(stored) or audit_words.value(field, stored)
    if model is PriceRow and field in PriceRow.PRICES and isinstance(stored, int) and not isinstance(stored, bool):
        return f"{money.rate_shown(stored)} per million tokens"
    if field == "doubts" and isinstance(stored, list):
        return audit_words.value(field, [doubt.WORDS.get(code, code) for code in stored])
    return audit_words.value(field, stored)


def _names(changes: Sequence[Change], states: Iterable[tuple[State | None, State | None]], *, by_name: bool) -> Names:
    """Every record these changes are about or point to, by its living name."""
    wanted = {(change.record, change.record_id) for change in changes if by_name}
    for change, both in zip(changes, states, strict=True):
        model = _models().get(change.record)
        for field, stored in ((field, each) for state in both if state for field, each in state.items()):
            known = _field(model, field)
            if stored is not None and known is not None and known.is_relation:
                wanted.add((known.related_model.RECORD, str(stored)))
    return _named(wanted)


def _named(wanted: Iterable[tuple[str, str]]) -> Names:
    found: Names = {}
    pairs = list(wanted)
    for record in {record for record, _ in pairs}:
        model = _models().get(record)
        numbers = [int(each) for kind, each in pairs if kind == record and is_number(each)]
        if model is None or not numbers:
            continue
        related = {
            "sheet": ("part",), "membership": ("team", "person"), "comment": ("call",), "dependency": ("wave", "on"),
        }.get(record, ())  # fmt: skip
        rows = model._base_manager.filter(pk__in=numbers)
        for row in rows.select_related(*related) if related else rows:
            found[record, str(row.pk)] = row.part.name if record == "sheet" else str(row)
    return found


def _own_name(record: str, before: State | None, after: State | None) -> str:
    """What the change itself calls the record: all that is left of one that was removed."""
    for state in (after, before):
        if state and isinstance(state.get("name") or state.get("key"), str):
            return str(state.get("name") or state.get("key"))
    return ""


def kept_state(text: str) -> State | None:
    """What cannot be read counts as nothing: `verify_history` names it."""
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return {}
    return found if found is None or isinstance(found, dict) else {}


@cache
def _models() -> dict[str, Any]:
    return {model.RECORD: model for model in replay.recorded()}


@cache
def _field(model: Any, name: str) -> Any:
    """The model's field of a kept one, `team` for `team_id`; None for one it no longer has."""
    if model is None:
        return None
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return next((field for field in model._meta.concrete_fields if field.attname == name), None)
    return found
