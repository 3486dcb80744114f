"""The workbook in a spreadsheet's hands: unchanged it says what the app says; changed, what the app would say then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.worksheet import Worksheet

from inventory.domain import money
from inventory.models import Call, Discount, Modifier, Part, PriceRow, Realised, Wave
from inventory.services.files import exchange
from inventory.services.planning import plan
from inventory.services.prices import pricing
from tests import office
from tests.services.files.test_full_cost import TODAY, filled

MODEL = "claude-sonnet-5-5"
KEPT = "amounts made at other prices"  # the tag of the one call that has such
WHERE = ("Row in Parts", "Parts stand together")
Edit = Callable[[Workbook], None]


@dataclass
class Plan:
    """Every live call with its parts, to be changed in memory and priced again."""

    calls: list[tuple[Call, list[Part]]]

    def part(self, pk: int) -> Part:
        return next(part for _, parts in self.calls for part in parts if part.pk == pk)

    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Today, after and saved a month, in cents, as the app would have them."""
        book = pricing._book.__wrapped__(TODAY, None)
        for call, parts in self.calls:
            if call.tag != KEPT:
                pricing.apply(call, parts, book=book)
        every = [part for _, parts in self.calls for part in parts]
        today, after = (sum(getattr(p, name) or 0 for p in every) for name in ("cost_today", "cost_target"))
        return money.cents(today), money.cents(after), money.cents(today - after)


def as_stored() -> Plan:
    return Plan([(call, list(call.parts.order_by("position"))) for call in Call.objects.live().order_by("pk")])


def cell(sheet: Worksheet, heading: str, **where: Any) -> Any:
    """The cell under that heading in the one row where the cells under other headings are so."""
    headings = {each.value: each.column for each in sheet[1]}
    wanted = {headings[name.replace("_", " ")]: value for name, value in where.items()}
    (row,) = (n for n in range(2, sheet.max_row + 1) if all(sheet.cell(n, c).value == v for c, v in wanted.items()))
    return sheet.cell(row, headings[heading])


def named(book: Workbook, name: str) -> Any:
    title, at = book.defined_names[name].attr_text.split("!")
    return book[title][at.replace("$", "")]


def amounts(book: Workbook) -> tuple[Decimal, ...]:
    headings, found = (list(row) for row in book["Summary"].iter_rows(max_row=2, values_only=True))
    cells = [found[headings.index(f"{name}, $ a month")] for name in ("Today", "After", "Saves")]
    return tuple(money.cents(money.micro(Decimal(repr(each)))) for each in cells)


Change = tuple[Edit, Callable[[Plan], None]]


def changes(moved: Part) -> dict[str, Change]:
    """What somebody changes in the file, and the same in the app."""
    key, whole = moved.call.key, "Split call, as it runs today"
    cached = Part.objects.filter(
        in_split=True, cacheable_prefix__gt=5000, cost_today__gt=10**8, call__today_path="real_time"
    )
    split = cached.filter(kind="move_to_batch").order_by("-saving").first()
    assert split is not None
    row = PriceRow.objects.valid_on(TODAY).get(platform="anthropic", platform_id=MODEL, above=0)

    def price(book: Workbook) -> None:
        line = cell(
            book["Prices"],
            "Line",
            Platform="anthropic",
            Id_there=MODEL,
            From=datetime.combine(row.valid_from, datetime.min.time()),
        )
        book["Prices"].cell(
            line.row, next(c.column for c in book["Prices"][1] if c.value == "Batch output")
        ).value = 3.25

    def price_too(found: Plan) -> None:
        PriceRow.objects.filter(pk=row.pk).update(batch_output=3_250_000)

    def volume(book: Workbook) -> None:
        cell(book["Parts"], "Requests a month", Call_key=key, This_row_is="Part").value = 54_321

    def volume_too(found: Plan) -> None:
        found.part(moved.pk).requests = found.part(moved.pk).call.requests = 54_321

    def hits(book: Workbook) -> None:
        cell(book["Parts"], "Cache hit share", Call_key=split.call.key, This_row_is=whole).value = 0.125
        cell(book["Parts"], "Cache hit share in batch", Call_key=split.call.key, Part=split.name).value = 0.75

    def hits_too(found: Plan) -> None:
        found.part(split.pk).batch_hit_share = Decimal("0.75")
        next(call for call, _ in found.calls if call.pk == split.call_id).hit_share = Decimal("0.125")

    def walk_back(book: Workbook) -> None:
        cell(book["Parts"], "Walked back", Call_key=key, This_row_is="Part").value = "yes"

        cell(book["Parts"], "Walked back", Call_key=Call.objects.get(tag=KEPT).key).value = "yes"

    def walk_back_too(found: Plan) -> None:
        found.part(moved.pk).label = "waiting"
        kept = found.part(Part.objects.get(call__tag=KEPT).pk)
        kept.cost_target = kept.cost_today

    def assumptions(book: Workbook) -> None:
        named(book, "volume_factor").value = 3
        named(book, "discount_anthropic").value = 0.11

    def assumptions_too(found: Plan) -> None:
        Discount.objects.filter(platform="anthropic").update(share=Decimal("0.11"))
        for call, parts in found.calls:
            for each in (call, *parts):
                each.requests *= 3

    return {
        "price": (price, price_too), "volume": (volume, volume_too), "hits": (hits, hits_too),
        "walked": (walk_back, walk_back_too), "assumptions": (assumptions, assumptions_too),
    }  # fmt: skip


