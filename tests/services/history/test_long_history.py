"""A million changes: the history is checked in constant memory and little more than its bare hashing takes, and its
first page opens as fast as that of a thousand. Processor time, the least of several runs: others share the machine."""

import time
import tracemalloc
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inventory.domain import audit as links
from inventory.domain.audit import Actor
from inventory.models import Action, Change, Person, Review, Team, Unreviewed
from inventory.services import audit
from inventory.services.history import history, verification
from inventory.services.history.history import Asked
from tests import factories
from tests.services.history import long_history

pytestmark = [pytest.mark.django_db, pytest.mark.soak]
LONG, SHORT = 1_000_000, 1000
AT_ONCE = 20_000


def seconds(work: Callable[[], Any], runs: int = 1) -> float:
    found = []
    for _ in range(runs):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def hashed() -> float:
    """Seconds that canonical form and hash of every action take, read beforehand."""
    spent = 0.0
    for first in range(1, Action.objects.count() + 1, AT_ONCE):
        actions = list(Action.objects.filter(seq__gte=first, seq__lt=first + AT_ONCE).order_by("seq"))
        lines: dict[int, list[links.Stored]] = {action.pk: [] for action in actions}
        rows = Change.objects.filter(action__in=lines).order_by("action_id", "position")
        for pk, *stored in rows.values_list("action_id", "record", "record_id", "before", "after"):
            lines[pk].append((stored[0], stored[1], stored[2], stored[3]))
        spent += seconds(lambda: [links.link(a.previous, audit.chained(a), lines[a.pk]) for a in actions])  # noqa: B023
    return spent


def test_checking_a_million_changes_takes_constant_memory_and_few_times_their_bare_hashing() -> None:
    long_history.write(LONG)
    assert verification.verify().is_whole
    whole, bare = seconds(verification.verify, 2), hashed()
    tracemalloc.start()
    verification.verify()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"verify {whole:.1f} s, bare hashing {bare:.1f} s: {whole / bare:.2f}; {peak / 1e6:.0f} MB")  # noqa: T201
    assert whole <= 3 * bare
    assert peak < 30_000_000


def test_the_first_page_of_a_million_changes_opens_as_fast_as_that_of_a_thousand() -> None:
    viewer = factories.make_person(name="Vic")
    figures: dict[int, dict[str, float]] = {}
    for size in (SHORT, LONG):
        with connection.cursor() as cursor:
            long_history.write(size) if size == SHORT else long_history.more(size)
            cursor.execute("ANALYZE")
        figures[size] = {name: seconds(work, 5) for name, work in pages(viewer).items()}
    ratios = {name: figures[LONG][name] / figures[SHORT][name] for name in figures[SHORT]}
    print({name: round(ratio, 2) for name, ratio in ratios.items()})  # noqa: T201
    assert {name: ratio for name, ratio in ratios.items() if ratio > 2} == {}


def test_what_waits_for_a_review_opens_as_fast_where_almost_all_is_reviewed() -> None:
    """The newest reviewed and the oldest not: whoever walked back from the newest would walk over all of them. With the
    count the page shows, which stops at ten thousand."""
    viewer, asked = factories.make_person(name="Vic"), Asked(review="open")
    figures: dict[str, list[float]] = {"none reviewed": [], "all but the oldest": []}
    for size in (SHORT, LONG):
        with connection.cursor() as cursor:
            long_history.write(size) if size == SHORT else long_history.more(size)
            cursor.execute("ANALYZE")
        with transaction.atomic():
            for name, spent in figures.items():
                if name != "none reviewed":
                    reviewed(from_seq=100, by=viewer)
                spent.append(seconds(lambda: (history.listing(viewer=viewer, asked=asked), history.counted(asked)), 7))
            transaction.set_rollback(True)
    ratios = {name: long / short for name, (short, long) in figures.items()}
    print({name: round(ratio, 2) for name, ratio in ratios.items()})  # noqa: T201
    assert {name: ratio for name, ratio in ratios.items() if ratio > 2} == {}


def reviewed(*, from_seq: int, by: Person) -> None:
    seqs = Action.objects.filter(seq__gte=from_seq).order_by("seq").values_list("seq", flat=True)
    made = (Review(seq=seq, by=by, at=timezone.now()) for seq in seqs.iterator(chunk_size=AT_ONCE))
    while some := list(islice(made, AT_ONCE)):
        Review.objects.bulk_create(some)
    Unreviewed.objects.filter(seq__gte=from_seq).delete()


def test_a_record_with_thousands_of_actions_opens_as_fast_as_one_with_few() -> None:
    viewer, spent = factories.make_person(name="Vic"), []
    for actions in (40, 8000):
        call, at = factories.make_call(), timezone.now()
        with transaction.atomic():
            for n in range(actions):
                before = audit.states(call)
                call.tag = str(n)
                audit.record(
                    kind="call.edit", by=Actor("command", "work"), at=at, subject=call, before=before,
                    after=audit.states(call),
                )  # fmt: skip
        asked = Asked(record=("call", str(call.pk)))
        spent.append(seconds(lambda asked=asked: history.listing(viewer=viewer, asked=asked), 7))
    print(f"few {spent[0] * 1000:.1f} ms, 8,000 {spent[1] * 1000:.1f} ms")  # noqa: T201
    assert spent[1] <= 2 * spent[0]


def pages(viewer: Person) -> dict[str, Callable[[], Any]]:
    team, quiet = Team.objects.order_by("pk")[0], Team.objects.latest("pk")
    person = Person(pk=1)
    last = audit.head().seq
    asked = {
        "all": Asked(),
        "team": Asked(team=team),
        "person": Asked(person=person),
        "kind": Asked(kind="team.edit"),
        "rare kind": Asked(kind="team.register"),
        "quiet record": Asked(record=("team", str(quiet.pk))),
        "nobody": Asked(person=Person(pk=77)),
        "by command": Asked(by="command:work"),
        "by import": Asked(by="import"),
        "by worker": Asked(by="worker"),
        "kind and nobody": Asked(kind="team.edit", person=Person(pk=77)),
        "rare kind and team": Asked(kind="team.register", team=team),
        "reviewed": Asked(review="done"),
        "to review": Asked(review="open"),
        "no such field": Asked(field="call.name"),
        "record": Asked(record=("team", str(team.pk))),
        "field": Asked(field="team.name"),
        "field and team": Asked(field="team.name", team=team),
        "no such side": Asked(side="to_batch"),
        "old days": Asked(until=last // 2),
        "since": Asked(since=last - 10),
    }
    return {name: lambda each=each: history.listing(viewer=viewer, asked=each) for name, each in asked.items()}
