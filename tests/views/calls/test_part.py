import re

import pytest
from django.db import transaction
from django.test import Client

from inventory.models import Action, Call, Part
from inventory.services.calls import part as parts
from tests import factories, hostile

HOSTILE = ["99999999999999999999", "1.234,56", "NaN", "\x00", "x" * 40_000, "-1", "", "½"]
PREVIEW = {
    "name": "Preview",
    "requests": "1,000",
    "uncached_input": "1000",
    "cacheable_prefix": "2000",
    "output": "100",
}
ANALYSIS = {
    "name": "Full analysis",
    "requests": "1000",
    "uncached_input": "5000",
    "cacheable_prefix": "0",
    "output": "700",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def price(db):
    return factories.make_price()


@pytest.fixture
def call(team):
    return factories.make_call(feature=factories.make_feature(team=team), name="Document analysis")


@pytest.fixture
def split(call, pia, now):
    rows = [{n: int(v.replace(",", "")) if n != "name" else v for n, v in row.items()} for row in (PREVIEW, ANALYSIS)]
    return parts.split(call=call, version=1, parts=rows, by=pia.actor, at=now)


def typed(*rows, version=1, **fields):
    data = {f"part-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}
    return {**data, "part-TOTAL_FORMS": len(rows), "part-INITIAL_FORMS": 0, "version": version, **fields}


def with_ids(call):
    return [
        {"id": part.pk, **row} for part, row in zip(call.parts.order_by("position"), (PREVIEW, ANALYSIS), strict=True)
    ]


def test_a_member_splits_a_call(as_ed, call):
    answer = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, {**ANALYSIS, "hand_over": "A notice"}))
    assert answer.status_code == 302
    found = Part.objects.order_by("position").values_list("name", "requests", "hand_over")
    assert list(found) == [("Preview", 1000, ""), ("Full analysis", 1000, "A notice")]


def test_the_form_starts_with_two_rows_of_the_calls_volume(as_ed, call):
    rows = as_ed.get(f"/calls/{call.pk}/split").context["rows"]
    assert [row["requests"].value() for row in rows] == ["1,000", "1,000"]


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("preview", ["Preview", "Full analysis"]),
        ("answer", ["Live answer", "History enrichment"]),
        ("exhaustive", ["Immediate answer", "Exhaustive pass"]),
        ("\x00", [None, None]),
    ],
)
def test_a_pattern_fills_in_names_and_hand_overs_and_never_a_label(as_ed, call, key, names):
    answer = as_ed.get(f"/calls/{call.pk}/split", {"pattern": key})
    rows = answer.context["rows"]
    assert [row["name"].value() for row in rows] == names
    assert "label" not in rows[0].fields


