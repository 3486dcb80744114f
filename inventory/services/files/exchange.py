"""The plan as a workbook: the same figures and the same words as the pages, for whoever may see them: everyone.

What only one discipline may know (answers, reasons before both are in) stands in no sheet.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from django.db.models import Prefetch
from django.utils import timezone

from inventory.domain import money, origin
from inventory.domain.book import Book as PriceBook
from inventory.domain.doubt import WORDS, Doubt
from inventory.domain.effort import NOTHING as NO_WEIGHT
from inventory.domain.effort import Weights
from inventory.exchange import columns, columns_realised, live
from inventory.exchange.workbook import Book, Sheet, Typed
from inventory.exchange.written import NOTHING
from inventory.models import Call, Feature, Part, part_words
from inventory.models import call as call_models
from inventory.models.call import PROFILE
from inventory.services.files import realised_sheet, sheets
from inventory.services.files.part_lines import Lines, Where
from inventory.services.history import verification
from inventory.services.planning import move, plan
from inventory.services.planning.schedule import InWaves
from inventory.services.prices import discount, pricing

AT_ONCE = 500  # calls held in memory
SHEETS = {
    "Summary": columns.SUMMARY, "Pictures": columns.PICTURES, "Moves": columns.MOVES, "Parts": live.PARTS,
    "Calls": columns.CALLS, "Waves": columns.WAVES, "Realised": columns_realised.MONTHS,
    "Ledger": columns_realised.LEDGER, "Assumptions": columns.ASSUMPTIONS, "Prices": columns.PRICES,
    "History": columns.HISTORY, "Doubts": columns.DOUBTS,
}  # fmt: skip
PRINTED = {"Summary": "possible", "Pictures": "drawn", "Parts": "possible"}  # the last column on paper
AS_IT_IS = (
    "key", "name", "description", "model", "geo", "fast", "write_1h", "path_assumed", *PROFILE, "share_above",
    "code_location", "source_repository", "source_commit", "entry_point", "streaming", "tools", "workspace", "api_key",
    "prompt_name", "tag",
)  # fmt: skip
OF_THE_PART = (
    "in_split", "consumer", "reaches", "read_when", "deadline", "hand_over", "one_sided", "guard",
)  # fmt: skip

# Looked up a hundred thousand times: Django's own display of a choice builds its list anew each time.
LABELS: dict[str, str] = dict(part_words.LABELS)
STATES: dict[str, str] = dict(part_words.STATES)
STATUSES: dict[str, str] = dict(part_words.STATUSES)
PATHS: dict[str, str] = dict(call_models.PATHS)
PROVIDERS: dict[str, str] = dict(call_models.PROVIDERS)
FIGURES: dict[str, str] = dict(call_models.FIGURES)
KINDS: dict[str, str] = dict(call_models.KINDS)

Told = Callable[[int, int], None]


@dataclass
class _Walk:
    """The sheets that are filled call by call, and what is added up on the way."""

    sheets: Mapping[str, Sheet]
    lines: Lines
    prices: PriceBook
    tally: plan.Tally = field(default_factory=plan.Tally)
    in_waves: InWaves = field(default_factory=InWaves)
    begun: frozenset[int] = field(default_factory=realised_sheet.begun)
    figures: Counter[str] = field(default_factory=Counter)
    seen: int = 0

    def lot(self, calls: Iterable[Call]) -> None:
        """The rows of some calls, in all sheets."""
        rows: dict[str, list[dict[str, Any]]] = {"Parts": [], "Moves": [], "Calls": [], "Doubts": []}
        for call in calls:
            self.seen += 1
            lines = self._lines(call)
            rows["Parts"] += lines
            of_parts = [line for line in lines if line["row_is"] == live.PART]
            found = [row for row in move.rows([call], book=self.prices) if row.part is not None]
            for row, line in zip(found, of_parts, strict=True):
                rows["Moves"].append(_move(row, line["no"]))
                rows["Doubts"] += _doubts(row, line["no"])
                self.tally.add(_part(row))
            rows["Calls"].append({**_call(call, of_parts), "no": self.seen})
            self.figures[call.figures] += call.cost_today or 0
        for title, of_sheet in rows.items():
            self.sheets[title].extend(of_sheet)

    def _lines(self, call: Call) -> list[dict[str, Any]]:
        siblings = list(call.parts.all())
        numbers = self.in_waves.add(siblings)
        begun = call.pk in self.begun
        where = [
            Where(self.seen, call.team_id, n, self.in_waves.names[n - 1], realised_sheet.is_done(part, begun))
            for n, part in zip(numbers, siblings, strict=True)
        ]
        return self.lines.of(call, siblings, where)


def export_plan(file: IO[bytes], *, at: datetime, told: Told = lambda done, total: None) -> plan.Totals:
    """Write the whole plan to `file` as .xlsx and return its totals, added up from the very rows that were written.

    `told` hears after each lot how many calls of how many are through; what it raises ends the export. Runs outside a
    transaction, lot by lot, so that a large plan locks nobody out: what is changed meanwhile may be in or not.
    """
    day = timezone.localdate(at)
    prices = sheets.price_rows()
    known = pricing.book(day)
    with Book() as book:
        named = {title: book.sheet(title, declared, PRINTED.get(title, "")) for title, declared in SHEETS.items()}
        sheets.prices(book, named["Prices"], prices)
        walk = _Walk(named, Lines(prices, known), known)
        named["Parts"].choices("walked", ["yes"])
        _all_calls(walk, told)
        totals = walk.tally.totals()
        sheets.waves(named["Waves"], walk.in_waves, day)
        realised_sheet.write(named["Realised"], named["Ledger"], on=day)
        named["Summary"].extend(sheets.summary(totals))
        sheets.pictures(named["Pictures"], totals, walk.in_waves, day)
        said = _said(totals, walk.figures, at)
        sheets.assumptions(book, named["Assumptions"], said, book_of=known, on=day)
        sheets.history(named["History"], at)
        book.save(file)
    return totals


def _all_calls(walk: _Walk, told: Told) -> None:
    # The numbers alone are held, eight bytes a call: the order stays as it was, whatever is changed meanwhile.
    numbers = array("q", Call.objects.live().order_by("-saving_rank", "-pk").values_list("pk", flat=True).iterator())
    features: dict[int, Feature] = {}
    for start in range(0, len(numbers), AT_ONCE):
        walk.lot(lot(numbers[start : start + AT_ONCE], features))
        told(min(start + AT_ONCE, len(numbers)), len(numbers))


def lot(numbers: Sequence[int], features: dict[int, Feature]) -> Iterator[Call]:
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


def _part(row: move.Row) -> Part:
    assert row.part is not None
    return row.part


def _move(row: move.Row, number: int) -> dict[str, Any]:
    call, part = row.call, _part(row)
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
        "doubts": "; ".join(doubt_words(part, code) for code in part.doubts),
        "no": number,
        "row": number + 1,
        "walked": NOTHING,
        "wave": part.wave and part.wave.name,
        "status": STATUSES[part.status] if part.status else "",
        **(weights(row.weights) if row.weights is not None else {}),
        **{name: getattr(part, name) for name in OF_THE_PART},
        "possible": part.possible if row.today is not None else None,
    }


def _doubts(row: move.Row, number: int) -> Iterator[dict[str, Any]]:
    call, part = row.call, _part(row)
    product, engineering = call.feature.product_owner, call.feature.engineering_owner
    for code in part.doubts:
        yield {
            "team": call.team.name, "feature": call.feature.name, "call": call.name, "key": call.key, "part": part.name,
            "doubt": doubt_words(part, code), "today": row.today, "no": number, "row": number + 1,
            "product_owner": product and product.name, "engineering_owner": engineering and engineering.name,
        }  # fmt: skip


def doubt_words(part: Part, code: str) -> str:
    """A doubt of a part, with what has to be checked where that is the doubt."""
    words = WORDS.get(code, code)
    return f"{words}. {part.reason}" if code == Doubt.CHECK_NEEDED and part.reason else words


def weights(of: Weights) -> dict[str, Any]:
    """Effort, risk and readiness with their reasons, where there are any; and what was overruled."""
    ready, effort, risk = of.ready, of.effort, of.risk
    found: dict[str, Any] = {"overruled": _overruled(of)}
    if ready.value != NO_WEIGHT:
        found |= {"readiness": ready.value, "readiness_why": ready.reason}
    for name, weight in (("effort", effort), ("risk", risk)):
        if weight.value.isdecimal():
            found |= {name: int(weight.value), f"{name}_why": weight.reason}
    return found


def _overruled(of: Weights) -> str:
    named = (("readiness", of.ready), ("effort", of.effort), ("risk", of.risk))
    return "; ".join(
        f"{name}: by itself {each.derived.lower()}, {each.by_itself}" for name, each in named if each.is_overruled
    )


def _call(call: Call, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Its amounts are those of its parts; where they are not what is stored with the call, they are fixed."""
    parts = call.parts.all()
    stored = (call.cost_today, call.cost_target)
    added = (sum(part.cost_today or 0 for part in parts), sum(part.cost_target or 0 for part in parts))
    amounts: dict[str, Any] = {"today": call.cost_today, "after": call.cost_target, "saving": call.saving}
    if stored != added:
        amounts = {name: Typed(amount) for name, amount in amounts.items() if amount is not None}
    return {
        "team": call.team.name,
        "feature": call.feature.name,
        "provider": PROVIDERS[call.provider],
        "path": PATHS[call.today_path],
        "figures": FIGURES[call.figures],
        "move": KINDS[call.kind],
        "parts": len(call.parts.all()),
        "first": lines[0]["no"] + 1 if lines else None,
        "together": 1,
        **amounts,
        "one_sided_saving": sum(part.saving for part in call.parts.all() if part.one_sided),
        **{name: getattr(call, name) for name in AS_IT_IS},
    }


def _said(totals: plan.Totals, figures: Mapping[str, int], at: datetime) -> dict[str, str]:
    """What to know before believing an amount."""
    sums = totals.overall.sums
    assumed = Call.objects.live().filter(figures="assumed").count()
    return {
        "Written": f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}, at the prices of that day",
        "Live": "Amounts are formulas. Change a grey cell here, in Prices or in Parts, or tick a part as walked back, "
        "and every sheet follows. Moves, Calls and Doubts find their rows by number: Parts may be sorted.",
        "Walked back": "“yes” in Parts puts a part that shall run in batch back to real time. Others stay as they are.",
        "Fixed": "Amounts that were made at other prices than today's are numbers in Parts, marked as fixed: only "
        "walking back moves them. Price the plan again in the app to have them follow.",
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
