"""Calls, their parts and sheets put back by the rules of an edit: parts cover their call, a seal that rested on what
changes is broken, and all of it is priced anew. Where the label comes back as it was, its seal does too."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from inventory.domain import lots
from inventory.models import Call, Feature, Part, Sheet
from inventory.services import audit, clash
from inventory.services.calls import call as calls
from inventory.services.history import replay
from inventory.services.labelling import part_notice, recount, seal
from inventory.services.prices import pricing
from inventory.services.undoing.work import Work

# By what a move is arranged and weighed, and nothing is priced.
WEIGHED = frozenset((
    "wave_id", "status", *(f"{name}_{what}" for name in ("effort", "risk", "ready") for what in ("set", "why")),
))  # fmt: skip


class WrongParts(Exception):
    """A call that is not split has one part, one that is has several."""


def write(work: Work) -> None:
    """All of them. What was made goes last: nothing of it is left to point to."""
    for call in work.back("call"):
        call.search_text = calls.search_text(call)
        with clash.refused("call_key_once", as_=calls.KeyTaken):
            call.save(force_insert=True)
    gone = {*work.gone("call")}
    for some in lots.of(sorted(_concerned(work) - gone)):
        _some(work, some)
    for call in Call.objects.filter(pk__in=gone).order_by("pk"):
        own = list(call.parts.order_by("position"))
        work.note(call, *own)
        Part.objects.filter(pk__in=[part.pk for part in own]).delete()
        call.delete()


def _concerned(work: Work) -> set[int]:
    """The calls of every record that changes, comes or goes."""
    of_parts = Part.objects.filter(pk__in=[*work.changed("part"), *work.gone("part")]).values_list("call_id", flat=True)
    back = {(piece.becomes or {})["call_id"] for piece in work.pieces.get("part", {}).values() if piece.now is None}
    new = {pk for pk, piece in work.pieces.get("call", {}).items() if piece.now is None}
    return {*work.changed("call"), *of_parts, *back, *new, *work.weigh}


def _some(work: Work, pks: Sequence[int]) -> None:
    own: dict[int, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(call__in=pks).order_by("call_id", "position"):
        own[part.call_id].append(part)
    since = seal.not_before([part for parts in own.values() for part in parts], work.at)
    for call in Call.objects.select_related("feature__team", "team").filter(pk__in=pks).order_by("pk"):
        _one(work, call, own[call.pk], since)


def _one(work: Work, call: Call, own: Sequence[Part], since: datetime) -> None:
    leaving = {*work.gone("part")} if len(work.pieces.get("part", {})) else set()
    gone = [part for part in own if part.pk in leaving]
    kept = [part for part in own if part.pk not in leaving]
    is_new = ("call", call.pk) in work.touched and ("call", call.pk) not in work.before
    _note(work, call, own, gone, is_new=is_new)
    before, team = audit.states(call, *kept), call.team_id
    facts = {}
    for part in own:
        part.call = call
        facts[part.pk] = part.rests_on()
    replay.put(call, work.fields("call", call.pk))
    if call.feature_id != before["call", call.pk]["feature_id"]:
        call.feature = Feature.objects.select_related("team").get(pk=call.feature_id)
    for part in kept:
        replay.put(part, work.fields("part", part.pk))
    new = work.back("part", call_id=call.pk) if _has_back(work) else []
    _in_step(call, kept, new)
    others = [part for part in kept if not work.puts_label(part.pk)]
    for part in others:
        seal.edited(part, facts[part.pk], at=since)
    if call.team_id != team or call.pk in work.weigh:
        recount.weigh_anew(others, one_side_enough=call.team.one_side_enough, at=since)
    is_other = bool(gone or new) or call.team_id != team or call.pk in work.weigh
    _price(work, call, [*kept, *new], is_other=is_other)
    _save(work, call, gone, kept, new, before)
    work.to_check += part_notice.found(others, before)


def _note(work: Work, call: Call, own: Sequence[Part], gone: Sequence[Part], *, is_new: bool) -> None:
    if not is_new:
        work.note(call)
    work.note(*own)
    if gone:
        work.note(*Sheet.objects.filter(part__in=gone).order_by("pk"))


def _has_back(work: Work) -> bool:
    return any(piece.now is None for piece in work.pieces.get("part", {}).values())


def _in_step(call: Call, kept: Sequence[Part], new: Sequence[Part]) -> None:
    parts = sorted([*kept, *new], key=lambda part: part.position)
    if call.is_split == (len(parts) == 1) or not parts:
        raise WrongParts
    call.team = call.feature.team
    for part in parts:
        part.call, part.is_live = call, call.retired_at is None
    calls.keep_in_step(call, parts)


def _price(work: Work, call: Call, parts: Sequence[Part], *, is_other: bool) -> None:
    """As any edit is; what a move is weighed by changes no amount, and a call that now retires keeps those it has."""
    touched = {*work.fields("call", call.pk), *(name for part in parts for name in work.fields("part", part.pk))}
    is_retired = bool(work.fields("call", call.pk).get("retired_at"))
    if not is_retired and (is_other or touched - WEIGHED):
        pricing.apply(call, sorted(parts, key=lambda part: part.position), book=work.book)
    else:
        pricing.weigh(call, parts)


def _save(
    work: Work, call: Call, gone: Sequence[Part], kept: Sequence[Part], new: Sequence[Part], before: audit.States
) -> None:
    """Parts are written in an order in which no two ever claim one position."""
    if gone:
        labelled = part_notice.people([part for part in gone if part.label])
        Part.objects.filter(pk__in=[part.pk for part in gone]).delete()
        part_notice.taken_away(labelled, call, by=work.by, at=work.at)
    text = calls.search_text(call)
    if (fields := audit.changed(call, before)) or text != call.search_text:
        call.search_text = text
        with clash.refused("call_key_once", as_=calls.KeyTaken):
            call.write(*fields, "search_text")

    def first(part: Part) -> int:
        return -part.position if part.position > before["part", part.pk]["position"] else part.position

    for part in sorted(kept, key=first):
        if fields := audit.changed(part, before):
            part.write(*fields)
    for part in new:
        part.save(force_insert=True)
        for sheet in work.back("sheet", part_id=part.pk):
            sheet.save(force_insert=True)
