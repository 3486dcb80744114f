import pytest
from django.http import QueryDict

from inventory.domain.pattern import PATTERNS, pattern
from inventory.forms import part as forms
from inventory.models import Call

ROW = {"name": "Preview", "requests": "1,000", "uncached_input": "10", "cacheable_prefix": "0", "output": "5"}


@pytest.mark.parametrize(
    ("count", "rows"), [("2", 2), ("10", 10), ("999", 10), ("99999", 0), ("-1", 0), ("²", 0), ("", 0)]
)
def test_how_many_rows_are_read_has_a_limit(count, rows):
    assert len(forms.typed({"part-TOTAL_FORMS": count})) == rows


def test_rows_come_back_as_they_were_typed():
    data = QueryDict(mutable=True)
    data.update({"part-TOTAL_FORMS": "1", **{f"part-0-{name}": value for name, value in ROW.items()}})
    (row,) = forms.typed(data)
    assert {name: row[name] for name in ROW} == ROW


def test_numbers_are_read_and_a_row_left_empty_is_no_part():
    rows = forms.checked([ROW, {**ROW, "name": "Rest"}, dict.fromkeys(ROW, "")])
    assert rows.is_valid()
    assert [(row["name"], row["requests"]) for row in rows.given()] == [("Preview", 1000), ("Rest", 1000)]


def test_a_prefix_left_empty_is_none():
    rows = forms.checked([{**ROW, "cacheable_prefix": ""}, {**ROW, "name": "Rest", "cacheable_prefix": "7"}])
    assert rows.is_valid()
    assert [row["cacheable_prefix"] for row in rows.given()] == [0, 7]


@pytest.mark.parametrize("count", [1, 11])
def test_two_to_ten_parts_are_asked_for(count):
    rows = forms.checked([{**ROW, "name": f"Part {i}"} for i in range(count)])
    assert not rows.is_valid()


@pytest.mark.parametrize("known", PATTERNS, ids=lambda known: known.key)
def test_a_pattern_starts_rows_with_names_and_hand_overs_alone(known):
    rows = forms.to_start(Call(requests=7), pattern(known.key))
    assert [set(row) for row in rows] == [{"name", "hand_over", "meanwhile", "requests"}] * len(known.parts)
    assert all(row["hand_over"] and row["meanwhile"] for row in rows[1:])
