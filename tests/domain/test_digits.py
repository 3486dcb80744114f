import pytest

from inventory.domain.digits import is_number


@pytest.mark.parametrize("text", ["0", "12", "9" * 18])
def test_a_number_of_a_record_is_plain_digits(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "-1", " 1", "1.0", "²", "٣", "9" * 19])
def test_what_no_record_can_be_numbered_is_none(text: str) -> None:
    assert not is_number(text)
