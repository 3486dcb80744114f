"""The workbook's short sheets: prices, assumptions, waves, the summary, its pictures, the history since the last."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory.domain import bridge
from inventory.domain import wave as domain
from inventory.domain.book import FEES
from inventory.domain.book import Book as PriceBook
from inventory.exchange import columns, picture
from inventory.exchange.columns import Form
from inventory.exchange.reference import summed
from inventory.exchange.workbook import Book, Own, Sheet, Typed
from inventory.exchange.written import NOTHING
from inventory.models import Action, Job, PriceRow
from inventory.models.call import PROVIDERS
from inventory.models.pricing import PLATFORMS
from inventory.services.history import history as histories
from inventory.services.planning import plan
from inventory.services.planning.schedule import InWaves

MOST_ACTIONS = 10_000  # lines of history a workbook tells; the app has them all
ACTIONS_AT_ONCE = 500
SAME = (
    "parts", "moving", "today", "after", "saving", "saving_a_year", "possible", "waits", "open", "nobody", "sealed",
    "can_move", "unpriced", "one_sided_parts", "one_sided", "one_sided_saving",
)  # fmt: skip
FAST = ("fast_input", "fast_output")
FAST_CACHE = ("fast_write_5m", "fast_write_1h", "fast_read")
YES, NOT_YES = '"yes"', '"<>yes"'


def price_rows() -> list[PriceRow]:
    """Every dated row there is, in the order of the sheet."""
    return list(
        PriceRow.objects.select_related("model").order_by("platform", "platform_id", "above", "valid_from", "pk")
    )


def prices(book: Book, sheet: Sheet, rows: Sequence[PriceRow]) -> None:
    """With the names by which parts find their price. Where a model has no fast mode it costs what it always does."""
    names = [c.name for c in columns.PRICES if c.name not in ("line", "model", *FAST, *FAST_CACHE)]
    for number, row in enumerate(rows, 1):
        own: dict[str, Any] = {name: getattr(row, name) for name in names}
        fast = row.as_row().card.fast
        for name, plain in zip(FAST, ("input", "output"), strict=True):
            own[name] = getattr(row, plain) if fast is None else Typed(getattr(row, name))
        for name in FAST_CACHE:
            own[name] = getattr(fast or row, name.removeprefix("fast_"))
        sheet.append({"line": number, "model": row.model.name, **own})
    last = max(2, sheet.rows)
    book.name("price_lines", sheet, "line", "line", (2, last))
    book.name("price_above", sheet, "above", "above", (2, last))
    book.name("price_rates", sheet, "input", "fast_read", (2, last))


def waves(sheet: Sheet, found: InWaves, on: date) -> None:
    """Each with what it saves in the months of the picture, at today's volume."""
    first = domain.month(on) + 1
    for row in found.rows():
        if (starts := row.get("starts")) is not None:
            months = {f"month_{n}": _in_month(row, n, first) for n in range(1, columns.RAMP + 1)}
            row = {**row, "late": starts - first, **months}
        sheet.append(row)


def _in_month(row: Mapping[str, Any], number: int, first: int) -> int:
    """What a wave saves in that month, of what both sides agreed to; nothing as long as it has no start."""
    if row.get("starts") is None:
        return 0
    share = domain.share(number, starts_after=row["starts"] - first, ramp=row["ramp_months"])
    return int(round((row["saving"] - row["alone"]) * share))


def summary(totals: plan.Totals) -> Iterator[dict[str, Any]]:
    """A row for all, each move and each team; every figure is a sum over the sheet of parts."""
    for group in (totals.overall, *totals.kinds, *totals.teams):
        by, where = _group(group, totals)
        formulas = _sums(where)
        cells: dict[str, Any] = {name: getattr(group.sums, name) for name in SAME}
        cells = {name: NOTHING if value is None else value for name, value in cells.items()}
        cells |= {name: Own(f"={formula}", cells[name]) for name, formula in formulas.items()}
        no = group.key if by == "Team" else None
        yield {"by": by, "name": group.name, "guess": group.guess, "no": no, **cells}


