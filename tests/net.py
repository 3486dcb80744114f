"""A net under every test: whatever is written, it is written by a service, and the service leaves an action.

`test_architecture.py` reads the code for the same; this watches the statements that reach the database. A statement
counts where it changes what the history keeps of a record: an own column of a job or the hash of a password does not.
"""

import inspect
import pkgutil
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection

from inventory import services, tasks
from inventory.management.commands import __path__ as commands
from inventory.services.history import replay

KEPT_ELSEWHERE = ("job",)  # its row is written as it runs; that somebody asked for it, or for its end, is an action
WITHIN_ANOTHER = ("inventory.services.people.link",)  # only services call it: what they do by a link is the action
CHANGE = "inventory_change"
_STATEMENT = re.compile(r'\s*(INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?(.*)', re.I | re.S)
_SET = re.compile(r'"?(\w+)"?\s*=', re.S)
_here = threading.local()


class WroteNoAction(AssertionError):
    """A service changed a record and left no action."""


class WroteOutside(AssertionError):
    """A page, job or command changed a record past the services."""


@cache
def kept_columns() -> dict[str, frozenset[str]]:
    """What the history keeps, by table."""
    return {
        model._meta.db_table: frozenset(
            field.column for field in model._meta.concrete_fields if {field.name, field.attname} & set(model.HISTORY)
        )
        for model in replay.recorded()
        if model.RECORD not in KEPT_ELSEWHERE
    }


def written(sql: str) -> str:
    """The table of which a statement changes something the history keeps, or that of its changes; else nothing."""
    found = _STATEMENT.match(sql)
    if found is None or not (found[2] == CHANGE or found[2] in kept_columns()):
        return ""
    if found[1].upper() != "UPDATE":
        return found[2]
    assigned = re.split(r"\b(?:WHERE|FROM)\b", found[3], maxsplit=1)[0]
    return found[2] if kept_columns().get(found[2], frozenset()).intersection(_SET.findall(assigned)) else ""


def service(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but what it writes must come with an action. Within another service that one answers for it."""

    @wraps(work)
    def watched(*args: Any, **given: Any) -> Any:
        if getattr(_here, "services", 0):
            return work(*args, **given)
        seen: set[str] = set()
        here = threading.get_ident()  # a browser's server shares the connection of its test

        def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            done = execute(sql, params, many, context)
            if threading.get_ident() == here and (table := written(sql)) and context["cursor"].rowcount:
                seen.add(table)
            return done

        _here.services = 1
        try:
            with connection.execute_wrapper(look):
                found = work(*args, **given)
        finally:
            _here.services = 0
        if seen and CHANGE not in seen:
            raise WroteNoAction(f"{work.__module__}.{work.__name__} wrote {', '.join(sorted(seen))} and left no action")
        return found

    return watched


@contextmanager
def taken_away() -> Iterator[None]:
    """As if everything happened within a service that answers for it."""
    was, _here.services = getattr(_here, "services", 0), 1
    yield
    _here.services = was


def entrance(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but whatever it writes must be written by a service."""

    @wraps(work)
    def watched(*args: Any, **given: Any) -> Any:
        here = threading.get_ident()

        def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            is_ours = threading.get_ident() == here and not getattr(_here, "services", 0)
            if is_ours and (table := written(sql)):
                raise WroteOutside(f"{table} is written outside the services: {sql[:200]}")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(look):
            return work(*args, **given)

    return watched


def write_services() -> Iterator[tuple[ModuleType, str]]:
    """Every public service that is told when: those that write, and some that read."""
    for each in pkgutil.walk_packages(services.__path__, "inventory.services."):
        if each.name in WITHIN_ANOTHER:
            continue
        module = import_module(each.name)
        for name, found in vars(module).items():
            own = inspect.isfunction(found) and found.__module__ == each.name and not name.startswith("_")
            if own and "at" in inspect.signature(found).parameters:
                yield module, name


def hang_up(patch: pytest.MonkeyPatch) -> None:
    """Around every service, and every way into them: requests, jobs and commands."""
    for module, name in list(write_services()):
        patch.setattr(module, name, service(getattr(module, name)))
    patch.setattr(BaseHandler, "get_response", entrance(BaseHandler.get_response))
    patch.setattr(tasks, "carry", entrance(tasks.carry))
    for each in pkgutil.iter_modules(commands):
        command = import_module(f"inventory.management.commands.{each.name}").Command
        patch.setattr(command, "handle", entrance(command.handle))
