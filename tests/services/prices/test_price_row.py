"""Prices change by dated rows: what has priced a call stays, and every change leaves one action with its reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from inventory.domain.audit import Actor
from inventory.exchange import price_book, price_file
from inventory.models import Action, Call, ClaudeModel, PriceRow, Stale
from inventory.services.calls import call as calls
from inventory.services.history import replay
from inventory.services.prices import price_intake, price_load, price_row, price_use, pricing
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changed_prices")]
BY = Actor("command", "test")
ON = date(2026, 11, 22)
LATER = date(2026, 12, 1)
SONNET = "claude-sonnet-5-5"


def held(name: str = SONNET, **given: Any) -> PriceRow:
    """The row that holds now."""
    return PriceRow.objects.valid_on(ON).get(platform="anthropic", platform_id=name, **given)


def fields(**given: Any) -> dict[str, Any]:
    row = held()
    names = (*PriceRow.PRICES, "platform", "platform_id", "endpoint", "above", "us_multiplier", "source", "confidence")
    kept = {name: getattr(row, name) for name in names}
    return {**kept, "model": row.model, "valid_from": LATER, "as_of": ON, "output": 12_000_000, **given}


def add(now: datetime, **given: Any) -> PriceRow:
    return price_row.add(fields=fields(**given), reason="New list", by=BY, at=now)


def priced(now: datetime) -> Call:
    given = {"provider": "anthropic", "model": SONNET, "today_path": "real_time", "name": "Call", "key": "c"}
    numbers = {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 0, "output": 800}
    return calls.register(feature=factories.make_feature(), fields={**given, **numbers}, by=BY, at=now)


def test_a_new_price_ends_the_one_before_it_in_the_same_action(now: datetime) -> None:
    old = held()

    new = add(now)

    old.refresh_from_db()
    assert (old.valid_to, new.valid_from, new.valid_to) == (LATER, LATER, None)
    assert (
        pricing.book(LATER - timedelta(days=1)).find("anthropic", SONNET).price.cards[0].standard.output == 10_000_000
    )
    assert pricing.book(LATER).find("anthropic", SONNET).price.cards[0].standard.output == 12_000_000
    action = Action.objects.get()
    assert (action.kind, action.reason, action.changes_count) == ("pricing.add", "New list", 2)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"valid_from": date(2026, 10, 7)}, {"valid_from": "Overlaps the row that holds from 2026-10-07."}),
        ({"valid_from": date(2026, 9, 1)}, {"valid_to": "The row that holds from 2026-09-28 would no longer fit beside it."}),
        ({"above": 100_000, "valid_from": date(2026, 1, 1)},
         {"valid_from": "There is no card for ordinary prompts on every day this one holds."}),
        ({"above": 100_000, "platform_id": "claude-new"},
         {"above": "An id has one card from 0 tokens on and at most one for longer prompts."}),
        ({"platform_id": "claude-haiku-5-5"}, {"platform_id": "This is an id of claude-haiku-5-5."}),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_refused_at_its_field_and_nothing_is_written(now, given, told) -> None:
    before = list(PriceRow.objects.order_by("pk").values())
    with pytest.raises(price_row.Wrong) as refusal:
        add(now, **given)
    assert refusal.value.problems == told
    assert list(PriceRow.objects.order_by("pk").values()) == before
    assert not Action.objects.exists()


def test_a_row_that_priced_a_call_is_not_corrected_one_that_did_not_is(now: datetime) -> None:
    row, new = held(), add(now)
    assert not price_use.is_used(held(), on=ON)
    priced(now)
    row.refresh_from_db()
    with pytest.raises(price_row.Used):
        price_row.correct(row=row, version=row.version, fields={"output": 1}, reason="No", by=BY, at=now)

    price_row.correct(row=new, version=1, fields={"output": 13_000_000}, reason="Typed wrong", by=BY, at=now)

    new.refresh_from_db()
    assert (new.output, new.version) == (13_000_000, 2)
    assert Action.objects.order_by("-seq")[0].changes.get().after == '{"output":13000000}'


def test_amounts_from_before_prices_were_kept_with_them_count_as_priced(now: datetime) -> None:
    priced(now)
    Call.objects.update(priced_by="")
    assert price_use.is_used(held(), on=ON)
    assert not price_use.is_used(held("claude-haiku-4-5-20251001"), on=ON)


def test_a_row_that_has_ended_stays_as_it_was(now: datetime) -> None:
    ended = PriceRow.objects.get(platform="anthropic", platform_id=SONNET, valid_to__isnull=False)
    assert price_use.is_used(ended, on=ON)


def test_correcting_nothing_writes_nothing_and_a_stale_save_is_refused(now: datetime) -> None:
    new = add(now)
    price_row.correct(row=new, version=1, fields={"output": 12_000_000}, reason="Same", by=BY, at=now)
    assert Action.objects.count() == 1
    price_row.correct(row=new, version=1, fields={"output": 13_000_000}, reason="One", by=BY, at=now)
    with pytest.raises(Stale) as stale:
        price_row.correct(row=new, version=1, fields={"output": 14_000_000}, reason="Two", by=BY, at=now)
    assert stale.value.theirs.output == 13_000_000


def test_an_end_is_never_before_today_for_a_row_in_use(now: datetime) -> None:
    priced(now)
    row = held()
    for on, told in ((date(2026, 11, 1), "must be today"), (date(2026, 10, 7), "must be after 2026-10-07")):
        with pytest.raises(price_row.Wrong, match=told):
            price_row.end(row=row, version=row.version, on=on, reason="End", by=BY, at=now)
    price_row.end(row=row, version=row.version, on=LATER, reason="End", by=BY, at=now)
    price_row.end(row=row, version=row.version, on=LATER, reason="Again", by=BY, at=now)
    assert list(Action.objects.filter(kind="pricing.end").values_list("reason", flat=True)) == ["End"]
    assert pricing.book(LATER).find("anthropic", SONNET) is None
    with pytest.raises(Stale):
        price_row.end(row=row, version=1, on=LATER + timedelta(days=1), reason="Late", by=BY, at=now)


def test_the_ordinary_card_does_not_end_before_the_one_for_longer_prompts(now: datetime) -> None:
    row = held("claude-haiku-5-5", above=0)
    with pytest.raises(price_row.Wrong) as refusal:
        price_row.end(row=row, version=1, on=LATER, reason="End", by=BY, at=now)
    assert list(refusal.value.problems) == ["on"]


@pytest.mark.parametrize(
    "wrong",
    [{"input": 0}, {"fast_input": 1}, {"batch_read": None}, {"valid_to": ON}, {"output": -1}, {"valid_from": None}],
)
def test_the_database_refuses_what_cannot_be(now: datetime, wrong: Mapping[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceRow.objects.create(**fields(**wrong))


# Files


def exported() -> list[dict[str, str]]:
    lines = b"".join(price_file.written(PriceRow.objects.listed())).decode().splitlines()
    return [dict(zip(price_file.COLUMNS, line.split(","), strict=False)) for line in lines[1:]]


def file(*rows: Mapping[str, str]) -> price_file.PriceFile:
    names = price_file.COLUMNS
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
    return price_file.read("\n".join(lines).encode())


def row_of(**changed: str) -> dict[str, str]:
    given = {
        "model": SONNET, "platform": "anthropic", "id": SONNET, "above": "0", "valid_from": "2026-12-01", "input": "3",
        "output": "15", "write_5m": "3.75", "write_1h": "6", "read": "0.3", "source": "The list", "as_of": "2026-11-22",
    }  # fmt: skip
    return {**given, **changed}


def take_in(now: datetime, *rows: Mapping[str, str]) -> price_intake.Taken:
    return price_intake.take_in(file=file(*rows), name="prices.csv", reason="New list", by=BY, at=now)


def refused(now: datetime, *rows: Mapping[str, str]) -> list[str]:
    before = list(PriceRow.objects.order_by("pk").values())
    with pytest.raises(price_intake.Refused) as refusal:
        take_in(now, *rows)
    assert list(PriceRow.objects.order_by("pk").values()) == before
    assert not Action.objects.filter(kind="pricing.import").exists()
    return [str(problem) for problem in refusal.value.problems]


def test_the_book_as_it_is_handed_out_changes_nothing(now: datetime) -> None:
    data = b"".join(price_file.written(PriceRow.objects.listed()))
    before = list(PriceRow.objects.order_by("pk").values())

    taken = price_intake.take_in(file=price_file.read(data), name="prices.csv", reason="Same", by=BY, at=now)

    assert taken == price_intake.Taken(0, 0, 0, PriceRow.objects.count())
    assert list(PriceRow.objects.order_by("pk").values()) == before
    assert not Action.objects.exists()


def test_new_rows_come_in_as_one_action_and_end_those_before(now: datetime) -> None:
    priced(now)
    taken = take_in(now, row_of(), row_of(platform="aws"), row_of(id="claude-own"))

    assert taken == price_intake.Taken(3, 0, 2, 0)
    action = Action.objects.get(kind="pricing.import")
    assert (action.reason, action.changes_count, action.title) == ("New list", 5, "prices.csv")
    assert held().valid_to == LATER


def test_new_rows_of_one_id_end_each_other_in_the_order_of_their_days(now: datetime) -> None:
    days = ("2026-12-24", "2026-12-01", "2026-12-10")
    assert take_in(now, *(row_of(valid_from=day) for day in days)).new == 3
    rows = PriceRow.objects.filter(platform="anthropic", platform_id=SONNET).order_by("valid_from")
    assert [f"{row.valid_from:%m-%d} {row.valid_to}" for row in rows] == [
        "09-28 2026-10-07", "10-07 2026-12-01", "12-01 2026-12-10", "12-10 2026-12-24", "12-24 None"
    ]  # fmt: skip


def test_history_tells_of_every_row_as_it_is(now: datetime) -> None:
    PriceRow.objects.all().delete()  # the fixture's leave no action
    ClaudeModel.objects.all().delete()
    price_load.load_packaged(at=now)
    new = add(now)
    price_row.correct(row=new, version=1, fields={"output": 13_000_000}, reason="Typed wrong", by=BY, at=now)
    price_row.end(row=new, version=2, on=date(2026, 12, 20), reason="End", by=BY, at=now)
    take_in(now, row_of(valid_from="2026-12-20"), row_of(platform="aws"))

    assert [str(each) for each in replay.differences() if each.record.startswith("price_row")] == []


def test_a_file_that_contradicts_the_book_or_itself_is_refused_by_row(now: datetime) -> None:
    priced(now)
    assert refused(now, row_of(), row_of(valid_from="2026-10-07", output="99")) == [
        f"row 3, {name}: {price_intake.USED}" for name in ("input", "output", "read", "write_1h", "write_5m")
    ]
    assert refused(now, row_of(valid_from="2026-09-01")) == [
        "row 2, valid_from: overlaps the row that holds from 2026-09-01"
    ]
    assert refused(now, row_of(model="gpt"), row_of(id="claude-haiku-5-5")) == [
        "row 2, model: is not a model of the price book",
        "row 3, id: is an id of claude-haiku-5-5",
    ]
    assert refused(now, row_of(valid_to="2026-12-20"), row_of(valid_from="2026-12-10")) == [
        "row 3, valid_from: overlaps the row that holds from 2026-12-01"
    ]
    assert refused(now, row_of(above="")) == ["row 2, above: is empty: a band needs its limit, 0 for every prompt"]


def test_what_is_said_about_a_price_in_use_may_change_and_its_end_from_today_on(now: datetime) -> None:
    priced(now)
    known = next(
        row
        for row in exported()
        if row["id"] == SONNET and row["valid_from"] == "2026-10-07" and row["platform"] == "anthropic"
    )
    assert take_in(now, {**known, "note": "Read again", "valid_to": "2026-12-31"}) == price_intake.Taken(0, 1, 0, 0)
    assert (held().note, held().valid_to) == ("Read again", date(2026, 12, 31))
    with pytest.raises(price_intake.Refused, match="must be today or later"):
        take_in(now, {**known, "valid_to": "2026-11-01"})


def test_a_book_that_was_loaded_raises_the_version_of_what_it_changed(now: datetime) -> None:
    book = price_book.read()
    dearer = replace(book.rows[0], prices={**book.rows[0].prices, "output": 41_000_000})
    price_load.load(found=replace(book, rows=(dearer, *book.rows[1:])), by=BY, at=now)
    assert list(PriceRow.objects.filter(version=2).values_list("output", flat=True)) == [41_000_000]
