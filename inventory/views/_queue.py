"""Where a person walks along the queue: what it was narrowed to, and what comes next."""

from typing import Any

from django.utils import timezone

from inventory.forms import queue as forms
from inventory.models import Part
from inventory.services import access
from inventory.services.labelling import queue
from inventory.views._page import Request

KEPT = "queue"  # in the session: what the queue was narrowed to


def following(request: Request) -> dict[str, Any]:
    """For pages along the way: what comes next and how much is left, where this person walks along the queue."""
    kept = request.session.get(KEPT)
    if kept is None:
        return {}
    chosen = narrowed(request, kept).chosen()
    found = queue.shown(person=request.user, at=timezone.now(), **chosen)
    upcoming: Part | None = found.first[0] if found.first else None
    return {"queue": found, "upcoming": upcoming, "kept": kept}


def narrowed(request: Request, data: Any) -> forms.Filter:
    return forms.Filter(data, teams=access.teams_waiting_for(request.user))
