import pytest

from inventory.domain.part import Gap, Path
from inventory.models import Action, Call, Part, Sheet, Stale
from inventory.services.calls import part as parts
from tests import factories

# The whole sends 6,000 tokens and a prefix of 2,000, and gets 800 back, a thousand times a month: $25.00 in real time.
PREVIEW = {"name": "Preview", "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 100}
ANALYSIS = {"name": "Full analysis", "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 700}


@pytest.fixture(autouse=True)
def price(db):
    return factories.make_price()


@pytest.fixture
def call(team):
    return factories.make_call(feature=factories.make_feature(team=team), name="Document analysis")


@pytest.fixture
def split(call, pia, now):
    """The call in two parts: what the broker waits for, and what the underwriter reads in the morning."""
    return parts.split(
        call=call, version=1, parts=[PREVIEW, {**ANALYSIS, "consumer": "Underwriter"}], by=pia.actor, at=now
    )


def resplit(call, given, by, at, **options):
    return parts.split(call=call, version=call.version, parts=given, by=by.actor, at=at, **options)


def as_given(call, **changes):
    """The parts as the form gives them back, the first one changed."""
    first, *rest = [
        {"id": part.pk, **{n: getattr(part, n) for n in (*PREVIEW, *parts.TEXTS)}}
        for part in call.parts.order_by("position")
    ]
    return [{**first, **changes}, *rest]


def seal(part, label="waiting"):
    Part.objects.filter(pk=part.pk).update(label=label, state="agreed")


def test_splitting_makes_parts_that_start_without_a_label(split):
    found = list(Part.objects.order_by("position"))
    assert [(p.name, p.position, p.label, p.state, p.in_split) for p in found] == [
        ("Preview", 0, "", "unlabelled", True),
        ("Full analysis", 1, "", "unlabelled", True),
    ]
    assert Call.objects.get().is_split


def test_cost_today_of_the_parts_adds_up_to_the_call(split):
    costs = Part.objects.order_by("position").values_list("cost_today", flat=True)
    assert Call.objects.get().cost_today == 25_000_000
    assert sum(costs) == 25_000_000


def test_splitting_is_one_action_with_the_old_part_and_its_answers(call, pia, now):
    old = call.parts.get()
    sheet = Sheet.objects.create(part=old, side="product", test_version=1, answers={"first": "person_now"})
    resplit(call, [PREVIEW, ANALYSIS], pia, now)
    action = Action.objects.get()
    assert (action.kind, action.record, action.effect_today) == ("part.split", "call", 25_000_000)
    gone = action.changes.filter(after="").values_list("record", "record_id")
    assert set(gone) == {("part", str(old.pk)), ("sheet", str(sheet.pk))}
    assert not Sheet.objects.exists()


def test_a_shortfall_is_refused_with_what_is_missing(call, pia, now):
    with pytest.raises(parts.FallsShort) as refused:
        resplit(call, [PREVIEW, {**ANALYSIS, "output": 600}], pia, now)
    assert refused.value.gaps == (Gap("output", 800_000, 700_000),)
    assert not Call.objects.get().is_split
    assert not Action.objects.exists()


@pytest.mark.parametrize("count", [0, 1, 11])
def test_a_split_has_two_to_ten_parts(call, pia, now, count):
    with pytest.raises(parts.WrongCount):
        resplit(call, [{**PREVIEW, "output": 800}] * count, pia, now)


def test_a_retired_call_is_not_split(call, pia, now):
    Call.objects.update(retired_at=now)
    with pytest.raises(parts.CallRetired):
        resplit(call, [PREVIEW, ANALYSIS], pia, now)


def test_the_parts_of_a_retired_call_stay_as_they_are(split, pia, now):
    Call.objects.update(retired_at=now)
    Part.objects.update(is_live=False)
    with pytest.raises(parts.CallRetired):
        parts.unsplit(call=split, version=split.version, by=pia.actor, at=now, reason="One again")
    with pytest.raises(parts.CallRetired):
        parts.edit(part=split.parts.first(), version=1, fields={"consumer": "Clerk"}, by=pia.actor, at=now)
    assert not Part.objects.live().exists()


def test_a_part_of_another_call_is_refused(call, pia, now):
    other = factories.make_call(feature=call.feature).parts.get()
    with pytest.raises(parts.NotOfThisCall):
        resplit(call, [{**PREVIEW, "id": other.pk}, ANALYSIS], pia, now)
    assert Part.objects.filter(pk=other.pk).exists()


def test_the_one_part_of_an_unsplit_call_is_not_one_of_a_split(call, pia, now):
    whole = call.parts.get()
    with pytest.raises(parts.NotOfThisCall):
        resplit(call, [{**PREVIEW, "id": whole.pk}, ANALYSIS], pia, now)
    assert list(call.parts.all()) == [whole]


def test_a_stale_split_is_refused_and_nothing_changes(call, pia, now):
    parts.split(call=call, version=1, parts=[PREVIEW, ANALYSIS], by=pia.actor, at=now)
    with pytest.raises(Stale):
        parts.split(call=call, version=1, parts=[PREVIEW, PREVIEW, ANALYSIS], by=pia.actor, at=now)
    assert Part.objects.count() == 2


def test_saving_a_split_without_a_difference_writes_nothing(split, pia, now):
    saved = resplit(split, as_given(split), pia, now)
    assert saved.version == split.version
    assert Action.objects.count() == 1


def test_changing_a_split_keeps_the_labels_of_parts_that_did_not_change(split, pia, now):
    first, second = split.parts.order_by("position")
    seal(first)
    seal(second, "not_waiting")
    resplit(split, as_given(split, consumer="Claims handler"), pia, now, reason="Brokers no longer upload")
    assert list(Part.objects.order_by("position").values_list("label", "state")) == [
        ("", "check_needed"),
        ("not_waiting", "agreed"),
    ]
    assert [p.kind for p in Part.objects.order_by("position")] == ["undecided", "move_to_batch"]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"consumer": "Claims handler"}, "check_needed"),
        ({"deadline": "05:00"}, "check_needed"),
        ({"read_when": "next morning"}, "check_needed"),
        ({"requests": 1201}, "check_needed"),
        ({"requests": 1200}, "agreed"),
        ({"output": 200}, "agreed"),
        ({"name": "First look"}, "agreed"),
        ({"hand_over": "a notice", "meanwhile": "soon"}, "agreed"),
    ],
)
def test_a_fact_the_label_rests_on_breaks_the_seal(split, pia, now, change, state):
    first = split.parts.order_by("position")[0]
    seal(first)
    resplit(split, as_given(split, **change), pia, now, reason="Because")
    first.refresh_from_db()
    assert first.state == state