def test_a_shortfall_is_refused_with_what_is_missing(as_ed, call):
    answer = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, {**ANALYSIS, "output": "600"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "100,000 output tokens (the call has 800,000, its parts 700,000)" in text
    assert 'value="Full analysis"' in text
    assert not Call.objects.get().is_split


def test_a_split_that_costs_more_than_it_saves_says_so_and_is_kept(as_ed, call):
    dear = [{**PREVIEW, "uncached_input": "6000"}, {**ANALYSIS, "uncached_input": "6000", "cacheable_prefix": "2000"}]
    weighed = as_ed.post(f"/calls/{call.pk}/split/cost", typed(*dear), headers=HTMX)
    text = weighed.content.decode()
    assert "This split costs more than it saves" in text
    assert "$29.50 a month at best, $25.00 unsplit" in text
    assert "6,000,000 input tokens, not cacheable; 2,000,000 cacheable prefix tokens a month" in text
    assert "+$17.00" in text
    assert as_ed.post(f"/calls/{call.pk}/split", typed(*dear)).status_code == 302
    assert Call.objects.get().is_split


def test_the_cost_comes_as_a_fragment_to_htmx_and_as_a_page_to_a_button(as_ed, call):
    data = typed(PREVIEW, ANALYSIS)
    fragment = as_ed.post(f"/calls/{call.pk}/split/cost", data, headers=HTMX).content.decode()
    whole = as_ed.post(f"/calls/{call.pk}/split/cost", data).content.decode()
    assert "<html" not in fragment
    assert "it can come down to <strong>$16.50</strong>: $8.50 less" in fragment
    assert "<html" in whole
    assert "$16.50" in whole
    assert 'value="Preview"' in whole
    assert not Action.objects.exists()


def test_each_amount_of_a_split_that_is_weighed_opens_to_its_arithmetic(as_ed, call):
    text = as_ed.post(f"/calls/{call.pk}/split/cost", typed(PREVIEW, ANALYSIS), headers=HTMX).content.decode()
    table, _, rest = text.partition('<details class="opens" id="worked-out">')
    costs = re.findall(
        r'<th scope="row">([^<]*)(?: <span[^>]*>[^<]*</span>)*</th><td class="num">([^<]*)</td><td class="num">([^<]*)<',
        table,
    )
    assert [name for name, *_ in costs] == ["Preview", "Full analysis", "The call, unsplit"]
    for name, real_time, batch in costs:
        own = rest.partition(f"<h3>{name}</h3>")[2].partition("<h3>")[0]
        totals = re.findall(r'>Together</th>.*?data-label="A month" class="num">([^<]*)<', own)
        assert totals == [real_time, batch], name
        assert "Prices it rests on" in own
        assert "Source: " in own
    opened = f'<a class="opens-amount" href="/calls/{call.pk}/explained" aria-label="'
    assert opened in as_ed.get(f"/calls/{call.pk}/split").content.decode()


def test_the_page_that_weighs_saves_to_the_split_and_has_an_address(as_ed, call):
    text = as_ed.post(f"/calls/{call.pk}/split/cost", typed(PREVIEW, ANALYSIS)).content.decode()
    assert f'<form method="post" action="/calls/{call.pk}/split"' in text
    assert as_ed.get(f"/calls/{call.pk}/split/cost").url == f"/calls/{call.pk}/split"


def test_rows_come_and_go_without_losing_what_was_typed(as_ed, call):
    more = as_ed.post(f"/calls/{call.pk}/split/cost", typed(PREVIEW, {**ANALYSIS, "output": "many"}, do="add"))
    assert [row["name"].value() for row in more.context["rows"]] == ["Preview", "Full analysis", None]
    assert 'value="many"' in more.content.decode()
    less = as_ed.post(f"/calls/{call.pk}/split/cost", typed(PREVIEW, ANALYSIS, PREVIEW, do="remove-0"), headers=HTMX)
    assert [row["name"].value() for row in less.context["rows"]] == ["Full analysis", "Preview"]


def test_there_are_never_more_than_ten_rows(as_ed, call):
    full = as_ed.post(f"/calls/{call.pk}/split/cost", typed(*[PREVIEW] * 10, do="add"))
    assert len(full.context["rows"]) == 10
    flood = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, ANALYSIS, **{"part-TOTAL_FORMS": "999999"}))
    assert flood.status_code == 422


@pytest.mark.parametrize(
    ("do", "total"),
    [
        ("add", ""),
        ("add", "-1"),
        ("remove-0", "abc"),
        ("remove-99999999999999999999", "0"),
        ("remove-x", "²"),
        ("\x00", "9" * 20),
    ],
)
def test_a_tampered_form_is_no_error(as_ed, call, do, total):
    answer = as_ed.post(f"/calls/{call.pk}/split/cost", {"part-TOTAL_FORMS": total, "do": do})
    assert answer.status_code in (200, 422)
    assert as_ed.post(f"/calls/{call.pk}/split", {"part-TOTAL_FORMS": total, "do": do}).status_code == 422


def test_bad_input_is_answered_at_the_field_and_nothing_is_lost(as_ed, call):
    for given in hostile.alone(["name", "requests", "hit_share", "id"], HOSTILE):
        data = typed({**PREVIEW, "meanwhile": "Keep me", **given}, ANALYSIS)
        with transaction.atomic():
            answer = as_ed.post(f"/calls/{call.pk}/split", data)
            assert answer.status_code in (302, 404, 422), given
            if answer.status_code == 422:
                assert "Keep me" in answer.content.decode(), given
                assert not Call.objects.get().is_split, given
            transaction.set_rollback(True)


@hostile.sent
def test_bad_input_has_no_cost_and_breaks_nothing(as_ed, call, sent):
    for given in (*sent(["name", "requests", "hit_share"], HOSTILE), *sent(["id"], HOSTILE)):
        data = typed({**PREVIEW, **given}, ANALYSIS)
        assert as_ed.post(f"/calls/{call.pk}/split/cost", data, headers=HTMX).status_code in (200, 404), given


def test_two_parts_of_one_name_are_told_apart(as_ed, call):
    answer = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, {**ANALYSIS, "name": "PREVIEW"}))
    assert answer.status_code == 422
    assert "Another part has this name already" in answer.content.decode()


def test_changing_a_split_keeps_ids_and_labels(as_ed, split):
    first, second = with_ids(split)
    Part.objects.filter(pk=first["id"]).update(label="waiting", state="agreed")
    answer = as_ed.post(
        f"/calls/{split.pk}/split", typed(first, {**second, "deadline": "05:00"}, version=split.version)
    )
    assert answer.status_code == 302
    assert list(Part.objects.order_by("position").values_list("pk", "label", "deadline")) == [
        (first["id"], "waiting", ""),
        (second["id"], "", "05:00"),
    ]