def more_changes(moved: Part) -> dict[str, Change]:
    """The other kinds of grey cells: what tools cost, one hit share for all, what a part uses, a price in real time."""
    row = PriceRow.objects.valid_on(TODAY).get(platform="anthropic", platform_id=MODEL, above=0)
    used = {"Output tokens": 777, "Web searches a request": 2, "Expires in batch, repeated": 0.05}

    def fees(book: Workbook) -> None:
        named(book, "fee_searches").value = 12.5
        named(book, "fee_container").value = 0.08
        named(book, "discount_on_fees_anthropic").value = "yes"

    def fees_too(found: Plan) -> None:
        Modifier.objects.filter(key="web_search").update(value=Decimal("12.5"))
        Modifier.objects.filter(key="code_execution").update(value=Decimal("0.08"))
        Discount.objects.filter(platform="anthropic").update(on_fees=True)

    def cache(book: Workbook) -> None:
        named(book, "batch_hit_share").value = 0.4

    def cache_too(found: Plan) -> None:
        for call, parts in found.calls:
            for each in (call, *parts):
                each.batch_hit_share = Decimal("0.4")

    def use(book: Workbook) -> None:
        for heading, value in used.items():
            cell(book["Parts"], heading, Call_key=moved.call.key, This_row_is="Part").value = value

    def use_too(found: Plan) -> None:
        part = found.part(moved.pk)
        call = next(call for call, _ in found.calls if call.pk == part.call_id)
        for each in (call, part):
            each.output, each.searches, each.expired_share = 777, Decimal(2), Decimal("0.05")

    def output(book: Workbook) -> None:
        day = datetime.combine(row.valid_from, datetime.min.time())
        line = cell(book["Prices"], "Line", Platform="anthropic", Id_there=MODEL, From=day).row
        book["Prices"].cell(
            line, next(c.column for c in book["Prices"][1] if c.value == "Output, $ a million")
        ).value = 33.5

    def output_too(found: Plan) -> None:
        PriceRow.objects.filter(pk=row.pk).update(output=33_500_000)

    return {
        "fees": (fees, fees_too),
        "cache": (cache, cache_too),
        "use": (use, use_too),
        "output": (output, output_too),
    }


@pytest.fixture
def planned(changed_prices: None) -> Part:
    """A plan drawn at random at a discount, one call of which was priced otherwise; a part of an unsplit call that moves
    and saves, in a wave."""
    Discount.objects.create(platform="anthropic", share=Decimal("0.07"), valid_from=date(2026, 1, 1), reason="Agreed")
    filled(45)
    moves = Part.objects.filter(kind="move_to_batch", in_split=False, saving__gt=1000).order_by("-saving")
    moved = moves.filter(call__model=MODEL, call__provider="anthropic").first() or moves[0]
    starts = {"starts_on": date(2027, 1, 1), "ramp_months": 3}
    wave = Wave.objects.create(team=moved.team, name="First", **starts)
    Part.objects.filter(pk=moved.pk).update(wave=wave)
    kept = moves.exclude(pk=moved.pk)[0]
    Part.objects.filter(pk=kept.pk).update(cost_target=kept.cost_target + 1_500_000, saving=kept.saving - 1_500_000)
    Call.objects.filter(pk=kept.call_id).update(cost_target=kept.cost_target + 1_500_000, tag=KEPT)
    for part, days in zip(moves.exclude(pk__in=[moved.pk, kept.pk])[:2], (40, 1), strict=False):
        realised(part, timezone.now() - timedelta(days=days))
    assert Realised.objects.standing().exists()
    return Part.objects.get(pk=moved.pk)


