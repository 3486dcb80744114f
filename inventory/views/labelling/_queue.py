"""Where a person walks along the queue: what it was narrowed to, and what comes next."""

from typing import Any

from django.utils import timezone

from inventory.domain import waiting
from inventory.domain.digits import is_number
from inventory.forms import queue as forms
from inventory.models import Part
from inventory.services import access
from inventory.services.labelling import queue
from inventory.views._page import Request

KEPT = "queue"  # in the session: what the queue was narrowed to
PASSED = "queue_passed"  # in the session: the parts gone past on this walk, such as a dispute that has to wait
MOST_PASSED = 200


def following(request: Request, part: Part) -> dict[str, Any]:
    """For pages along the way: what comes after this part and how much is left, where this person walks along the
    queue."""
    kept = request.session.get(KEPT)
    if kept is None:
        return {}
    chosen = narrowed(request, kept).chosen()
    passed = [*request.session.get(PASSED, []), part.pk]
    found = queue.shown(person=request.user, at=timezone.now(), passed=passed, **chosen)
    upcoming: Part | None = found.first[0] if found.first else None
    return {"queue": found, "upcoming": upcoming, "kept": kept}


def places(request: Request) -> list[tuple[str, str]]:
    """The pages of labelling for this person, by URL name and in words; each shows the way to the others."""
    versions = len(waiting.TESTS) > 1 and access.leads_some(request.user)
    return [
        ("queue.page", "Yours"),
        ("queue.check", "Check needed"),
        *([("queue.together", "Same consumer")] if request.user.discipline in access.ANSWERING else []),
        *([("queue.versions", "New version")] if versions else []),
        ("figures.page", "Agreement"),
    ]


def left(request: Request) -> int | None:
    """How many parts still need this person, where they walk along the queue."""
    kept = request.session.get(KEPT)
    return None if kept is None else queue.left(person=request.user, **narrowed(request, kept).chosen())


def passed(request: Request) -> list[int]:
    """The parts gone past so far, that of `after` among them; a walk begun anew has passed none."""
    after = request.POST.get("after", "")
    if not is_number(after):
        return []
    return [*request.session.get(PASSED, []), int(after)][-MOST_PASSED:]


def narrowed(request: Request, data: Any) -> forms.Filter:
    return forms.Filter(data, teams=access.teams_waiting_for(request.user))
