"""Mentions: who is meant, and how a text is kept apart from names."""

import pytest

from inventory.domain import comment
from inventory.domain.comment import Named

PIA, ED, ANNE = Named(1, "Pia Example", ("Documents",)), Named(2, "Ed"), Named(3, "Anne-Marie O'Neil", ("Search",))
PEOPLE = [PIA, ED, ANNE]
TWINS = [*PEOPLE, Named(4, "Pia Other"), Named(5, "Ed", ("Search",)), Named(6, "Kim", ("A",)), Named(7, "Kim", ("A",))]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("@Pia look", "@[1] look"),
        ("@pia example, look", "@[1], look"),
        ("(@PIA  EXAMPLE)", "(@[1])"),
        ("@Pia's", "@[1]'s"),
        ("@Pia Somebody", "@[1] Somebody"),
        ("@Anne-Marie and\n@Ed.", "@[3] and\n@[2]."),
        ("@Anne-Marie O'Neil!", "@[3]!"),
        ("pia@example.test", "pia@example.test"),
        ("a @ b, @@Ed, @, @!", "a @ b, @@Ed, @, @!"),
        ("@[1] and @[x", "@[0]1] and @[0]x"),
        ("@Pia\nExample", "@[1]\nExample"),
        ("", ""),
    ],
)
def test_a_name_is_kept_as_a_number(typed: str, stored: str) -> None:
    assert comment.read(typed, PEOPLE) == comment.Read(stored, [])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("@Pia?", "“@Pia” could be several people: write @Pia Example, @Pia Other."),
        ("@ed", "“@ed” could be several people: write @Ed (no. 2), @Ed (Search)."),
        ("@Kim", "“@Kim” could be several people: write @Kim (no. 6), @Kim (no. 7)."),
        ("@Zoltan", "Nobody here is called “Zoltan”."),
        ("@Anne-Mari", "Nobody here is called “Anne-Mari”. Did you mean @Anne-Marie O'Neil?"),
        ("@Edward", "Nobody here is called “Edward”."),
    ],
)
def test_what_is_not_clear_is_complained_of_and_stays_as_typed(typed: str, said: str) -> None:
    found = comment.read(typed, TWINS)
    assert ([str(each) for each in found.complaints], found.text) == ([said], typed)


@pytest.mark.parametrize("call", ["Ed (Search)", "ed (no. 2)", "Kim (no. 7)", "Pia Other"])
def test_every_choice_it_offers_means_one_person(call: str) -> None:
    found = comment.read(f"@{call} look", TWINS)
    assert found.complaints == []
    assert len(comment.mentioned(found.text)) == 1
    assert found.text.endswith("] look")


def test_what_is_typed_comes_back_as_it_was_typed() -> None:
    stored = comment.read("@[12] @Pia, @ed (search) @[", TWINS[1:] + [PIA][:0] + [PIA]).complaints
    assert [each.word for each in stored] == ["Pia"]
    stored_text = comment.read("@[12] @Pia Example, @ed (search) @[", TWINS).text
    assert comment.typed(stored_text, TWINS) == "@[12] @Pia Example, @Ed (Search) @["
    assert comment.read(comment.typed(stored_text, TWINS), TWINS).text == stored_text


def test_a_text_shows_the_living_name_and_nobody_by_number() -> None:
    stored = comment.read("@[12] @Ed: @Pia", PEOPLE).text
    pieces = comment.named(stored, {2: "<b>Edward</b>"})
    assert "".join(text for text, _ in pieces) == "@[12] @<b>Edward</b>: @a former member"
    assert [text for text, is_mention in pieces if is_mention] == ["@<b>Edward</b>", "@a former member"]


def test_each_is_mentioned_once_in_the_order_of_the_text() -> None:
    assert comment.mentioned("@[7] @[0]2] @[3] @[7]") == [7, 3]


def test_five_thousand_signs_are_read_at_once() -> None:
    assert comment.read("@" * 5000, PEOPLE).text == "@" * 5000
    found = comment.read("@x " * 1600, PEOPLE)
    assert len(found.complaints) == comment.COMPLAINTS