def test_losing_a_label_that_counts_needs_a_reason(split, pia, now):
    seal(split.parts.order_by("position")[0])
    for given in ([PREVIEW, *as_given(split)[1:]], as_given(split, deadline="05:00")):
        with pytest.raises(parts.ReasonNeeded):
            resplit(split, given, pia, now)
    assert Action.objects.count() == 1


def test_a_new_part_comes_last_and_a_part_not_named_goes(split, pia, now):
    first, second = split.parts.order_by("position")
    resplit(split, [{**PREVIEW, "name": "Notice"}, {"id": second.pk, **ANALYSIS}], pia, now)
    assert list(Part.objects.order_by("position").values_list("name", "position")) == [
        ("Full analysis", 0),
        ("Notice", 1),
    ]
    assert not Part.objects.filter(pk=first.pk).exists()


def test_undoing_the_split_leaves_one_part_without_a_label(split, pia, now):
    seal(split.parts.order_by("position")[0])
    whole = parts.unsplit(call=split, version=split.version, by=pia.actor, at=now, reason="One reader after all")
    part = Part.objects.get()
    assert (part.name, part.label, part.in_split, part.requests, part.cost_today) == (
        "Document analysis",
        "",
        False,
        1000,
        25_000_000,
    )
    assert (whole.is_split, whole.kind) == (False, "undecided")
    assert list(Action.objects.order_by("seq").values_list("kind", "reason")) == [
        ("part.split", ""),
        ("part.unsplit", "One reader after all"),
    ]


