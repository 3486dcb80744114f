"""Many processes that write at the same moment, with the chain of history or without it: test_writers.py asks for them.

`python -m tests.services.writers` on the database of DATABASE_URL; a line of JSON in, one out.
"""

import json
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import DatabaseError, connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from inventory.domain import audit as domain  # noqa: E402
from inventory.domain.audit import Actor  # noqa: E402
from inventory.models import Action, Call, Stale, Trace, Unreviewed  # noqa: E402
from inventory.services import audit  # noqa: E402
from inventory.services.calls import call as calls  # noqa: E402
from inventory.services.calls import feature as features  # noqa: E402
from inventory.services.people import team as teams  # noqa: E402

BY = Actor("command", "writers")
FIELDS = {
    "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time", "requests": 1,
    "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800,
}  # fmt: skip


connection.settings_dict["OPTIONS"].pop("pool", None)  # one connection each: a server gives a hundred


def prepared(writers: int) -> list[int]:
    """A call for each of them."""
    who: dict[str, Any] = {"by": BY, "at": timezone.now()}
    feature = features.register(team=teams.register(name="Search", **who), fields={"name": "Tickets"}, **who)
    return [calls.register(feature=feature, fields={**FIELDS, "name": f"Call {n}"}, **who).pk for n in range(writers)]


def run(pks: list[int], actions: int, chained: bool) -> dict[str, Any]:
    """Each call is changed so often by a process of its own, all at once. Seconds, and what was raised."""
    connections.close_all()
    gate, opened = os.pipe()
    told, tell = os.pipe()
    children = [_forked(lambda pk=pk: _write(pk, actions, chained), gate, opened, tell) for pk in pks]
    os.close(gate)
    os.close(tell)
    time.sleep(0.3)  # until all of them have a connection
    began = time.monotonic()
    os.close(opened)
    with os.fdopen(told) as lines:
        raised = Counter(error for line in lines for error in json.loads(line))
    seconds = time.monotonic() - began
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    return {"seconds": seconds, "raised": dict(raised), "ended": sum(code == 0 for code in codes)}


def _forked(work: Callable[[], list[str]], gate: int, opened: int, tell: int) -> int:
    """A process that waits for the gate, works, and tells what was raised."""
    pid = os.fork()
    if pid:
        return pid
    os.close(opened)
    connection.ensure_connection()
    os.read(gate, 1)
    raised = work()
    os.write(tell, (json.dumps(raised) + "\n").encode())
    os._exit(0)


def _write(pk: int, actions: int, chained: bool) -> list[str]:
    """Who is refused tries again, as the page asks them to. Whatever was raised."""
    if not chained:
        audit.append = _Bare(pk).append  # type: ignore[assignment]
    raised: list[str] = []
    call = Call.objects.get(pk=pk)
    enough = call.requests + actions
    while call.requests < enough and len(raised) <= actions:
        try:
            given = {"fields": {"requests": call.requests + 1}, "by": BY, "at": timezone.now()}
            call = calls.edit(call=call, version=call.version, **given)
        except (DatabaseError, Stale) as error:
            raised.append(f"{type(error).__name__}: {error}"[:200])
            call.refresh_from_db()
    return raised


class _Bare:
    """The same rows inserted without a chain: numbers of one's own, no link, no head that is held."""

    def __init__(self, pk: int) -> None:
        self.seq = pk * 10**13 + int(time.time() * 1000)

    def append(
        self, *, kind: str, by: Actor, at: datetime, record: str, record_id: str, title: str, team_id: int | None,
        changes: audit.Gathered, reason: str = "",
    ) -> Action:  # fmt: skip
        self.seq += 1
        action = Action(
            seq=self.seq, at=at, actor_kind=by.kind, actor_id=by.id, kind=kind, record=record, record_id=record_id,
            title=title[:200], team_id=team_id, reason=reason, changes_count=len(changes.stored), schema=domain.SCHEMA,
            salt=secrets.token_hex(16), previous=domain.GENESIS, hash=domain.GENESIS,
            **{f"effect_{name}": amount for name, amount in changes.effect.items()},
        )  # fmt: skip
        action.save(force_insert=True)
        audit._insert(action, iter(changes.stored))
        Unreviewed.objects.bulk_create([Unreviewed(seq=action.seq)])
        Trace.objects.bulk_create([Trace(word=word, seq=action.seq) for word in sorted(changes.words)])
        return action


DO: dict[str, Callable[..., Any]] = {"prepare": prepared, "run": run}

if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        found = DO[asked.pop("do")](**asked)
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
