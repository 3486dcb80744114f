"""A file that appears whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from django.core.management.base import CommandError

T = TypeVar("T")


def written(target: Path, write: Callable[[IO[bytes]], T]) -> T:
    """What `write` returns, once all it wrote is `target`, replacing what stood there. A failure leaves the target as
    it was; one of the disk is told as a `CommandError`."""
    try:
        return _written(target, write)
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror or error}") from error


def _written(target: Path, write: Callable[[IO[bytes]], T]) -> T:
    """Into a file beside the target, which then takes its place in one step."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            found = write(file)
            file.flush()
            os.fsync(file.fileno())
        _as_others_are(name)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    return found


def _as_others_are(name: str) -> None:
    """A temporary file is readable by nobody else; this one is a file like any that this person writes."""
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)
