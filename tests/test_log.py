"""What must not reach a log."""

import logging

import pytest

from config.log import WithoutTokens


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Unprocessable Entity: /link/secret-token", "Unprocessable Entity: /link/…"),
        ('"POST /link/secret HTTP/1.1" 422', '"POST /link/… HTTP/1.1" 422'),
        ("Not Found: /teams/1", "Not Found: /teams/1"),
    ],
)
def test_console_cuts_tokens_of_links_out(line: str, kept: str) -> None:
    found = [f for handler in logging.getLogger().handlers for f in handler.filters if isinstance(f, WithoutTokens)]
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (line,), None)
    assert found[0].filter(record)
    assert record.getMessage() == kept
