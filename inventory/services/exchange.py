"""The plan as a workbook: the same figures and the same words as the pages, for whoever may see them: everyone.

What only one discipline may know (answers, reasons before both are in) stands in no sheet.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.db.models import Prefetch
from django.utils import timezone

from inventory.domain import money, origin
from inventory.domain.book import Book as PriceBook
from inventory.domain.doubt import WORDS, Doubt
from inventory.domain.effort import NOTHING
from inventory.exchange import columns
from inventory.exchange.workbook import Book, Sheet
from inventory.models import Call, Feature, Part, PriceRow
from inventory.models import call as call_models
from inventory.models import part as part_models
from inventory.models.call import PROFILE
from inventory.services import discount, move, plan, pricing, verification
from inventory.services.schedule import InWaves

AT_ONCE = 500  # calls held in memory
AS_IT_IS = (
    "key", "name", "description", "model", "geo", "fast", "write_1h", "path_assumed", *PROFILE, "share_above",
    "code_location", "source_repository", "source_commit", "entry_point", "streaming", "tools", "workspace", "api_key",
    "prompt_name", "tag",
)  # fmt: skip
OF_THE_PART = (
    "in_split", "consumer", "reaches", "read_when", "deadline", "hand_over", "one_sided", "guard", "possible",
)  # fmt: skip
OF_THE_SUMS = (
    "parts", "moving", "today", "after", "saving", "saving_a_year", "possible", "waits", "open", "nobody", "sealed",
    "can_move", "unpriced", "one_sided_parts", "one_sided", "one_sided_saving",
)  # fmt: skip

# Looked up a hundred thousand times: Django's own display of a choice builds its list anew each time.
LABELS: dict[str, str] = dict(part_models.LABELS)
STATES: dict[str, str] = dict(part_models.STATES)
STATUSES: dict[str, str] = dict(part_models.STATUSES)
PATHS: dict[str, str] = dict(call_models.PATHS)
PROVIDERS: dict[str, str] = dict(call_models.PROVIDERS)
FIGURES: dict[str, str] = dict(call_models.FIGURES)
KINDS: dict[str, str] = dict(call_models.KINDS)

Told = Callable[[int, int], None]


def export_plan(file: IO[bytes], *, at: datetime, told: Told = lambda done, total: None) -> plan.Totals:
    """Write the whole plan to `file` as .xlsx and return its totals, added up from the very rows that were written.

    `told` hears after each lot how many calls of how many are through; what it raises ends the export. Runs outside a
    transaction, lot by lot, so that a large plan locks nobody out: what is changed meanwhile may be in or not.
    """
    tally, in_waves, figures = plan.Tally(), InWaves(), Counter[str]()
    with Book() as book:
        summary = book.sheet("Summary", columns.SUMMARY)
        waves = book.sheet("Waves", columns.WAVES)
        moves = book.sheet("Moves", columns.MOVES)
        calls = book.sheet("Calls", columns.CALLS)
        known = pricing.book(timezone.localdate(at))
        _write_calls(moves, calls, tally, in_waves, figures, prices=known, told=told)
        totals = tally.totals()
        summary.extend(_summary(totals))
        waves.extend(in_waves.rows())
        book.sheet("Prices", columns.PRICES).extend(_prices())
        book.sheet("Assumptions", columns.ASSUMPTIONS).extend(_assumptions(totals, figures, at))
        book.save(file)
    return totals


def _write_calls(
    moves: Sheet,
    calls: Sheet,
    tally: plan.Tally,
    in_waves: InWaves,
    figures: Counter[str],
    *,
    prices: PriceBook,
    told: Told,
) -> None:
    # The numbers alone are held, eight bytes a call: the order stays as it was, whatever is changed meanwhile.
    numbers = array("q", Call.objects.live().order_by("-saving_rank", "-pk").values_list("pk", flat=True).iterator())
    features: dict[int, Feature] = {}
    for start in range(0, len(numbers), AT_ONCE):
        for call in _lot(numbers[start : start + AT_ONCE], features):
            for row in move.rows([call], book=prices):
                if row.part is not None:
                    moves.append(_move(row, row.part))
                    tally.add(row.part)
            in_waves.add(call.parts.all())
            calls.append(_call(call))
            figures[call.figures] += call.cost_today or 0
        told(min(start + AT_ONCE, len(numbers)), len(numbers))


def _lot(numbers: Sequence[int], features: dict[int, Feature]) -> Iterator[Call]:
    """These calls as they are now, in this order, with their parts; one that was retired meanwhile is left out.

    `features` holds what was read for earlier lots: a feature and its owners are read once, not once a call.
    """
    parts = Prefetch("parts", queryset=Part.objects.order_by("position").select_related("wave"))
    found = Call.objects.live().prefetch_related(parts).in_bulk(numbers)
    missing = {call.feature_id for call in found.values()} - features.keys()
    if missing:
        features |= Feature.objects.select_related("team", "product_owner", "engineering_owner").in_bulk(missing)
    for pk in numbers:
        if pk in found:
            call = found[pk]
            call.feature = features[call.feature_id]
            call.team = call.feature.team
            yield call


def _move(row: move.Row, part: Part) -> dict[str, Any]:
    call = row.call
    product, engineering = call.feature.product_owner, call.feature.engineering_owner
    return {
        "team": call.team.name,
        "feature": call.feature.name,
        "call": call.name,
        "key": call.key,
        "part": part.name,
        "model": part.model or call.model,
        "move": row.kind_name,
        "ready": row.ready,
        "label": LABELS[part.label],
        "state": STATES[part.state],
        "path": PATHS[call.today_path],
        "today": row.today,
        "after": row.after,
        "saving": row.saving,
        "product_owner": product and product.name,
        "engineering_owner": engineering and engineering.name,
        "doubts": "; ".join(_doubt(part, code) for code in part.doubts),
        "wave": part.wave and part.wave.name,
        "status": STATUSES[part.status] if part.status else "",
        **_weights(row),
        **{name: getattr(part, name) for name in OF_THE_PART},
    }


def _doubt(part: Part, code: str) -> str:
    words = WORDS.get(code, code)
    return f"{words}. {part.reason}" if code == Doubt.CHECK_NEEDED and part.reason else words


def _weights(row: move.Row) -> dict[str, Any]:
    if row.weights is None:
        return {}
    ready, effort, risk = row.weights.ready, row.weights.effort, row.weights.risk
    found: dict[str, Any] = {}
    if ready.value != NOTHING:
        found = {"readiness": ready.value, "readiness_why": ready.reason}
    for name, weight in (("effort", effort), ("risk", risk)):
        if weight.value.isdecimal():
            found |= {name: int(weight.value), f"{name}_why": weight.reason}
    return found


def _call(call: Call) -> dict[str, Any]:
    return {
        "team": call.team.name,
        "feature": call.feature.name,
        "provider": PROVIDERS[call.provider],
        "path": PATHS[call.today_path],
        "figures": FIGURES[call.figures],
        "move": KINDS[call.kind],
        "parts": len(call.parts.all()),
        "today": call.cost_today,
        "after": call.cost_target,
        "saving": call.saving,
        "one_sided_saving": sum(part.saving for part in call.parts.all() if part.one_sided),
        **{name: getattr(call, name) for name in AS_IT_IS},
    }


def _summary(totals: plan.Totals) -> Iterator[dict[str, Any]]:
    groups = [("All", [totals.overall]), ("Move", totals.kinds), ("Team", totals.teams)]
    for by, found in groups:
        for group in found:
            sums = {name: getattr(group.sums, name) for name in OF_THE_SUMS}
            yield {"by": by, "name": group.name, "guess": group.guess, **sums}


def _prices() -> Iterator[dict[str, Any]]:
    rows = PriceRow.objects.select_related("model").order_by("platform", "platform_id", "above", "valid_from", "pk")
    names = [column.name for column in columns.PRICES if column.name != "model"]
    for row in rows:
        yield {"model": row.model.name, **{name: getattr(row, name) for name in names}}


def _assumptions(totals: plan.Totals, figures: Mapping[str, int], at: datetime) -> Iterable[dict[str, str]]:
    sums = totals.overall.sums
    assumed = Call.objects.live().filter(figures="assumed").count()
    said = {
        "Written": f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}, at the prices of that day",
        "A month, a year": "Amounts are dollars a month at the volume stated; a year is twelve such months.",
        "Exactness": "Cells hold exact amounts to a millionth of a dollar and show cents: sums agree to the cent.",
        "Undecided": "A part without a label that counts is counted at the real-time price, wherever it runs today. "
        "What it could save is shown as possible and is in no saving.",
        "Split": "A split call is counted once, by its parts; what they send twice is in their cost.",
        "Can move": "The share of today's spend whose parts move to batch or run there already.",
        "First guess": "What the teams believed before they labelled, weighted by what their features spend today.",
        "One side only": "Parts that count on one side's answer alone, as their teams allow: "
        f"{sums.one_sided_parts:,}, {money.shown(sums.one_sided)} a month today, "
        f"{money.shown(sums.one_sided_saving)} of it saved.",
        "Unknown prices": f"{sums.unpriced:,} parts have no known price: they add nothing to any amount.",
        "Confidence": "Of today's spend, by where volume and tokens come from. "
        f"{origin.mix(figures.items()).said.capitalize() or 'Nothing is priced yet'}.",
        "Discounts": "; ".join(discount.title(each) for each in pricing.discounts(timezone.localdate(at)).values())
        or "None is set: every amount is at list price.",
        "Assumed figures": f"{assumed:,} calls have assumed volumes or tokens.",
        "Head of the history": verification.published_head(),
    }
    return [{"what": what, "value": value} for what, value in said.items()]
