"""Digits that came as text, from an address, a form or the history."""


def is_number(text: str) -> bool:
    """Whether it can be the number of a record, as both databases hold them."""
    return text.isascii() and text.isdigit() and len(text) < 19
