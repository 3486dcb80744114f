import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as some

from inventory.forms.text import Line, Lines

name = Line(most=12)
story = Lines(most=10)


def test_a_line_loses_stray_spaces() -> None:
    assert name.clean("  Nightly \t tags ") == "Nightly tags"


def test_several_lines_keep_their_breaks_and_count_each_once() -> None:
    assert story.clean("one\r\ntwo\r\n3") == "one\ntwo\n3"
    assert story.clean("12345\r\n7890") == "12345\n7890"


@pytest.mark.parametrize("typed", ["a\x00b", "a\x1bb", "a\ud800b", "\x7fa"])
def test_what_cannot_be_kept_is_refused(typed: str) -> None:
    for field in (name, story):
        with pytest.raises(forms.ValidationError, match="control characters"):
            field.clean(typed)


def test_a_text_too_long_says_by_how_much() -> None:
    with pytest.raises(forms.ValidationError, match="Shorten it to 12 characters: it has 40,000"):
        name.clean("x" * 40_000)


@given(some.text(alphabet=some.characters(codec=None)))
def test_no_text_breaks_a_line(typed: str) -> None:
    for field in (name, story):
        try:
            field.clean(typed).encode()
        except forms.ValidationError as refused:
            assert refused.messages  # noqa: PT017  every refusal says something
