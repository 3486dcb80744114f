from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from inventory.domain.audit import Actor
from inventory.models import Call, Feature, Team, search
from inventory.services.calls import call as calls
from inventory.services.calls import call_list
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
BY = Actor("person", "1")


@pytest.fixture
def feature(team: Team) -> Feature:
    return factories.make_feature(team=team, name="Search")


def make(feature: Feature, name: str, **fields: Any) -> Call:
    call = factories.make_call(feature=feature, name=name, **fields)
    call.search_text = calls.search_text(call)
    call.save()
    return call


def names(words: str = "", sort: str = "name", number: int = 1, **filters: str) -> list[str]:
    return [row.name for row in call_list.listing(words=words, filters=filters, sort=sort, number=number).rows]


def test_a_row_says_everything_in_words(feature: Feature) -> None:
    call = make(feature, "Tags", cost_today=1_234_560_000, cost_target=617_280_000, kind="move_to_batch")
    call.parts.update(
        label="not_waiting", state="agreed", kind="move_to_batch", doubts=["figures_assumed", "undecided"]
    )
    (row,) = call_list.listing(words="", filters={}, sort="name", number=1).rows
    assert row == call_list.Row(
        pk=str(call.pk), name="Tags", belongs="Search · Documents", side="nobody", kind="move to batch",
        state="agreed, 1 doubt", model="claude-sonnet-5-5", requests="1,000", today="$1,234.56", saves="$617.28",
    )  # fmt: skip


def test_a_split_call_says_how_many_parts_are_sealed(feature: Feature) -> None:
    call = make(feature, "Tags", is_split=True, kind="split")
    factories.make_part(call=call, label="waiting", state="settled")
    (row,) = call_list.listing(words="", filters={}, sort="name", number=1).rows
    assert (row.side, row.kind, row.state, row.today, row.saves) == (
        "open",
        "split",
        "2 parts, 1 sealed",
        "not known",
        "–",
    )


SHOWS = ("live", "retired", "all")


def test_a_label_of_one_side_only_is_marked(feature: Feature) -> None:
    call = make(feature, "Tags")
    call.parts.update(label="waiting", state="one_side", one_sided=True, doubts=["one_sided"])
    said = [row.state for row in call_list.listing(words="", filters={}, sort="name", number=1).rows]
    call.parts.update(label="", one_sided=False)  # one side is in, and that is not enough
    said += [row.state for row in call_list.listing(words="", filters={}, sort="name", number=1).rows]
    factories.make_part(call=call, label="waiting", state="one_side", one_sided=True)
    said += [row.state for row in call_list.listing(words="", filters={}, sort="name", number=1).rows]
    assert said == ["labelled by one side only", "one side in", "2 parts, 0 sealed, 1 by one side only"]


def test_the_total_says_what_of_it_is_labelled_by_one_side(feature: Feature) -> None:
    for name, alone, today in (("Tags", True, 5), ("Digest", True, 7), ("Chat", False, 11)):
        call = make(feature, name)
        Call.objects.filter(pk=call.pk).update(cost_today=today)
        call.parts.update(label="waiting", state="one_side" if alone else "agreed", one_sided=alone, cost_today=today)
    unlabelled = make(feature, "One side in, and that is not enough").parts
    unlabelled.update(state="one_side", cost_today=100)
    found = call_list.listing(words="", filters={}, sort="name", number=1).total
    assert (found.today, found.one_sided_parts, found.one_sided) == (23, 2, 12)
    found = call_list.listing(words="tags", filters={}, sort="name", number=1).total
    assert (found.today, found.one_sided_parts, found.one_sided) == (5, 1, 5)
    gone = Call.objects.get(name="Digest")
    Call.objects.filter(pk=gone.pk).update(retired_at=NOW)
    gone.parts.update(is_live=False)
    shown = {show: call_list.listing(words="", filters={"show": show}, sort="name", number=1).total for show in SHOWS}
    assert [(shown[show].one_sided_parts, shown[show].one_sided) for show in SHOWS] == [(1, 5), (1, 7), (2, 12)]


def test_the_total_is_of_all_pages_and_leaves_out_what_has_no_price(feature: Feature) -> None:
    for number in range(51):
        make(feature, f"Call {number:02}", cost_today=1_000_001)
    make(feature, "Unknown")
    found = call_list.listing(words="", filters={}, sort="name", number=2)
    assert (found.total.calls, found.total.unpriced, found.total.today) == (52, 1, 51_000_051)
    assert [row.name for row in found.rows] == ["Call 50", "Unknown"]


def test_a_page_too_far_is_the_last(feature: Feature) -> None:
    make(feature, "Tags")
    assert names(number=10**9) == ["Tags"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["A", "B", "C"]),
        ("-name", ["C", "B", "A"]),
        ("-today", ["B", "A", "C"]),
        ("today", ["C", "A", "B"]),
        ("-requests", ["C", "B", "A"]),
        ("-saves", ["A", "C", "B"]),
        ("new", ["B", "A", "C"]),
    ],
)
def test_every_column_sorts_both_ways_and_an_unknown_amount_counts_as_nothing(
    feature: Feature, sort: str, order: list[str]
) -> None:
    make(feature, "B", cost_today=900, cost_target=950, requests=2)
    make(feature, "A", cost_today=100, cost_target=50, requests=1)
    make(feature, "C", requests=3)
    assert names(sort=sort) == order