def _group(group: plan.Group, totals: plan.Totals) -> tuple[str, tuple[str, ...]]:
    if group is totals.overall:
        return "All", ()
    return ("Team", ("team_no", "[no]")) if group in totals.teams else ("Move", ("counted_as", "[name]"))


def _sums(where: tuple[str, ...]) -> dict[str, str]:
    waits = ("side", '"Somebody waits"', *where)
    nobody = ("side", '"Nobody waits"', *where)
    undecided = summed("today", "move", '"Undecided"', *where)
    return {
        "parts": summed("counts", *where),
        "moving": summed("moves", *where),
        "today": summed("today", *where),
        "after": summed("after", *where),
        "one_sided_saving": summed("alone", *where),
        "possible": summed("possible", *where),
        "waits": f"{summed('today', *waits)}+{summed('today', 'walked', YES, *nobody)}",
        "open": summed("today", "side", '"On the line"', *where),
        "nobody": summed("today", "walked", NOT_YES, *nobody),
        "sealed": f'IF([today]=0,"",ROUND(([today]-{undecided})/[today],2))',
        "one_sided": summed("today", "one_sided", YES, *where),
        "one_sided_parts": summed("counts", "one_sided", YES, *where),
        "unpriced": summed("unpriced", *where),
    }


def pictures(sheet: Sheet, totals: plan.Totals, found: InWaves, on: date) -> None:
    """The bridge from today to after and what is saved month by month, drawn from this sheet's own rows."""
    steps = {step.key: step for step in totals.bridge()}
    sums = totals.overall.sums
    amounts = {kind: summed("saving", "counted_as", f'"{plan.KIND_NAMES[kind]}"') for kind in bridge.SHOWN}
    sheet.append(_standing("Today", "today", sums.today))
    level = sums.today
    for kind, saved in amounts.items():
        change = steps[kind].amount if kind in steps else 0
        sheet.append(_hanging(sheet, bridge.SHOWN[kind], f"-{saved}", change, level))
        level += change
    last = f"{sheet.letters['level']}{sheet.rows}"
    rest = sums.after - level
    sheet.append(_hanging(sheet, bridge.REST, f"ROUND({summed('after')}-{last},6)", rest, level))
    sheet.append(_standing("After", "after", sums.after))
    sheet.append(_ghost(sheet, sums))
    picture.bridge(sheet, (2, sheet.rows))
    first, start = sheet.rows + 1, domain.month(on) + 1
    rows = list(found.rows())
    for n in range(1, columns.RAMP + 1):
        amount = sum(_in_month(row, n, start) for row in rows)
        month = Own(f"=EDATE(first_month,{n - 1})", domain.first_day(start + n - 1))
        sheet.append({"picture": "Ramp", "month": month, "amount": Own(f"=SUM([Waves:month_{n}])", amount)})
    picture.ramp(sheet, (first, sheet.rows))
    sheet.least = picture.LAST_ROW


def _standing(name: str, column: str, amount: int) -> dict[str, Any]:
    same = Own("=[amount]", amount)
    return {
        "picture": "Bridge",
        "step": name,
        "amount": Own(f"={summed(column)}", amount),
        "level": same,
        "total": same,
    }


def _hanging(sheet: Sheet, name: str, formula: str, change: int, level: int) -> dict[str, Any]:
    """A change that hangs between the level of the row above and its own."""
    above = f"{sheet.letters['level']}{sheet.rows}"
    return {
        "picture": "Bridge", "step": name, "amount": Own(f"={formula}", change),
        "level": Own(f"={above}+[amount]", level + change),
        "ground": Own(f"=MIN({above},[level])", min(level, level + change)),
        "less": Own("=MAX(0,-[amount])", max(0, -change)), "more": Own("=MAX(0,[amount])", max(0, change)),
    }  # fmt: skip