def realised(part: Part, at: datetime) -> None:
    """Moved, and the older ones verified since; one of them is taken back."""
    is_old = timezone.now() - at > timedelta(days=30)
    Part.objects.filter(pk=part.pk).update(status="verified" if is_old else "moved", wave=Wave.objects.get())
    Realised.objects.create(
        part=part, call_id=part.call_id, team_id=part.team_id, name=part.name, moved_at=at, cost_before=part.cost_today,
        cost_after=part.cost_target, saving=part.saving, verified_at=timezone.now() if is_old else None,
    )  # fmt: skip
    Realised.objects.create(
        part=part, call_id=part.call_id, team_id=part.team_id, name=part.name, moved_at=at, cost_before=7, cost_after=5,
        saving=2, ended_at=at, ended_why="It was missed",
    )  # fmt: skip


@office.needed
@pytest.mark.slow
@pytest.mark.django_db
def test_a_spreadsheet_comes_to_the_figures_of_the_app(planned: Part, now: datetime, tmp_path: Path) -> None:
    """Unchanged, and with a price, a volume, two hit shares, a tick and two assumptions changed at once."""
    written(tmp_path, now)
    made = changes(planned)
    expected = {
        "unchanged": as_stored().amounts(),
        "changed": changed(tmp_path, "changed", list(made.values())),
    }
    opened = office.recalculated([tmp_path / f"{name}.xlsx" for name in expected], tmp_path)
    assert {name: amounts(book) for name, book in opened.items()} == expected
    assert differing(load_workbook(tmp_path / "unchanged.xlsx", data_only=True), opened["unchanged"]) == []
    sums = plan.totals().overall.sums
    assert expected["unchanged"] == (money.cents(sums.today), money.cents(sums.after), money.cents(sums.saving))


@office.needed
@pytest.mark.soak
@pytest.mark.django_db
def test_each_change_alone_moves_the_saving_as_in_the_app(planned: Part, now: datetime, tmp_path: Path) -> None:
    """One start of LibreOffice for all files: it takes the time."""
    written(tmp_path, now)
    expected = {"unchanged": as_stored().amounts()}
    every = changes(planned) | more_changes(planned)
    expected |= {name: changed(tmp_path, name, [change]) for name, change in every.items()}
    assert len(set(expected.values())) == len(expected), "a change that changes nothing tests nothing"
    book = load_workbook(tmp_path / "unchanged.xlsx")
    turned_round(book["Parts"])
    book.save(tmp_path / "sorted.xlsx")
    expected["sorted"] = expected["unchanged"]
    opened = office.recalculated([tmp_path / f"{name}.xlsx" for name in expected], tmp_path)
    assert {name: amounts(book) for name, book in opened.items()} == expected
    sheets = ("Summary", "Moves", "Calls", "Waves", "Doubts")
    assert differing(opened["unchanged"], opened["sorted"], sheets) == []


def turned_round(sheet: Worksheet) -> None:
    """The last row first, as sorting does it: formulas go with their row."""
    rows = [[(each.coordinate, each.value) for each in row] for row in sheet.iter_rows(min_row=2)]
    for number, row in enumerate(reversed(rows), 2):
        for column, (at, value) in enumerate(row, 1):
            target = sheet.cell(number, column)
            moves = isinstance(value, str) and value.startswith("=")
            target.value = Translator(value, at).translate_formula(target.coordinate) if moves else value


def written(folder: Path, now: datetime) -> None:
    with (folder / "unchanged.xlsx").open("wb") as file:
        exchange.export_plan(file, at=now)


def changed(folder: Path, name: str, wanted: list[Change]) -> tuple[Decimal, ...]:
    """A copy of the workbook with these changes, and what the app would say with the same; there it is taken back."""
    book, found = load_workbook(folder / "unchanged.xlsx"), as_stored()
    with transaction.atomic():
        for in_file, in_app in wanted:
            in_file(book)
            in_app(found)
        amounts = found.amounts()
        transaction.set_rollback(True)
    book.save(folder / f"{name}.xlsx")
    return amounts


def differing(written: Workbook, calculated: Workbook, titles: Sequence[str] = ()) -> list[str]:
    """Cells of these sheets, or all, whose value is not the one of the other file, to a millionth; of some sheets
    without what says where the parts stand."""
    found = []
    for sheet in (written[title] for title in titles or written.sheetnames):
        for row in sheet.iter_rows():
            for each in row:
                other = calculated[sheet.title][each.coordinate].value
                if isinstance(each.value, int | float) and isinstance(other, int | float):
                    same = abs(each.value - other) < 5e-7 + 1e-12 * abs(each.value)
                else:
                    same = (each.value or None) == (other or None)
                if not same and sheet.cell(1, each.column).value not in (WHERE if titles else ()):
                    found.append(f"{sheet.title}!{each.coordinate}: {each.value!r} but {other!r}")
    return found
