"""What people are told of while they are elsewhere."""

from enum import StrEnum


class Event(StrEnum):
    ANSWERED = "answered"
    DISPUTED = "disputed"
    SEALED = "sealed"
    CHECK_NEEDED = "check_needed"
    OPENED = "opened"
