"""What stands beside a difference: its reason, and the facts that changed, before and after."""

from collections.abc import Iterator
from decimal import Decimal

from inventory.domain.difference import CallThen, Line, PartThen, Reason
from inventory.domain.part import Label, Path

WORDS: dict[Reason, str] = {
    Reason.PRICE: "Price",
    Reason.RUNS: "How it runs",
    Reason.TOKENS: "Tokens and cache",
    Reason.VOLUME: "Volume",
    Reason.LABEL: "Label",
    Reason.SPLIT: "Split",
    Reason.WAVE: "Wave and status",
    Reason.WEIGHT: "Effort, risk, readiness",
    Reason.NEW: "New",
    Reason.GONE: "Gone",
}
MEANS: dict[Reason, str] = {
    Reason.PRICE: "the same work at the later prices and discounts; also what no other reason explains",
    Reason.RUNS: "another model, provider, geography, path today, fast mode, cache length or share of long prompts",
    Reason.TOKENS: "tokens a request, cache hits, use of tools, the share that expires in batch",
    Reason.VOLUME: "requests a month",
    Reason.LABEL: "what the label says, whether it counts and for both sides, and what blocks the move",
    Reason.SPLIT: "the call was split otherwise: one line for the call, with all that its new parts bring",
    Reason.WAVE: "another wave, start, ramp or status: changes what is in plan, not the monthly amounts",
    Reason.WEIGHT: "of a move that is the same at both times, also where somebody overruled it: changes no amount",
    Reason.NEW: "not in the first of the two",
    Reason.GONE: "not in the second of the two: retired, or now of another team",
}
LABELS: dict[Label, str] = {
    Label.NONE: "not decided",
    Label.WAITING: "somebody waits",
    Label.NOT_WAITING: "nobody waits",
}
PATHS: dict[Path, str] = {Path.REAL_TIME: "real time", Path.BATCH: "batch"}
TOKENS: dict[str, str] = {
    "uncached_input": "input",
    "cacheable_prefix": "prefix",
    "output": "output",
    "hit_share": "cache hits",
    "batch_hit_share": "cache hits in batch",
    "expired_share": "expires in batch",
    "searches": "web searches",
    "container_minutes": "container minutes",
}
SHARES = ("hit_share", "batch_hit_share", "expired_share", "share_above")
LONGEST = 300


def said(reason: Reason, line: Line, was: CallThen | None, now: CallThen | None) -> str:
    """The facts behind it, such as `1,000 → 1,200 requests a month`; empty where there is nothing to say."""
    if was is None or now is None:
        return ""
    if reason is Reason.SPLIT:
        return f"{_parts(was)} → {_parts(now)}"
    told = _of_call(reason, was, now)
    if line.was is not None and line.now is not None:
        told = [*told, *_of_part(reason, line.was, line.now)]
    found = "; ".join(dict.fromkeys(told))
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…"


def _parts(call: CallThen) -> str:
    return f"{len(call.parts)} parts" if call.is_split else "whole"


def _of_call(reason: Reason, was: CallThen, now: CallThen) -> list[str]:
    if reason is not Reason.RUNS:
        return []
    pairs = [
        (was.model, now.model), (was.provider, now.provider), (was.geo or "anywhere", now.geo or "anywhere"),
        (PATHS[was.path], PATHS[now.path]),
    ]  # fmt: skip
    return [f"{before} → {after}" for before, after in pairs if before != after]


def _of_part(reason: Reason, was: PartThen, now: PartThen) -> list[str]:
    if reason is Reason.VOLUME:
        return [f"{was.profile.requests:,} → {now.profile.requests:,} requests a month"]
    if reason is Reason.TOKENS:
        return list(_tokens(was, now))
    if reason is Reason.LABEL:
        return list(_label(was, now))
    if reason is Reason.RUNS:
        return list(_runs(was, now))
    if reason is Reason.WEIGHT:
        named = zip(("effort", "risk", "readiness:"), was.weights, now.weights, strict=True)
        return [f"{name} {before.lower()} → {after.lower()}" for name, before, after in named if before != after]
    if reason is Reason.WAVE:
        pairs = [(was.wave or "no wave", now.wave or "no wave"), (was.status or "no status", now.status or "no status")]
        told = [f"{before} → {after}" for before, after in pairs if before != after]
        return told or list(_along(was, now))
    return []


def _along(was: PartThen, now: PartThen) -> Iterator[str]:
    """What stays of a split call counts with the first of its parts that moves."""
    if was.scheduled != now.scheduled:
        yield f"{'counts' if now.scheduled else 'no longer counts'} in plan with another part of its call"


def _tokens(was: PartThen, now: PartThen) -> Iterator[str]:
    for name, words in TOKENS.items():
        before, after = getattr(was.profile, name), getattr(now.profile, name)
        if before != after:
            yield f"{words} {_shown(name, before)} → {_shown(name, after)}"


def _label(was: PartThen, now: PartThen) -> Iterator[str]:
    if was.label != now.label:
        yield f"{LABELS[was.label]} → {LABELS[now.label]}"
    if was.agreed != now.agreed:
        yield "now agreed by both sides" if now.agreed else "now on one side's answer alone"
    if was.blockers != now.blockers:
        yield f"blocked by: {', '.join(was.blockers) or 'nothing'} → {', '.join(now.blockers) or 'nothing'}"


def _runs(was: PartThen, now: PartThen) -> Iterator[str]:
    if was.model != now.model:
        yield f"planned on {was.model or 'the model of today'} → {now.model or 'the model of today'}"
    for name, words in (("fast", "fast mode"), ("write_1h", "one-hour cache")):
        before, after = getattr(was.profile, name), getattr(now.profile, name)
        if before != after:
            yield f"{words} {'on' if after else 'off'}"
    if was.profile.share_above != now.profile.share_above:
        yield "another share of long prompts"


def _shown(name: str, value: int | Decimal) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{(value * 100).normalize():f} %" if name in SHARES else f"{value.normalize():f}"
