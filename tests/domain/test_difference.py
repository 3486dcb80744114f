"""The difference of two plans, reason by reason: by hand, and as a property that no case of ours may break."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inventory.domain.difference import NOTHING, Amounts, CallThen, PartThen, Reason, added, costed, lines
from inventory.domain.difference_words import MEANS, WORDS, said
from inventory.domain.part import Label, Path
from inventory.domain.pricing import Card, Price, Profile, Rates

STANDARD = Rates(2_000_000, 10_000_000, 2_500_000, 4_000_000, 200_000)
PRICE = Price((Card(0, STANDARD, Rates(1_000_000, 5_000_000, 1_250_000, 2_000_000, 100_000)),))
DEARER = Price(
    (
        Card(
            0,
            Rates(4_000_000, 20_000_000, 5_000_000, 8_000_000, 400_000),
            Rates(2_000_000, 10_000_000, 2_500_000, 4_000_000, 200_000),
        ),
    )
)
PROFILE = Profile(1000, 6000, 0, 800)
PART = PartThen(1, "One", "", PROFILE, Label.NOT_WAITING, (), NOTHING, agreed=True, scheduled=False)


def call(*parts: PartThen, prices: Price | None = PRICE, **fields: object) -> CallThen:
    """With the amounts its facts cost stored in its parts, as the plan does."""
    whole = CallThen(
        7, "Seven", "anthropic", "m", "", Path.REAL_TIME, parts[0].profile, len(parts) > 1, parts, {"m": prices, "n": DEARER}
    )  # fmt: skip
    whole = replace(whole, **fields)
    return replace(whole, parts=tuple(replace(p, amounts=a) for p, a in zip(whole.parts, costed(whole), strict=True)))


def test_each_reason_is_what_its_own_step_adds() -> None:
    """6,000 in at $2 and 800 out at $10 a million are $20 for 1,000 requests, half of it in batch."""
    was = call(PART)
    more = replace(PROFILE, requests=2000, output=1600)
    now = call(replace(PART, profile=more, label=Label.WAITING, scheduled=True, wave="First"), prices=DEARER)
    (line,) = lines(was, now)
    assert line.by == {
        Reason.PRICE: Amounts(20_000_000, 10_000_000),
        Reason.TOKENS: Amounts(16_000_000, 8_000_000),  # 800 more out at $20
        Reason.VOLUME: Amounts(56_000_000, 28_000_000),
        Reason.LABEL: Amounts(0, 56_000_000),
        Reason.WAVE: NOTHING,
    }
    assert said(Reason.VOLUME, line, was, now) == "1,000 → 2,000 requests a month"
    assert said(Reason.TOKENS, line, was, now) == "output 800 → 1,600"
    assert said(Reason.LABEL, line, was, now) == "nobody waits → somebody waits"
    assert said(Reason.WAVE, line, was, now) == "no wave → First"


def test_a_wave_changes_what_is_in_plan_and_no_monthly_amount() -> None:
    (line,) = lines(call(PART), call(replace(PART, scheduled=True, wave="First")))
    assert line.by == {Reason.WAVE: Amounts(0, 0, 10_000_000)}


def test_what_stays_of_a_split_says_why_it_counts_in_plan() -> None:
    was, now = (
        call(PART, replace(PART, id=2, label=Label.WAITING)),
        call(replace(PART, scheduled=True, wave="First"), replace(PART, id=2, label=Label.WAITING, scheduled=True)),
    )
    told = [said(Reason.WAVE, line, was, now) for line in lines(was, now)]
    assert told == ["no wave → First", "counts in plan with another part of its call"]


def test_a_call_on_one_side_only_is_new_or_gone() -> None:
    here = call(PART)
    assert [line.by for line in lines(None, here)] == [{Reason.NEW: Amounts(20_000_000, 10_000_000)}]
    assert [line.by for line in lines(here, None)] == [{Reason.GONE: Amounts(-20_000_000, -10_000_000)}]
    assert lines(here, here) == []


def test_a_split_is_one_line_of_the_call_with_its_new_volume_told_apart() -> None:
    was = call(replace(PART, label=Label.WAITING))
    half = replace(PROFILE, requests=1000)
    now = call(
        replace(PART, id=2, profile=half, label=Label.WAITING), replace(PART, id=3, profile=half),
        profile=replace(PROFILE, requests=2000),
    )  # fmt: skip
    (line,) = lines(was, now)
    assert (line.part, line.name) == (None, "Seven")
    assert line.by == {Reason.VOLUME: Amounts(20_000_000, 20_000_000), Reason.SPLIT: Amounts(0, -10_000_000)}
    assert said(Reason.SPLIT, line, was, now) == "whole → 2 parts"


def test_amounts_that_no_fact_explains_are_told_under_price() -> None:
    was = call(PART)
    odd = replace(was, parts=(replace(was.parts[0], amounts=Amounts(19_000_000, 10_000_000)),))
    assert [line.by for line in lines(odd, was)] == [{Reason.PRICE: Amounts(1_000_000)}]


def test_every_reason_has_its_words() -> None:
    assert set(WORDS) == set(MEANS) == set(Reason)


shares = st.sampled_from([Decimal(0), Decimal("0.3"), Decimal("0.95"), Decimal(1)])
profiles = st.builds(
    Profile, st.integers(0, 10**9), st.integers(0, 10**5), st.integers(0, 10**5), st.integers(0, 10**4), shares, shares,
    st.booleans(), st.one_of(st.none(), shares), st.just(False), st.just(True), shares,
)  # fmt: skip
stored = st.builds(Amounts, st.integers(0, 10**12), st.integers(0, 10**12), st.integers(-(10**9), 10**9))
parts = st.builds(
    PartThen, st.integers(1, 3), st.just("Part"), st.sampled_from(["", "n", "unknown"]), profiles, st.sampled_from(Label),
    st.sampled_from([(), ("zero data retention",)]), stored, st.booleans(), st.booleans(), st.sampled_from(["", "First"]),
)  # fmt: skip
prices = st.sampled_from([PRICE, DEARER, None])
calls = st.builds(
    CallThen, st.just(7), st.just("Seven"), st.just("anthropic"), st.sampled_from(["m", "n"]), st.just(""),
    st.sampled_from(Path), profiles, st.booleans(),
    st.lists(parts, min_size=1, max_size=3, unique_by=lambda part: part.id).map(lambda found: tuple(sorted(found, key=lambda part: part.id))),
    st.fixed_dictionaries({"m": prices, "n": prices}),
).filter(lambda found: found.is_split or len(found.parts) == 1)  # fmt: skip


@given(st.one_of(st.none(), calls), st.one_of(st.none(), calls))
def test_the_reasons_add_up_to_the_whole_difference_exactly(was: CallThen | None, now: CallThen | None) -> None:
    if was is None and now is None:
        return
    found = lines(was, now)
    before, after = (side.amounts if side else NOTHING for side in (was, now))
    assert added(line.whole for line in found) == after.less(before)
    for line in found:
        for reason in line.by:
            assert len(said(reason, line, was, now)) <= 300