def test_pages_sorted_by_what_many_share_show_each_call_once(feature: Feature) -> None:
    for number in range(120):
        make(feature, f"Call {number}", cost_today=number % 2)
    for sort in ("-today", "today"):
        seen = [name for number in (1, 2, 3) for name in names(sort=sort, number=number)]
        assert (len(seen), len(set(seen))) == (120, 120)


def test_the_list_is_narrowed_by_everything_it_offers(feature: Feature) -> None:
    mine = make(feature, "Mine", kind="stay_batch", provider="bedrock", figures="assumed", model="m")
    mine.parts.update(label="not_waiting", state="settled", doubts=["path_assumed"])
    make(factories.make_feature(), "Other")
    gone = make(feature, "Gone", retired_at=NOW, provider="vertex")
    gone.parts.update(is_live=False)
    for filters in (
        {"team": str(feature.team_id)}, {"feature": str(feature.pk)}, {"kind": "stay_batch"}, {"provider": "bedrock"},
        {"figures": "assumed"}, {"model": "m"}, {"label": "not_waiting"}, {"state": "settled"}, {"doubt": "path_assumed"},
        {"doubt": "any"},
    ):  # fmt: skip
        assert (filters, names(**filters)) == (filters, ["Mine"])
    assert names(label="none", show="all") == ["Gone", "Other"]
    assert names(show="retired") == ["Gone"]
    assert names(provider="vertex") == []


def test_both_means_a_call_of_which_some_wait_and_some_do_not(feature: Feature) -> None:
    both, waits = make(feature, "Both"), make(feature, "Waits")
    waits.parts.update(label="waiting")
    both.parts.update(label="waiting")
    factories.make_part(call=both, label="not_waiting")
    assert names(label="both") == ["Both"]
    assert names(label="waiting") == ["Both", "Waits"]


@pytest.mark.usefixtures("prices")
def test_a_model_is_found_under_every_id_it_has(feature: Feature) -> None:
    make(feature, "Direct", model="claude-sonnet-5-5")
    make(feature, "Bedrock", model="anthropic.claude-sonnet-5-5")
    assert names(model="claude-sonnet-5-5") == ["Bedrock", "Direct"]
    assert names(model="anthropic.claude-sonnet-5-5") == ["Bedrock"]


@pytest.mark.parametrize("few", [0, 2000])
def test_few_matches_and_many_are_found_alike(feature: Feature, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(call_list, "FEW", few)
    tags, other = make(feature, "Nightly tags", key='odd"key'), make(feature, "Café 100%_", tag="ab")
    tags.parts.update(state="agreed", label="waiting")
    other.parts.update(state="agreed", label="waiting")
    for words, found in {
        "": ["Café 100%_", "Nightly tags"], "TAGS night": ["Nightly tags"], "ightl": ["Nightly tags"],
        "search documents": ["Café 100%_", "Nightly tags"], "ab": ["Café 100%_"], "ab café": ["Café 100%_"],
        'odd"k': ["Nightly tags"], "100%_": ["Café 100%_"], "tags nowhere": [], "*": [], '"': ["Nightly tags"],
        "OR AND NEAR(": [], "CAFÉ": ["Café 100%_"],
    }.items():  # fmt: skip
        listing = call_list.listing(words=words, filters={"state": "agreed"}, sort="name", number=1)
        assert (words, [row.name for row in listing.rows], listing.total.calls) == (words, found, len(found))


def test_the_search_follows_every_change_of_the_text(feature: Feature) -> None:
    call = make(feature, "Nightly tags")
    call.search_text = "weekly digest"
    call.save()
    assert (names("nightly"), names("digest")) == ([], ["Nightly tags"])
    Call.objects.filter(pk=call.pk).update(search_text="monthly report")
    assert (names("digest"), names("report")) == ([], ["Nightly tags"])
    call.delete()
    assert names("report") == []


def test_the_search_index_stands_and_is_put_back(feature: Feature) -> None:
    make(feature, "Nightly tags")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {search.INDEX}_changed")
            Call.objects.update(search_text="weekly digest")
        else:
            cursor.execute(f"DROP INDEX {search.INDEX}")
            Call.objects.update(search_text="weekly digest")
    search.install(connection)
    search.install(connection)
    assert (names("nightly"), names("digest")) == ([], ["Nightly tags"])


@pytest.mark.django_db(transaction=True)
def test_a_total_is_counted_once_until_history_moves(feature: Feature, settings: Any, prices: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "totals"}}
    cache.clear()
    fields = {"name": "Tags", "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time"}
    figures = {"requests": 1000, "uncached_input": 6000, "output": 800}
    call = calls.register(feature=feature, fields={**fields, **figures}, by=BY, at=NOW)
    first = call_list.listing(words="", filters={}, sort="name", number=1).total
    assert (first.calls, first.today) == (1, call.cost_today)
    with CountedAggregates() as counted:
        again = call_list.listing(words="", filters={}, sort="name", number=1).total
        narrowed = call_list.listing(words="", filters={"kind": "split"}, sort="name", number=1).total
    assert (again, narrowed.calls, counted.seen) == (first, 0, 2)  # the calls, and what of them is one-sided
    calls.retire(call=call, version=1, reason="Off", by=BY, at=NOW)
    assert call_list.listing(words="", filters={}, sort="name", number=1).total.calls == 0


class CountedAggregates:
    """How many sums were asked of the database."""

    def __enter__(self) -> "CountedAggregates":
        self.seen = 0
        self.wrapper = connection.execute_wrapper(self._look)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *told: object) -> None:
        self.wrapper.__exit__(*told)

    def _look(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += "SUM(" in sql
        return execute(sql, params, many, context)
