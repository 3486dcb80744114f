"""What people are told of while they are elsewhere, and by which way."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Event(StrEnum):
    ANSWERED = "answered"
    DISPUTED = "disputed"
    SEALED = "sealed"
    CHECK_NEEDED = "check_needed"
    OPENED = "opened"
    MENTIONED = "mentioned"
    REPLIED = "replied"
    COMMENTED = "commented"
    RESOLVED = "resolved"


class Way(StrEnum):
    APP = "app"
    MAIL = "mail"


Told = Mapping[str, frozenset[str]]  # by which ways, for each event

# What one comment may be to one person, the nearest reason first: they get one notice of it.
OF_A_COMMENT = (Event.MENTIONED, Event.REPLIED, Event.COMMENTED)

# Until a person chooses otherwise: everything in the app; by mail what asks something of them.
BY_MAIL = frozenset(Event) - {Event.SEALED, Event.OPENED, Event.RESOLVED}


def told(chosen: Mapping[str, str]) -> Told:
    """The ways for every event: as chosen and kept (`app mail`), or as it is by default."""
    return {event: frozenset(chosen[event].split()) if event in chosen else usual(event) for event in Event}


def usual(event: Event) -> frozenset[str]:
    return frozenset({Way.APP, Way.MAIL} if event in BY_MAIL else {Way.APP})


def kept(ways: Iterable[str]) -> str:
    """The ways in the form they are kept."""
    wanted = set(ways)
    return " ".join(way for way in Way if way in wanted)
