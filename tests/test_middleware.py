"""Requests no browser makes: refused with a page, before anything reads them."""

from typing import Any
from unittest.mock import Mock
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from config.wsgi import application

BODY = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n%b\r\n--x--\r\n'


@pytest.mark.parametrize(
    "charset",
    ["charset=utf-7", "charset=unicode_escape", "charset=rot13", "charset=undefined", "charset=hex", "charset=idna",
     "charset=nonsense", "charset*=x''y"],
)  # fmt: skip
def test_text_in_another_charset_is_refused(charset: str) -> None:
    """Some would bring in halves of surrogate pairs, which no page can show; over others Django fails."""
    assert answered(f"text/plain; {charset}") == "400 Bad Request"


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/plain; charset=utf-8", 'text/plain; charset="UTF8"'])
def test_text_in_utf8_goes_on(db: None, content_type: str) -> None:
    assert answered(content_type) == "302 Found"


def answered(content_type: str) -> str:
    """The status of a page asked for from outside, by way of the server's own door."""
    environ: dict[str, Any] = {"QUERY_STRING": "team=%2B2AA-", "PATH_INFO": "/history", "CONTENT_TYPE": content_type}
    setup_testing_defaults(environ)
    start = Mock()
    b"".join(application(environ, start))
    return str(start.call_args.args[0])


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8"])
def test_text_in_utf8_is_read(as_pia: Client, charset: str) -> None:
    form = f"multipart/form-data; boundary=x{charset}"
    assert as_pia.generic("POST", "/features/new", BODY % "é".encode(), form).status_code == 422


def test_a_cookie_that_no_database_could_look_up_is_refused(db: None) -> None:
    nul = r"\000" * 10
    assert Client().get("/sign-in", headers={"cookie": f'batchline_session="{nul}"'}).status_code == 400
