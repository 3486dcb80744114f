"""What people are told of while they are elsewhere."""

from enum import StrEnum


class Event(StrEnum):
    MENTION = "mention"
    REPLY = "reply"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    SEALED = "sealed"
    CHECK_NEEDED = "check_needed"
    OPENED = "opened"
