import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from inventory.forms import call_list as forms
from inventory.models import Team
from inventory.services.calls.call_list import SORTS
from tests import factories

pytestmark = pytest.mark.django_db


def read(**address: str) -> forms.Asked:
    return forms.read(address, sorts=SORTS)


def test_an_empty_address_asks_for_everything_in_use() -> None:
    asked = read(q="  ", team="", show="live")
    assert (asked.chosen, asked.sort, asked.page, asked.notes, asked.query()) == ({}, "-today", 1, (), "")


def test_what_is_known_narrows_and_is_called_by_its_name(team: Team) -> None:
    feature = factories.make_feature(team=team, name="Search")
    asked = read(q="tags", team=str(team.pk), feature=str(feature.pk), kind="undecided", label="both", doubt="any")
    assert [(chip.name, chip.words) for chip in asked.chips] == [
        ("search", "tags"), ("team", "Documents"), ("feature", "Search"), ("move", "Undecided"),
        ("label", "Both: some wait"), ("doubt", "Any doubt"),
    ]  # fmt: skip


def test_a_chip_takes_off_only_itself() -> None:
    asked = read(q="a b", kind="split", sort="name", page="7")
    assert [chip.without for chip in asked.chips] == ["kind=split&sort=name", "q=a+b&sort=name"]


def test_what_is_not_known_is_left_out_with_a_note(team: Team) -> None:
    asked = read(team="999999", kind="maybe", sort="password", page="-3", provider="anthropic")
    assert asked.chosen == {"provider": "anthropic"}
    assert (asked.sort, asked.page) == ("-today", 1)
    assert asked.notes == (
        "Left out: team “999999”, which is not known here.",
        "Left out: move “maybe”, which is not known here.",
        "The list cannot be sorted by “password”.",
    )


def test_a_heading_sorts_and_sorts_the_other_way_round() -> None:
    names = {column.heading: column for column in forms.columns(read(sort="-requests", page="3"))}
    assert (names["Requests a month"].direction, names["Requests a month"].query) == ("descending", "sort=requests")
    assert (names["Call"].direction, names["Call"].query) == ("", "sort=name")
    assert names["Model"].query == ""


def test_a_filter_offers_all_its_values_and_shows_the_chosen_one() -> None:
    select = forms.select("show", read(show="retired"), ())
    assert select.options == [("live", "In use", False), ("retired", "Retired", True), ("all", "All", False)]


def test_a_chosen_value_that_is_not_offered_is_shown_all_the_same() -> None:
    select = forms.select("model", read(model="home-made"), [("claude-x", "Claude X")])
    assert select.options == [
        ("", "All models", False), ("home-made", "home-made", True), ("claude-x", "Claude X", False),
    ]  # fmt: skip


ADDRESS = some.dictionaries(
    some.sampled_from([*forms.NAMES, "sort", "page"]),
    some.text(alphabet=some.characters(codec=None))
    | some.sampled_from(
        ["99999999999999999999", "9223372036854775808", "\x00", "x" * 40_000, "-1", "١", "NaN", "--today"]
    ),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ADDRESS)
def test_no_address_is_an_error(db: None, address: dict[str, str]) -> None:
    asked = forms.read(address, sorts=SORTS)
    assert asked.sort.removeprefix("-") in SORTS
    assert "".join(asked.notes).encode() is not None
    assert asked.query().encode() is not None