def test_losing_a_label_asks_for_a_reason(as_ed, split):
    first, second = with_ids(split)
    Part.objects.filter(pk=first["id"]).update(label="waiting", state="agreed")
    data = typed({**first, "consumer": "Somebody else"}, second, version=split.version)
    answer = as_ed.post(f"/calls/{split.pk}/split", data)
    assert answer.status_code == 422
    assert "A label that counts would be lost: say why" in answer.content.decode()
    assert as_ed.post(f"/calls/{split.pk}/split", {**data, "reason": "New reader"}).status_code == 302


def test_a_stale_split_shows_both_and_can_be_saved_after_all(as_ed, split):
    rows = with_ids(split)
    answer = as_ed.post(f"/calls/{split.pk}/split", typed({**rows[0], "id": "", "name": "Mine"}, rows[1], version=1))
    assert answer.status_code == 409
    shown = answer.context["differences"][0]
    assert (shown.yours.split(" · ")[0], shown.theirs.split(" · ")[0]) == ("Mine", "Preview")
    assert f'name="version" value="{split.version}"' in answer.content.decode()
    assert 'value="Mine"' in answer.content.decode()
    assert Part.objects.filter(name="Mine").count() == 0


def test_a_stale_split_forgets_parts_that_are_gone(as_ed, split, pia, now):
    rows = with_ids(split)
    whole = parts.unsplit(call=split, version=split.version, by=pia.actor, at=now, reason="No")
    answer = as_ed.post(f"/calls/{split.pk}/split", typed(*rows, version=split.version))
    assert answer.status_code == 409
    again = [
        {name: row[name].value() for name in ("id", "name", "requests", "uncached_input", "cacheable_prefix", "output")}
        for row in answer.context["rows"]
    ]
    assert [row["id"] for row in again] == [None, None]
    saved = as_ed.post(f"/calls/{split.pk}/split", typed(*({**row, "id": ""} for row in again), version=whole.version))
    assert saved.status_code == 302


def test_undoing_a_split_asks_why(as_ed, split):
    assert "Preview" in as_ed.get(f"/calls/{split.pk}/unsplit").content.decode()
    assert as_ed.post(f"/calls/{split.pk}/unsplit", {"version": split.version, "reason": ""}).status_code == 422
    assert as_ed.post(f"/calls/{split.pk}/unsplit", {"version": 1, "reason": "One reader"}).status_code == 409
    assert (
        as_ed.post(f"/calls/{split.pk}/unsplit", {"version": split.version, "reason": "One reader"}).status_code == 302
    )
    assert not Call.objects.get().is_split


def test_a_call_that_is_not_split_has_nothing_to_undo(as_ed, call):
    assert as_ed.get(f"/calls/{call.pk}/unsplit").url == f"/calls/{call.pk}/split"


def test_a_part_says_who_uses_it(as_ed, call):
    part = call.parts.get()
    answer = as_ed.post(f"/parts/{part.pk}/edit", {"version": 1, "consumer": "Underwriter", "deadline": "05:00"})
    assert (answer.status_code, answer.url) == (302, f"/calls/{call.pk}")
    part.refresh_from_db()
    assert (part.consumer, part.deadline) == ("Underwriter", "05:00")


def test_a_stale_part_shows_both_values(as_ed, call):
    part = call.parts.get()
    Part.objects.update(consumer="Theirs", version=2)
    answer = as_ed.post(f"/parts/{part.pk}/edit", {"version": 1, "consumer": "Mine"})
    assert answer.status_code == 409
    assert [(row.yours, row.theirs) for row in answer.context["differences"]] == [("Mine", "Theirs")]


@pytest.mark.parametrize("value", ["\x00", "x" * 40_000])
def test_text_that_cannot_be_kept_is_refused_at_its_field(as_ed, call, value):
    answer = as_ed.post(f"/parts/{call.parts.get().pk}/edit", {"version": 1, "consumer": value, "deadline": "Keep me"})
    assert answer.status_code == 422
    assert "Keep me" in answer.content.decode()


def test_what_one_may_not_change_is_not_there(as_stranger, split):
    part = split.parts.first()
    for address in (f"/calls/{split.pk}/split", f"/calls/{split.pk}/unsplit", f"/parts/{part.pk}/edit"):
        assert as_stranger.get(address).status_code == 404
        assert as_stranger.post(address).status_code == 404
    assert as_stranger.post(f"/calls/{split.pk}/split/cost").status_code == 404


@pytest.mark.parametrize("pk", ["0", "99999999999999999999"])
def test_what_does_not_exist_is_404(as_ed, pk):
    for address in (f"/calls/{pk}/split", f"/calls/{pk}/unsplit", f"/parts/{pk}/edit"):
        assert as_ed.get(address).status_code == 404


