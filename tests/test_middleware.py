"""Requests no browser makes: refused with a page, before anything reads them."""

import pytest
from django.test import Client

BODY = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n%b\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("charset", "name"), [("utf-7", b"+2AA-"), ("unicode_escape", b"\\ud800"), ("rot13", b"a"), ("undefined", b"a")]
)
def test_text_in_another_charset_is_refused(as_pia: Client, charset: str, name: bytes) -> None:
    """Some would bring in halves of surrogate pairs, which no page can show; others nothing can read."""
    form = f"multipart/form-data; boundary=x; charset={charset}"
    assert as_pia.generic("POST", "/features/new", BODY % name, form).status_code == 400


def test_an_address_in_another_charset_is_refused(as_pia: Client) -> None:
    assert as_pia.generic("GET", "/history?team=%2B2AA-", b"-", "text/plain; charset=utf-7").status_code == 400


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8"])
def test_text_in_utf8_is_read(as_pia: Client, charset: str) -> None:
    form = f"multipart/form-data; boundary=x{charset}"
    assert as_pia.generic("POST", "/features/new", BODY % "é".encode(), form).status_code == 422


def test_a_cookie_that_no_database_could_look_up_is_refused(db: None) -> None:
    nul = r"\000" * 10
    assert Client().get("/sign-in", headers={"cookie": f'batchline_session="{nul}"'}).status_code == 400
