"""What is ticked and searched where answers are copied: nothing of it is trusted."""

import pytest
from django.http import QueryDict

from inventory.forms.copying import Begun, Confirming, words


@pytest.mark.parametrize(
    ("ticked", "versions"),
    [(["12:3", "4:1"], {12: 3, 4: 1}), ([], None), (["12"], None), (["a:1"], None), (["1:" + "9" * 20], None), (["²:1"], None)],
)  # fmt: skip
def test_a_tick_holds_the_part_and_the_version_of_its_sheet(ticked, versions):
    data = QueryDict(mutable=True)
    data.setlist("part", ticked)
    data["reason"] = "One list"
    form = Confirming(data)
    assert form.is_valid() == (versions is not None)
    assert versions is None or form.versions() == versions


def test_a_reason_is_asked():
    assert "Type why" in Confirming(QueryDict("part=1:1")).errors["reason"][0]


def test_only_parts_of_the_list_are_begun():
    form = Begun(QueryDict("model=1&part=2&part=3"), parts=[2, 3])
    assert form.is_valid()
    assert form.parts() == [2, 3]
    assert "look at the list again" in Begun(QueryDict("model=1&part=4"), parts=[2, 3]).errors["part"][0]


@pytest.mark.parametrize(("typed", "searched"), [(" digest ", "digest"), ("a\x00b", ""), ("x" * 500, "x" * 200)])
def test_words_are_what_a_name_can_hold(typed, searched):
    assert words(typed) == searched
