"""A long history that verifies, written fast: the chain of many actions over a dozen teams, each changing some."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

from inventory.domain import audit as links
from inventory.models import Action, Called, ChainHead, Change, Team, Trace, Unreviewed
from inventory.services import audit

START = datetime(2026, 1, 1, tzinfo=UTC)
TEAMS, EACH, ROWS = 13, 4, 5000
RENAMED = 8  # one action in so many gives names, the others change another field
FIELDS = ["name", "opens_after"]
Made = tuple[str, int | None, list[links.Stored]]


def write(changes: int) -> int:
    """About so many changes, four an action; returns how many actions."""
    teams = Team.objects.bulk_create([Team(name=f"Team no. {n}") for n in range(TEAMS)])
    states = {team.pk: {name: getattr(team, name) for name in Team.HISTORY} for team in teams}
    made = [("team.register", None, [("team", str(pk), "", links.canonical(state)) for pk, state in states.items()])]
    return _append(chain(made, _edits(states, changes - TEAMS)), states)


def more(changes: int) -> int:
    """Go on to about so many."""
    states = {row.pop("pk"): row for row in Team.objects.order_by("pk").values("pk", *FIELDS)}
    return _append(_edits(states, changes - Change.objects.count()), states)


def _append(made: Iterator[Made], states: dict[int, dict[str, Any]]) -> int:
    head = audit.head()
    seq, previous = head.seq, head.hash
    while chunk := list(islice(made, ROWS)):
        actions = []
        for kind, team_id, stored in chunk:
            seq += 1
            action = _action(seq, kind, team_id, len(stored), previous)
            previous = action.hash = links.link(previous, audit.chained(action), stored)
            actions.append(action)
        Action.objects.bulk_create(actions)
        told = [(action, stored) for action, (_, _, stored) in zip(actions, chunk, strict=True)]
        Change.objects.bulk_create(
            [_change(action, n, line) for action, stored in told for n, line in enumerate(stored)], batch_size=ROWS
        )
        names = [_called(action.seq, line) for action, stored in told for line in stored if '"name"' in line[3]]
        Called.objects.bulk_create(names, batch_size=ROWS)
        Unreviewed.objects.bulk_create([Unreviewed(seq=action.seq) for action in actions])
        words = [(action.seq, next(iter(json.loads(stored[0][3])))) for action, stored in told if stored[0][2]]
        Trace.objects.bulk_create([Trace(word=f"team.{field}", seq=seq) for seq, field in words])
    ChainHead.objects.update_or_create(pk=1, defaults={"seq": seq, "hash": previous})
    Team.objects.bulk_update(
        [Team(pk=pk, **{name: state[name] for name in FIELDS}) for pk, state in states.items()], FIELDS
    )
    return seq


def _called(seq: int, line: links.Stored) -> Called:
    name = json.loads(line[3])["name"]
    return Called(seq=seq, record=line[0], record_id=line[1], name=name, folded=name.casefold())


def _edits(states: dict[int, dict[str, Any]], changes: int) -> Iterator[Made]:
    pks = list(states)[:-1]  # one stays as it is
    for n in range(max(0, changes) // EACH):
        stored = []
        for pk in (pks[(n * EACH + each) % len(pks)] for each in range(EACH)):
            field, now = ("name", f"Team {pk} after action {n}") if n % RENAMED == 0 else ("opens_after", n % 9000)
            was = states[pk][field]
            states[pk][field] = now
            stored.append(("team", str(pk), links.canonical({field: was}), links.canonical({field: now})))
        yield "team.edit", pks[n % 2], stored


def _action(seq: int, kind: str, team_id: int | None, count: int, previous: str) -> Action:
    return Action(
        seq=seq, at=START + timedelta(seconds=seq), actor_kind="person", actor_id=str(seq % 2), kind=kind,
        record="team", record_id=str(team_id or 0), title=f"Team {team_id}", team_id=team_id, reason="As agreed",
        effect_saving=seq % 1000, changes_count=count, schema=links.SCHEMA, salt=f"{seq:032x}", previous=previous,
    )  # fmt: skip


def _change(action: Action, position: int, stored: links.Stored) -> Change:
    record, record_id, before, after = stored
    return Change(action=action, position=position, record=record, record_id=record_id, before=before, after=after)
