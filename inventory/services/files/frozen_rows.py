"""A part of a frozen version as a row of a file, in the words of its page."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inventory.domain.doubt import WORDS as DOUBTS
from inventory.models import ComparedLine, FrozenCall, FrozenPart, ScenarioLine
from inventory.models.call import PROFILE
from inventory.services.files import exchange
from inventory.services.files.exchange import KINDS, LABELS, PATHS, PROVIDERS, STATES, STATUSES
from inventory.services.versions.plan_then import Kept

OF_CALL = ("team", "feature", "key", "provider", "model", "geo", "today_path")
OF_PART = ("name", "consumer", "blockers", "in_split", "saving", "possible", "wave", "starts_on", "ramp_months",
           "guard", "one_sided", *PROFILE)  # fmt: skip
OF_LINE = ("team", "feature", "name", "said", "today", "after", "saving", "planned")


def parts(found: Iterable[FrozenPart], calls: Mapping[int, FrozenCall], kept: Kept) -> Iterator[dict[str, Any]]:
    for part in found:
        call, known = calls[part.call_id], kept.get(part.weighed_by)
        weighed = exchange.weights(part.weights(known)) if known else {}
        own = {name: getattr(part, name) for name in OF_PART}
        yield {**{name: getattr(call, name) for name in OF_CALL}, **own, **_words(part), **weighed, "call": call.name,
               "provider": PROVIDERS.get(call.provider, call.provider), "model": part.model or call.model,
               "path": PATHS[call.today_path]}  # fmt: skip


def line(found: ComparedLine) -> dict[str, Any]:
    own = {name: getattr(found, name) for name in OF_LINE}
    return {**own, "reason": found.get_reason_display(), "move": KINDS.get(found.kind, "")}


def change(found: ScenarioLine) -> dict[str, Any]:
    own = {name: getattr(found, name) for name in ("team", "feature", "name", "today", "after", "saving", "possible")}
    return {**own, "step": found.get_step_display(), "move": KINDS.get(found.kind, "")}


def _words(part: FrozenPart) -> dict[str, Any]:
    return {
        "move": KINDS[part.kind],
        "label": LABELS[part.label],
        "state": STATES[part.state],
        "blockers": "; ".join(part.blockers),
        "doubts": "; ".join(DOUBTS.get(code, code) for code in part.doubts),
        "status": STATUSES[part.status] if part.status else "",
        "today": part.cost_today,
        "after": part.cost_target,
    }
