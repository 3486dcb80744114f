"""Whoever saves a change that breaks a seal is told so at once, and not only those who answered."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages

from inventory.domain.part import State
from inventory.models import Call
from inventory.views._page import Request


@contextmanager
def told(request: Request, call: Call) -> Iterator[None]:
    """Names, once what is done inside is saved, the parts of `call` whose label has to be checked since."""
    before = _to_check(call)
    yield
    if names := [name for pk, name in _to_check(call).items() if pk not in before]:
        label = "labels of" if len(names) > 1 else "label of"
        counted = "have to be checked: they count" if len(names) > 1 else "has to be checked: it counts"
        messages.warning(
            request, f"Saved. The {label} {' and '.join(names)} {counted} at full price until both sides have done so."
        )


def _to_check(call: Call) -> dict[int, str]:
    found = call.parts.filter(state=State.CHECK_NEEDED).select_related("call").order_by("position")
    return {part.pk: part.name for part in found}
