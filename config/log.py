"""What must not reach a log."""

import logging
import re

TOKEN = re.compile(r"(/link/)[^\s\"'?]+")


class WithoutTokens(logging.Filter):
    """One-time links stay usable until they are used: their tokens are cut out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if "/link/" in line:
            record.msg, record.args = TOKEN.sub(r"\1…", line), ()
        return True
