"""The book in force, and what it makes of calls and parts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from inventory.exchange import price_book
from inventory.models import Action, Call, ClaudeModel, Discount, Modifier, Part, PriceRow
from inventory.services.history import verification
from inventory.services.prices import price_load, pricing
from tests import factories

TODAY = date(2026, 11, 22)


def applied(book, *parts, team=None, **fields) -> tuple[Call, list[Part]]:
    """A call priced by `book`; each of `parts` a dict of fields of a part, none of them an unsplit call."""
    feature = factories.make_feature(team=team)
    call = factories.make_call(feature=feature, is_split=len(parts) > 1, **fields)
    call.parts.all().delete()
    found = [factories.make_part(call=call, **{"position": i, **part}) for i, part in enumerate(parts or [{}])]
    pricing.apply(call, found, book=book)
    return call, found


SEALED = {"state": "agreed", "label": "not_waiting"}


@pytest.mark.django_db
def test_loading_writes_one_action_and_loading_again_none(now):
    first = price_load.load_packaged(at=now)
    again = price_load.load_packaged(at=now)

    assert (first.created, first.changed, first.unchanged) == (350, 0, 0)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 350)
    assert list(Action.objects.values_list("kind", "title", "changes_count")) == [
        ("pricing.load", "Prices of 2026-11-22", 350)
    ]
    assert verification.verify().findings == ()


def test_a_changed_price_is_changed_in_place_and_told(prices, now, admin):
    found = price_book.read()
    dearer = replace(found.rows[0], prices={**found.rows[0].prices, "output": 41_000_000})

    loaded = price_load.load(
        found=replace(found, rows=(dearer, *found.rows[1:])), by=admin.actor, at=now, reason="New list"
    )

    assert (loaded.created, loaded.changed) == (0, 1)
    action = Action.objects.get()
    assert (action.reason, action.changes.get().before, action.changes.get().after) == (
        "New list", '{"output":40000000}', '{"output":41000000}'
    )  # fmt: skip


def test_an_end_that_was_set_here_stays_and_a_book_is_new_once(prices, now):
    assert price_load.packaged_is_new()
    PriceRow.objects.all().delete()
    price_load.load_packaged(at=now)
    row = PriceRow.objects.valid_on(TODAY).get(platform="anthropic", platform_id="claude-sonnet-5-5")
    PriceRow.objects.filter(pk=row.pk).update(valid_to=date(2026, 12, 1))

    loaded = price_load.load_packaged(at=now)

    row.refresh_from_db()
    assert (loaded.changed, row.valid_to) == (0, date(2026, 12, 1))
    assert not price_load.packaged_is_new()


def test_a_book_that_contradicts_a_row_added_here_is_refused_whole(prices, now):
    row = PriceRow.objects.valid_on(TODAY).get(platform="anthropic", platform_id="claude-sonnet-5-5")
    row.pk, row.valid_from = None, date(2026, 10, 20)
    row.save()
    found = price_book.read()
    named = replace(found, models=(replace(found.models[0], note="Changed"), *found.models[1:]))

    with pytest.raises(price_book.BadPriceBook, match="overlaps the row that holds from 2026-10-07"):
        price_load.load(found=named, by=price_load.PACKAGE, at=now)
    assert not ClaudeModel.objects.filter(note="Changed").exists()


def test_rows_a_file_does_not_name_stay(prices, now):
    ClaudeModel.objects.create(key="own", name="Our own", family="own", status="active", aliases=["own"])

    price_load.load_packaged(at=now)

    assert ClaudeModel.objects.filter(key="own").exists()


def test_the_book_of_a_day_holds_the_rows_valid_then(prices):
    def read_price(day):
        return pricing.book(day).find("anthropic", "claude-sonnet-5-5").price.cards[0].standard.read

    assert read_price(date(2026, 10, 6)) == 200_000
    assert read_price(date(2026, 10, 7)) == 100_000
    assert pricing.book(date(2026, 9, 27)).find("anthropic", "claude-sonnet-5-5") is None
    assert len(pricing.book(date(2026, 3, 12)).find("anthropic", "claude-opus-4-6").price.cards) == 2
    assert len(pricing.book(date(2026, 3, 13)).find("anthropic", "claude-opus-4-6").price.cards) == 1


def test_the_book_takes_five_queries_once_and_one_after(changed_prices, django_assert_num_queries):
    with django_assert_num_queries(5):
        book = pricing.book(TODAY)
        book.find("anthropic", "claude-sonnet-5-5")
    with django_assert_num_queries(1):
        assert pricing.book(TODAY) is book


def test_a_loaded_price_is_in_the_next_book(db, now):
    packaged = price_book.read()
    rows = [row for row in packaged.rows if row.model == "claude-sonnet-5-5"]
    dearer = [replace(row, prices={**row.prices, "input": row.prices["input"] + 1}) for row in rows]
    price_load.load(found=replace(packaged, rows=rows), by=price_load.PACKAGE, at=now, reason="")
    first = pricing.book(TODAY).find("anthropic", "claude-sonnet-5-5").price
    price_load.load(found=replace(packaged, rows=dearer), by=price_load.PACKAGE, at=now, reason="dearer")
    then = pricing.book(TODAY).find("anthropic", "claude-sonnet-5-5").price
    assert then.cards[0].standard.input == first.cards[0].standard.input + 1


# 1,000 requests of 6,000 + 2,000 input, nothing read from cache, 800 output at Sonnet 5.5: 2 / 10, write 2.50.
REAL_TIME = 12_000_000 + 5_000_000 + 8_000_000
BATCH = (16_000_000 + 8_000_000) // 2


def test_a_sealed_part_that_nobody_waits_for_moves_to_batch(prices):
    call, [part] = applied(prices, SEALED)

    assert (part.kind, part.why, part.doubts) == ("move_to_batch", "", [])
    assert (part.cost_today, part.cost_target, part.saving, part.possible) == (REAL_TIME, BATCH, REAL_TIME - BATCH, 0)
    assert (call.kind, call.cost_today, call.cost_target) == ("move_to_batch", REAL_TIME, BATCH)


@pytest.mark.parametrize(
    ("state", "doubt"),
    [
        ("unlabelled", "undecided"), ("one_side", "one_sided"), ("disputed", "disputed"), ("check_needed", "check_needed"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_sealed_counts_as_real_time_and_is_a_doubt(prices, state, doubt):
    _, [part] = applied(prices, {"state": state, "label": "not_waiting" if state == "one_side" else ""})

    assert (part.kind, part.cost_target, part.saving, part.possible) == (
        "undecided", REAL_TIME, 0, REAL_TIME - BATCH
    )  # fmt: skip
    assert part.doubts == [doubt]


def test_one_side_counts_where_the_team_says_so_and_is_marked(prices):
    team = factories.make_team(one_side_enough=True)

    _, [counted] = applied(prices, {"state": "one_side", "label": "not_waiting"}, team=team)
    _, [empty] = applied(prices, {"state": "one_side", "label": ""}, team=team)

    assert (counted.kind, counted.doubts) == ("move_to_batch", ["one_sided"])
    assert empty.kind == "undecided"


@pytest.mark.parametrize(
    ("part", "path", "kind", "why", "target"),
    [
        ({"state": "settled", "label": "waiting"}, "real_time", "stay_real_time", "", REAL_TIME),
        ({"state": "settled", "label": "waiting"}, "batch", "bring_back", "", REAL_TIME),
        (SEALED, "batch", "stay_batch", "", BATCH),
        ({**SEALED, "blockers": ["zero_retention"]}, "real_time", "cannot_move", "blocked", REAL_TIME),
        ({**SEALED, "blockers": ["streaming"]}, "batch", "bring_back", "batch_but_blocked", REAL_TIME),
    ],
)
def test_label_path_and_blockers_decide_the_move(prices, part, path, kind, why, target):
    _, [found] = applied(prices, part, today_path=path)

    assert (found.kind, found.why, found.cost_target) == (kind, why, target)
    assert found.cost_today == (REAL_TIME if path == "real_time" else BATCH)


def test_a_batch_that_would_cost_more_is_not_recommended(prices):
    cached = {"uncached_input": 200, "cacheable_prefix": 30_000, "output": 50, "hit_share": Decimal("0.95")}

    _, [part] = applied(prices, {**SEALED, **cached}, **cached)

    assert (part.kind, part.why, part.saving) == ("stay_real_time", "batch_dearer", 0)


def test_a_platform_without_batch_price_cannot_move(prices):
    _, [part] = applied(prices, SEALED, provider="foundry")

    assert (part.kind, part.why, part.cost_target) == ("cannot_move", "no_batch_price", REAL_TIME)


def test_an_unknown_model_has_no_amount_anywhere_and_is_a_doubt(prices):
    call, parts = applied(prices, SEALED, {}, model="gpt-9")

    assert (call.kind, call.cost_today, call.cost_target) == ("split", None, None)
    assert [(p.cost_today, p.cost_target, p.saving, p.possible) for p in parts] == [(None, None, 0, 0)] * 2
    assert [p.doubts for p in parts] == [["model_unknown"], ["model_unknown", "undecided"]]


def test_an_amount_no_column_holds_is_a_doubt_and_not_a_crash(prices):
    call, [part] = applied(prices, {"requests": 10**12, "output": 10**9}, requests=10**12, output=10**9)

    assert (call.cost_today, part.cost_target, part.doubts) == (None, None, ["too_large", "undecided"])


@pytest.mark.parametrize(
    ("fields", "doubts"),
    [
        ({"provider": "unknown"}, ["undecided", "provider_unknown"]),
        ({"provider": "gateway"}, ["undecided", "gateway"]),
        ({"path_assumed": True, "figures": "assumed"}, ["undecided", "path_assumed", "figures_assumed"]),
        ({"model": "claude-sonnet-4-5"}, ["model_retires", "undecided"]),
        ({"model": "claude-3-opus-latest"}, ["model_retired", "undecided", "price_derived"]),
        ({"provider": "bedrock", "model": "claude-fable-5-2"}, ["undecided", "price_derived"]),
        ({"geo": "us", "model": "claude-opus-4-5"}, ["undecided", "geo_not_offered", "prefix_too_short"]),
        ({"fast": True}, ["undecided", "fast_not_priced"]),
    ],
)
def test_what_is_doubtful_is_listed_in_order(prices, fields, doubts):
    _, [part] = applied(prices, **fields)

    assert part.doubts == doubts


def test_geography_and_fast_mode_are_priced(prices):
    us, _ = applied(prices, geo="us")
    fast, _ = applied(prices, model="claude-opus-5-5", fast=True)

    assert us.cost_today == REAL_TIME * 11 // 10
    assert fast.cost_today == 6 * 8_000_000 + 2 * 10_000_000 + 8 * 4_000_000


def test_a_split_call_shares_its_cost_today_out_to_the_last_micro_dollar(prices):
    early = {
        "requests": 333,
        "uncached_input": 6001,
        "cacheable_prefix": 1999,
        "output": 77,
        "label": "waiting",
        "state": "agreed",
    }
    late = {"requests": 667, "uncached_input": 6001, "cacheable_prefix": 1999, "output": 723, **SEALED}

    call, parts = applied(prices, early, late, {"requests": 1, "output": 1})

    assert sum(part.cost_today for part in parts) == call.cost_today == REAL_TIME
    assert call.cost_target == sum(part.cost_target for part in parts)
    assert call.kind == "split"
    assert [part.kind for part in parts] == ["stay_real_time", "move_to_batch", "undecided"]
    assert all(part.saving == part.cost_today - part.cost_target for part in parts)
    assert call.saving == sum(part.saving for part in parts)


def test_a_split_that_costs_more_shows_a_negative_saving(prices):
    whole = {"uncached_input": 9000, "cacheable_prefix": 0}
    parts = [
        {**whole, "output": 100, "state": "agreed", "label": "waiting"},
        {**whole, "output": 300, **SEALED},
    ]

    call, _ = applied(prices, *parts, output=400, **whole)

    assert (call.cost_today, call.cost_target) == (22_000_000, 29_500_000)
    assert call.saving == -7_500_000


def test_a_split_of_a_call_in_batch_shares_the_batch_cost_out(prices):
    call, parts = applied(prices, {**SEALED, "requests": 400}, {**SEALED, "requests": 600}, today_path="batch")

    assert call.cost_today == BATCH
    assert [part.cost_today for part in parts] == [BATCH * 4 // 10, BATCH * 6 // 10]


def test_a_split_without_volume_still_adds_up(prices):
    call, parts = applied(prices, {"requests": 0}, {"requests": 0}, requests=0)

    assert (call.cost_today, [part.cost_today for part in parts]) == (0, [0, 0])


def test_parts_with_the_calls_prompt_take_its_share_of_long_prompts(prices):
    fields = {
        "model": "claude-haiku-5-5",
        "share_above": Decimal("1"),
        "cacheable_prefix": 0,
        "uncached_input": 1000,
        "output": 0,
    }

    _, [same, other] = applied(prices, {"uncached_input": 1000}, {"uncached_input": 500}, **fields)

    assert (same.cost_target, other.cost_target) == (500_000, 50_000)


def test_applying_saves_nothing_and_asks_nothing(prices, django_assert_num_queries):
    call = factories.make_call()
    parts = list(call.parts.all())
    call = Call.objects.select_related("team").get(pk=call.pk)

    with django_assert_num_queries(0):
        pricing.apply(call, parts, book=prices)

    assert Part.objects.get().cost_today is None


TYPED = {
    "provider": "anthropic", "model": "claude-sonnet-5-5", "requests": 1000, "uncached_input": 6000,
    "cacheable_prefix": 2000, "output": 800, "today_path": "batch",
}  # fmt: skip


def test_a_preview_prices_what_is_typed(prices):
    found = pricing.preview(TYPED, on=TODAY)

    assert (found.model, found.real_time, found.batch, found.today) == ("Claude Sonnet 5.5", REAL_TIME, BATCH, BATCH)
    assert found.doubts == ()


@pytest.mark.parametrize("missing", ["provider", "requests", "uncached_input", "output", "model"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_preview_waits_for_what_is_missing(prices, missing, value):
    found = pricing.preview({**TYPED, missing: value}, on=TODAY)

    assert (found.real_time, found.batch, found.today) == (None, None, None)


def test_a_preview_of_nothing_is_empty(prices):
    assert pricing.preview({}, on=TODAY) == pricing.Preview("", None, None, None, None, ())


def test_a_preview_warns_of_models(prices):
    retires = pricing.preview({"model": "claude-sonnet-4-5", "provider": "anthropic"}, on=TODAY)
    unknown = pricing.preview({**TYPED, "model": "gpt"}, on=TODAY)
    huge = pricing.preview({**TYPED, "requests": 10**30}, on=TODAY)

    assert (retires.doubts, retires.retires_on) == (("model_retires",), date(2026, 11, 30))
    assert unknown.doubts == ("model_unknown",)
    assert (huge.real_time, huge.doubts) == (None, ("too_large",))


def test_a_row_of_the_book_reads_back_as_it_was_written(prices):
    row = PriceRow.objects.get(platform="anthropic", platform_id="claude-opus-5-5")

    assert row.as_row().card.fast.read == 400_000
    assert (row.source_address, row.confidence, row.derived) == (
        "https://platform.claude.com/docs/en/about-claude/pricing", "high", []
    )  # fmt: skip


def test_tools_cost_the_same_in_batch_and_hours_of_a_container_are_counted_in_full(prices):
    _, [bare] = applied(prices, SEALED)
    _, [part] = applied(
        prices, {**SEALED, "searches": Decimal(2), "container_minutes": Decimal(30)}, searches=Decimal(2),
        container_minutes=Decimal(30),
    )  # fmt: skip

    fees = 20_000_000 + 25_000_000  # 2,000 searches, 500 hours
    assert (part.cost_today, part.cost_target) == (REAL_TIME + fees, BATCH + fees)
    assert part.saving == bare.saving
    assert part.doubts == ["free_hours"]


def test_a_fee_the_book_does_not_know_is_a_doubt(changed_prices):
    Modifier.objects.filter(key="web_search").delete()
    call, [part] = applied(pricing.book(TODAY), SEALED, searches=Decimal(2))

    assert (call.cost_today, part.doubts) == (REAL_TIME, ["fee_not_priced"])


def test_what_expires_is_repeated_at_full_price(prices):
    call, [part] = applied(prices, SEALED, expired_share=Decimal("0.05"))

    assert part.cost_target == (BATCH * 95 + REAL_TIME * 5) // 100
    assert call.cost_today == REAL_TIME


def test_a_guard_without_a_share_that_expires_is_a_doubt(prices):
    _, [guarded] = applied(prices, {**SEALED, "guard": True})
    _, [counted] = applied(prices, {**SEALED, "guard": True}, expired_share=Decimal("0.02"))

    assert (guarded.doubts, counted.doubts) == (["expiry_not_counted"], [])


def test_a_part_on_a_cheaper_model_saves_once_its_label_counts_and_until_then_is_possible(prices):
    """Haiku 5.5 at 0.1 and 0.5 a million, in batch half of that: 6,000 + 2,000 written for 5 minutes or not cached, 800."""
    open_part = {"requests": 500}
    call, [stays, moves, undecided] = applied(
        prices,
        {**open_part, "state": "agreed", "label": "waiting", "model": "claude-haiku-5-5"},
        {**open_part, **SEALED, "model": "claude-haiku-5-5"},
        {**open_part, "model": "claude-haiku-5-5"},
        requests=1500,
    )
    real_time, batch = 500 * (600 + 250 + 400), 500 * (800 + 400) // 2

    assert call.cost_today == sum(part.cost_today for part in (stays, moves, undecided)) == REAL_TIME * 3 // 2
    assert [part.cost_target for part in (stays, moves, undecided)] == [real_time, batch, REAL_TIME // 2]
    assert undecided.possible == REAL_TIME // 2 - batch
    assert all("other_model" in part.doubts for part in (stays, moves, undecided))


def test_a_part_on_a_dearer_model_counts_as_dear_before_anybody_labels_it(prices):
    _, [part, _] = applied(prices, {"model": "claude-opus-5-5"}, {})

    assert part.cost_target == 2 * REAL_TIME
    assert part.saving == part.cost_today - part.cost_target


def test_a_part_on_a_model_of_no_price_leaves_the_whole_call_uncounted(prices):
    call, parts = applied(prices, {"model": "gpt"}, {})

    assert [call.cost_today, *(part.cost_today for part in parts)] == [None, None, None]


def test_a_discount_is_off_every_token_price_where_it_was_negotiated_and_nowhere_else(changed_prices):
    Discount.objects.create(platform="anthropic", share=Decimal("0.1"), valid_from=date(2026, 11, 1), reason="Agreed")
    Discount.objects.create(platform="anthropic", share=Decimal("0.2"), valid_from=date(2026, 12, 1), reason="Agreed")
    tools = {"searches": Decimal(1)}
    found = [
        applied(pricing.book(day), {**SEALED, **tools}, provider=provider, **tools)
        for provider, day in (
            ("anthropic", TODAY), ("anthropic", date(2026, 12, 1)), ("anthropic", date(2026, 10, 31)), ("aws", TODAY),
            ("unknown", TODAY),
        )
    ]  # fmt: skip

    fee = 10_000_000
    assert [call.cost_today - fee for call, _ in found] == [
        REAL_TIME * share // 100 for share in (90, 80, 100, 100, 100)
    ]
    assert [part.cost_target - fee for _, [part] in found] == [
        BATCH * share // 100 for share in (90, 80, 100, 100, 100)
    ]


def test_a_discount_may_reach_the_fees_where_that_was_negotiated(changed_prices):
    Discount.objects.create(
        platform="anthropic", share=Decimal("0.1"), on_fees=True, valid_from=date(2026, 11, 1), reason="Agreed"
    )
    call, _ = applied(pricing.book(TODAY), SEALED, searches=Decimal(1))

    assert call.cost_today == (REAL_TIME + 10_000_000) * 9 // 10
