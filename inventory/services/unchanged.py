"""What follows from the records alone, kept until the next action. Whoever writes a record writes an action with it, so
the hash of the last one says whether anything has changed: no figure is ever older than history."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.core.cache import cache
from django.db import connection, models

from inventory.models import ChainHead

P = ParamSpec("P")
R = TypeVar("R")
_MISSING = object()


def kept(work: Callable[P, R]) -> Callable[P, R]:
    """Wrap what reads records, and is told by keyword which: a model's instance or None. It may not depend on the day.

    Inside a transaction it is worked out anew: a write may stand there whose action does not yet. An action that comes
    while it is worked out does no harm: what was kept under the last one nobody asks for any more."""

    @wraps(work)
    def found(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return work(*args, **kwargs)
        key = ":".join(["unchanged", work.__qualname__, _head(), *map(_named, sorted(kwargs.items()))])
        known = cache.get(key, _MISSING)
        if known is not _MISSING:
            return known  # type: ignore[no-any-return]
        result = work(*args, **kwargs)
        cache.set(key, result)
        return result

    return found


def _head() -> str:
    return ChainHead.objects.values_list("hash", flat=True).filter(pk=1).first() or ""


def _named(given: tuple[str, object]) -> str:
    name, value = given
    return f"{name}={value.pk if isinstance(value, models.Model) else value}"