def test_undoing_a_split_needs_a_reason_and_the_current_version(split, pia, now):
    with pytest.raises(parts.ReasonNeeded):
        parts.unsplit(call=split, version=split.version, by=pia.actor, at=now, reason="")
    with pytest.raises(Stale):
        parts.unsplit(call=split, version=1, by=pia.actor, at=now, reason="Because")
    assert Part.objects.count() == 2


def test_undoing_the_split_of_an_unsplit_call_writes_nothing(call, pia, now):
    parts.unsplit(call=call, version=1, by=pia.actor, at=now, reason="Because")
    assert not Action.objects.exists()


def test_saying_who_uses_a_part_breaks_its_seal_and_reprices_the_call(call, pia, now):
    part = call.parts.get()
    seal(part, "not_waiting")
    parts.edit(part=part, version=1, fields={"consumer": "Underwriter", "deadline": "05:00"}, by=pia.actor, at=now)
    part.refresh_from_db()
    assert (part.consumer, part.deadline, part.state, part.kind) == (
        "Underwriter",
        "05:00",
        "check_needed",
        "undecided",
    )
    assert Call.objects.get().kind == "undecided"
    assert Action.objects.get().kind == "part.edit"


def test_a_hand_over_leaves_the_seal_alone(call, pia, now):
    part = call.parts.get()
    seal(part)
    parts.edit(part=part, version=1, fields={"hand_over": "By e-mail"}, by=pia.actor, at=now)
    part.refresh_from_db()
    assert (part.hand_over, part.state) == ("By e-mail", "agreed")


def test_editing_a_part_from_a_stale_version_is_refused(call, pia, now):
    part = call.parts.get()
    parts.edit(part=part, version=1, fields={"consumer": "Underwriter"}, by=pia.actor, at=now)
    with pytest.raises(Stale):
        parts.edit(part=part, version=1, fields={"consumer": "Broker"}, by=pia.actor, at=now)
    assert Part.objects.get().consumer == "Underwriter"
    assert Action.objects.count() == 1


def test_economics_weighs_the_split_before_it_is_saved(call, now):
    found = parts.economics(call=call, parts=[PREVIEW, ANALYSIS], on=now.date())
    assert (found.today, found.balance.whole, found.balance.overhead) == (25_000_000, 25_000_000, 17_000_000)
    assert found.overhead == (
        Gap("uncached_input", 6_000_000, 12_000_000),
        Gap("cacheable_prefix", 2_000_000, 4_000_000),
    )
    assert [(p.name, p.real_time, p.batch, p.path) for p in found.parts] == [
        ("Preview", 18_000_000, 8_500_000, None),
        ("Full analysis", 24_000_000, 11_500_000, None),
    ]
    assert (found.balance.least, found.balance.pays) == (29_500_000, False)
    assert not Call.objects.get().is_split


def test_economics_follows_the_labels_that_count(split, now):
    first, second = split.parts.order_by("position")
    seal(first)
    seal(second, "not_waiting")
    found = parts.economics(call=split, parts=as_given(split), on=now.date())
    assert [p.path for p in found.parts] == [Path.REAL_TIME, Path.BATCH]
    open_again = parts.economics(call=split, parts=as_given(split, deadline="05:00"), on=now.date())
    assert [p.path for p in open_again.parts] == [None, Path.BATCH]


def test_economics_without_a_known_price_still_says_what_is_missing(call, now):
    Call.objects.update(model="nobody-knows-it")
    found = parts.economics(call=call, parts=[PREVIEW, PREVIEW], on=now.date())
    assert found.balance is None
    assert [gap.tokens for gap in found.shortfall] == ["output"]
