"""Two records that may not be alike: the database decides, since asking it first would leave a race."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


@contextmanager
def refused(constraint: str, *, as_: type[Exception]) -> Iterator[None]:
    """Turns a breach of that constraint into the refusal `as_`; the transaction around it can go on. Any other breach
    stays what it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as breach:
        if constraint not in str(breach):
            raise
        raise as_ from breach
