"""What follows from the records alone, kept until the next action. Whoever writes a record writes an action with it, so
the hash of the last one says whether anything has changed: no figure is ever older than history."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.core.cache import cache
from django.db import connection, models

from inventory.models import ChainHead

P = ParamSpec("P")
R = TypeVar("R")
KEPT_FOR = 3600  # seconds: what nobody asks for any more makes room
_MISSING = object()


def kept(work: Callable[P, R]) -> Callable[P, R]:
    """Wrap what reads records, and is told which: a model's instance or None. It may not depend on the day."""

    @wraps(work)
    def found(*args: P.args, **kwargs: P.kwargs) -> R:
        told = [*map(_named, enumerate(args)), *map(_named, sorted(kwargs.items()))]
        return once(":".join([work.__module__, work.__qualname__, *told]), lambda: work(*args, **kwargs))

    return found


def once(what: str, work: Callable[[], R]) -> R:
    """What `work` gives, or what it gave under that name if no action came since.

    Inside a transaction it is worked out anew: a write may stand there whose action does not yet. An action that comes
    while it is worked out does no harm: what was kept under the last one nobody asks for any more."""
    if connection.in_atomic_block:
        return work()
    key = f"unchanged:{hashlib.sha256(f'{_head()}:{what}'.encode()).hexdigest()}"
    known = cache.get(key, _MISSING)
    if known is not _MISSING:
        return known  # type: ignore[no-any-return]
    result = work()
    cache.set(key, result, KEPT_FOR)
    return result


def _head() -> str:
    return ChainHead.objects.values_list("hash", flat=True).filter(pk=1).first() or ""


def _named(given: tuple[object, object]) -> str:
    name, value = given
    return f"{name}={value.pk if isinstance(value, models.Model) else value}"