def test_a_retired_call_is_not_split(as_ed, call, now):
    Call.objects.update(retired_at=now)
    assert as_ed.get(f"/calls/{call.pk}/split").status_code == 404


def test_a_post_without_token_is_refused(ed, call):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/calls/{call.pk}/split", typed(PREVIEW, ANALYSIS)).status_code == 403


@pytest.mark.parametrize("count", [2, 4])
def test_weighing_takes_the_same_queries_for_any_number_of_parts(as_ed, call, django_assert_num_queries, count):
    data = typed(*[{**PREVIEW, "name": f"Part {i}"} for i in range(count)])
    as_ed.post(f"/calls/{call.pk}/split/cost", data, headers=HTMX)  # prices are read once
    with django_assert_num_queries(9):
        as_ed.post(f"/calls/{call.pk}/split/cost", data, headers=HTMX)


def test_a_label_of_one_side_only_is_marked_in_the_split_and_before_it_is_undone(as_pia, call):
    for number in range(2):
        factories.make_part(call=call, name=f"Part of {number}", in_split=True)
    call.parts.first().delete()
    Call.objects.filter(pk=call.pk).update(is_split=True)
    said = [as_pia.get(f"/calls/{call.pk}/{page}").content.decode() for page in ("split", "unsplit")]
    assert ["one-sided" in said[0], "on one side" in said[1]] == [False, False]
    first = call.parts.order_by("position").first()
    first.label, first.state, first.one_sided, first.kind = "not_waiting", "one_side", True, "move_to_batch"
    first.save()
    said = [as_pia.get(f"/calls/{call.pk}/{page}").content.decode() for page in ("split", "unsplit")]
    assert ["one-sided" in said[0], "Nobody waits, on one side's answer alone".lower() in said[1].lower()] == [
        True,
        True,
    ]


def test_a_part_takes_another_model_the_price_book_knows_and_no_other(as_ed, call):
    factories.make_price(model="claude-haiku-5-5", input=100_000, output=500_000)
    address = f"/calls/{call.pk}/split"

    refused = as_ed.post(address, typed(PREVIEW, {**ANALYSIS, "model": "gpt"}))
    assert (refused.status_code, Part.objects.count()) == (422, 1)
    assert "The price book has no price for this model." in refused.content.decode()

    assert as_ed.post(address, typed(PREVIEW, {**ANALYSIS, "model": "claude-haiku-5-5"})).status_code == 302
    assert list(Part.objects.order_by("position").values_list("model", flat=True)) == ["", "claude-haiku-5-5"]
    rows = [{**row, "model": ""} for row in with_ids(call)]
    assert as_ed.post(address, typed(*rows, version=Call.objects.get().version)).status_code == 302
    assert set(Part.objects.values_list("model", flat=True)) == {""}


def test_a_cheaper_model_and_where_a_move_pays_show_while_one_types(as_ed, call):
    factories.make_price(model="claude-haiku-5-5", input=100_000, output=500_000)
    rows = (PREVIEW, {**ANALYSIS, "uncached_input": "9000"})

    weighed = as_ed.post(f"/calls/{call.pk}/split/cost", typed(*rows), headers=HTMX).content.decode()
    other = [{**rows[0], "model": "claude-haiku-5-5"}, rows[1]]
    cheaper = as_ed.post(f"/calls/{call.pk}/split/cost", typed(*other), headers=HTMX).content.decode()

    assert "Preview alone does not pay for what is sent twice" in weighed
    assert "Break-even: moving Full analysis alone pays from" in weighed
    assert "Preview on claude-haiku-5-5:" in cheaper


def test_parts_must_do_the_searches_of_the_call_too(as_ed, call):
    Call.objects.update(searches="0.5")
    short = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, ANALYSIS))
    enough = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, {**ANALYSIS, "searches": "0.5"}))

    assert "500 web searches (the call has 500, its parts 0)" in short.content.decode()
    assert (short.status_code, enough.status_code) == (422, 302)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("searches", "1,5", "Type a number with a decimal point, such as 2 or 0.25."),
        ("searches", "-1", "Type 0 or more: nothing here is below zero."),
        ("container_minutes", "10001", "Type 10,000 or less."),
        ("container_minutes", "0.00001", "Type no more than four decimals."),
        ("expired_share", "101", "Type 100 or less: it is a percentage."),
    ],
)
def test_what_a_part_uses_is_read_in_one_way_alone(as_ed, call, name, value, message):
    answer = as_ed.post(f"/calls/{call.pk}/split", typed(PREVIEW, {**ANALYSIS, name: value}))

    assert answer.status_code == 422
    assert message in answer.content.decode()
