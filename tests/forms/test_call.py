from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from inventory.forms import call as forms
from inventory.models import Feature, Team
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def feature(team: Team) -> Feature:
    return factories.make_feature(team=team, name="Search")


def form(mine: Feature, /, **typed: str) -> forms.Details:
    given = {
        "feature": str(mine.pk), "name": "Nightly tags", "provider": "anthropic", "model": "claude-sonnet-5-5",
        "today_path": "real_time", "requests": "1,000", "uncached_input": "6000", "output": "800", "figures": "typed",
    }  # fmt: skip
    data = QueryDict(mutable=True)
    data.update({**given, **typed})
    return forms.Details(data, features=[mine])


def test_a_call_is_read_with_what_was_left_empty_filled_in(feature: Feature) -> None:
    read = form(feature)
    assert read.is_valid(), read.errors
    given = read.given()
    assert {name: given[name] for name in ("feature", "requests", "cacheable_prefix", "hit_share", "batch_hit_share")} == {
        "feature": feature, "requests": 1000, "cacheable_prefix": 0, "hit_share": Decimal(0),
        "batch_hit_share": Decimal("0.3"),
    }  # fmt: skip
    assert (given["streaming"], given["tools"], given["share_above"], given["key"]) == (None, None, None, "")


def test_input_that_includes_the_prefix_is_taken_apart(feature: Feature) -> None:
    read = form(feature, cacheable_prefix="2000", prefix_included="on")
    assert read.is_valid()
    assert (read.given()["uncached_input"], read.given()["cacheable_prefix"]) == (4000, 2000)


def test_a_prefix_longer_than_the_input_it_is_part_of_is_refused_at_its_field(feature: Feature) -> None:
    read = form(feature, cacheable_prefix="7000", prefix_included="on")
    assert read.errors == {"cacheable_prefix": ["Type 6,000 or less: it is part of the input, which is 6,000."]}


def test_yes_and_no_and_not_known_are_three_things(feature: Feature) -> None:
    read = form(feature, streaming="True", tools="False")
    assert read.is_valid()
    assert (read.given()["streaming"], read.given()["tools"]) == (True, False)


def test_a_taken_key_is_refused_at_its_field_in_any_case(feature: Feature) -> None:
    factories.make_call(feature=feature, key="Taken")
    assert form(feature, key="tAKEN").errors == {"key": [forms.KEY_TAKEN]}


def test_an_edited_call_keeps_its_own_key(feature: Feature) -> None:
    call = factories.make_call(feature=feature, key="mine")
    data = {**form(feature).data.dict(), "version": "1"}
    for key in ("mine", ""):
        edited = forms.Edit({**data, "key": key}, call=call, features=[feature])
        assert edited.is_valid()
        assert edited.given()["key"] == "mine"


def test_a_feature_that_was_not_offered_is_no_choice(feature: Feature) -> None:
    other = factories.make_feature()
    assert list(form(feature, feature=str(other.pk)).errors) == ["feature"]


def test_a_form_of_a_stored_call_read_again_changes_nothing(feature: Feature) -> None:
    call = factories.make_call(feature=feature, share_above=Decimal("0.25"), hit_share=Decimal("0.72"), streaming=False)
    shown = forms.Edit(None, call=call, features=[feature])
    sent = QueryDict(mutable=True)
    for field in shown:
        value = field.value()
        if value is not None and value is not False or field.name in ("streaming", "tools"):
            sent[field.html_name] = "on" if value is True else "" if value is None else str(value)
    read = forms.Edit(sent, call=call, features=[feature])
    assert read.is_valid(), read.errors
    assert {name: value for name, value in read.given().items() if value != getattr(call, name)} == {}


HOSTILE = some.text(alphabet=some.characters(codec=None)) | some.sampled_from(
    ["99999999999999999999", "1.234,56", "NaN", "\x00", "x" * 40_000, "-1", "\ud800", "1e999", "9" * 5000, "=1+1"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.dictionaries(some.sampled_from(sorted(forms.Details.base_fields)), HOSTILE, max_size=6))
def test_whatever_is_typed_is_read_or_refused_with_words(feature: Feature, typed: dict[str, str]) -> None:
    read: Any = form(feature, **typed)
    if read.is_valid():
        assert set(read.given()) == forms.RECORD
    else:
        assert all(message for messages in read.errors.values() for message in messages)


def test_folded_groups_open_where_they_hold_something(feature: Feature) -> None:
    folded = [title for title, is_folded, _ in forms.groups(form(feature)) if is_folded]
    assert folded == ["Tools and repeats", "In the code", "In the bill"]
    told = form(feature, tag="nightly", source_commit="x" * 100, searches="0.5")
    assert [title for title, is_folded, _ in forms.groups(told) if is_folded] == []