def _ghost(sheet: Sheet, sums: plan.Sums) -> dict[str, Any]:
    above = f"{sheet.letters['level']}{sheet.rows}"
    low = max(0, sums.after - sums.possible)
    return {
        "picture": "Bridge", "step": "Not decided", "amount": Own(f"={summed('possible')}", sums.possible),
        "ground": Own(f"=MAX(0,{above}-[amount])", low), "ghost": Own(f"={above}-[ground]", sums.after - low),
    }  # fmt: skip


def assumptions(book: Book, sheet: Sheet, said: Mapping[str, str], *, book_of: PriceBook, on: date) -> None:
    """What may be changed, each with the name by which formulas know it, then what is to be known."""
    for what, name, number, value in _changeable(book_of, on):
        sheet.append({"what": what, "number": number, "value": value, "name": name})
        book.name(name, sheet, "number", "number", (sheet.rows, sheet.rows))
    platforms = dict(PROVIDERS)
    for name, words in (("discounts", "Discount"), ("discounts_on_fees", "Off the fees of tools too")):
        first = sheet.rows + 1
        for platform in PLATFORMS:
            agreed = book_of.discounts.get(platform)
            agreed_value: Any = Typed(agreed.share if agreed else Decimal(0), Form.SHARE)
            if name == "discounts_on_fees":
                agreed_value = Typed("yes" if agreed and agreed.on_fees else "no", Form.TEXT)
            own = f"{name.replace('discounts', 'discount')}_{platform}"
            sheet.append({"what": f"{words}: {platforms[platform]}", "number": agreed_value, "name": own})
            book.name(own, sheet, "number", "number", (sheet.rows, sheet.rows))
        book.name(name, sheet, "number", "number", (first, sheet.rows))
    sheet.choices("number", ["yes", "no"], (first, sheet.rows))
    sheet.extend([{"what": what, "value": value} for what, value in said.items()])


def _changeable(book_of: PriceBook, on: date) -> Iterator[tuple[str, str, Any, str]]:
    yield "Volume", "volume_factor", Decimal(1), "Requests of every part, times this"
    yield (
        "Cache hit share in batch",
        "batch_hit_share",
        None,
        "Empty: each part's own. A share from 0 to 1 holds for all",
    )
    yield (
        "Cache in a batch holds an hour", "batch_cache_one_hour", Typed("yes", Form.TEXT),
        "yes, or no for five minutes, which a batch outlives",
    )  # fmt: skip
    yield "Months in a year", "months_in_a_year", Decimal(plan.MONTHS), "A year is so many months"
    first = Typed(domain.first_day(domain.month(on) + 1), Form.DAY)
    yield "First month of the picture", "first_month", first, "What waves save is shown from this month on"
    for name, key, what in zip(
        ("fee_searches", "fee_container"), FEES, ("$ for 1,000 web searches", "$ for a container hour"), strict=True
    ):
        fee = book_of.factors.get(key)
        yield what, name, fee or Decimal(0), "The same in batch" if fee is not None else "Not known: counted as nothing"


def history(sheet: Sheet, at: datetime) -> None:
    """What was done since the last workbook of the plan, newest first; answers nobody may see yet stay hidden."""
    last = Job.objects.filter(kind="export_plan", state="done").order_by("-started_at", "-pk").first()
    actions = Action.objects.filter(at__lte=at).order_by("-seq")
    if last is not None and last.started_at is not None:
        actions = actions.filter(at__gt=last.started_at)
    seq, told = None, 0
    while told < MOST_ACTIONS:
        lot = list((actions if seq is None else actions.filter(seq__lt=seq))[:ACTIONS_AT_ONCE])
        if not lot:
            return
        for line in histories.lines(lot, histories.EVERYONE):
            sheet.append(histories.as_row(line))
        seq, told = lot[-1].seq, told + len(lot)
    sheet.append({"what": f"Older actions are in the app: this sheet holds the newest {MOST_ACTIONS:,}."})
