"""Effects and names tampered with, which no link of the chain covers: found, and the first action named."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from inventory.domain.audit import Actor
from inventory.models import Action, Called, Effect, Team, append_only
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.history import indexes, verification
from inventory.services.people import team as teams
from tests import factories
from tests.services.calls.test_part import ANALYSIS, PREVIEW
from tests.services.labelling.test_waiting import both_in
from tests.services.plans import FIELDS

pytestmark = pytest.mark.django_db
BY = Actor("person", "1")
NOT_TOLD = ("person", "claude_model", "price_row")  # written by the factories


@pytest.fixture
def written(db: None, now: datetime) -> Team:
    """Two features with calls: labelled, edited, split, moved, renamed and retired."""
    factories.make_price()
    who: dict[str, Any] = {"by": BY, "at": now}
    team, other = (teams.register(name=name, **who) for name in ("Search", "Mail"))
    first, second = (
        features.register(team=each, fields={"name": name}, **who)
        for each, name in ((team, "Tickets"), (other, "Tags"))
    )
    made = [
        calls.register(feature=first, fields={**FIELDS, "key": f"c-{n}", "name": f"Call {n}"}, **who) for n in range(3)
    ]
    for each in made[:2]:
        both_in(each.parts.get(), now)
    one, two, three = (type(each).objects.get(pk=each.pk) for each in made)
    one = calls.edit(call=one, version=one.version, fields={"requests": 5000, "name": "Renamed"}, **who)
    calls.edit(call=one, version=one.version, fields={"feature": second, "key": "moved"}, **who)
    parts.split(call=two, version=two.version, parts=[PREVIEW, ANALYSIS], reason="Two readers.", **who)
    calls.retire(call=three, version=three.version, reason="Gone.", **who)
    append_only.remove(connection)
    return team


def findings() -> list[verification.Finding]:
    told = verification.verify().findings
    return [each for each in told if not each.text.startswith(NOT_TOLD) and "trigger" not in each.text]


def test_what_the_services_wrote_is_what_the_changes_come_to(written: Team) -> None:
    assert Effect.objects.count() > 5
    assert Called.objects.count() > 10
    assert findings() == []


def pick(model: type[Effect | Called], chance: random.Random) -> Any:
    return chance.choice(list(model.objects.order_by("pk")))


def change_effect(chance: random.Random) -> int:
    found, column = pick(Effect, chance), chance.choice(indexes.effect.NAMES)
    Effect.objects.filter(pk=found.pk).update(**{column: F(column) + chance.choice([-1, 1, 10**9])})
    return int(found.seq)


def change_both_ways(chance: random.Random) -> int:
    """So that the action as a whole still comes to the same."""
    found = pick(Effect, chance)
    Effect.objects.filter(pk=found.pk).update(today=F("today") + 7, saving=F("saving") - 7)
    return int(found.seq)


def other_feature(chance: random.Random) -> int:
    found = pick(Effect, chance)
    Effect.objects.filter(pk=found.pk).update(**{chance.choice(["feature_id", "team_id"]): 99})
    return int(found.seq)


def other_action(chance: random.Random) -> int:
    model = chance.choice([Effect, Called])
    found = pick(model, chance)
    free = set(Action.objects.values_list("seq", flat=True)) - {*model.objects.values_list("seq", flat=True)}
    seq = chance.choice(sorted(free))
    model.objects.filter(pk=found.pk).update(seq=seq)
    return int(min(found.seq, seq))


def delete(chance: random.Random) -> int:
    found = pick(chance.choice([Effect, Called]), chance)
    type(found).objects.filter(pk=found.pk).delete()
    return int(found.seq)


def add_effect(chance: random.Random) -> int:
    seq = chance.choice(list(Action.objects.values_list("seq", flat=True)))
    Effect.objects.create(seq=seq, team_id=1, feature_id=77, saving=1)
    return int(seq)


def add_name(chance: random.Random) -> int:
    seq = chance.choice(list(Action.objects.values_list("seq", flat=True)))
    Called.objects.create(seq=seq, record="call", record_id="1", name="Forged", folded="forged")
    return int(seq)


def rename(chance: random.Random) -> int:
    found = pick(Called, chance)
    column = chance.choice(["name", "folded", "record_id"])
    Called.objects.filter(pk=found.pk).update(**{column: "999"})
    return int(found.seq)


TAMPERINGS: tuple[Callable[[random.Random], int], ...] = (
    change_effect, change_both_ways, other_feature, other_action, delete, add_effect, add_name, rename,
)  # fmt: skip


@pytest.mark.either
@pytest.mark.parametrize("times", [1, pytest.param(125, marks=pytest.mark.soak)])
def test_every_tampering_is_found_and_its_first_action_named(times: int, written: Team) -> None:
    chance = random.Random(times)
    for tamper in TAMPERINGS * times:
        with transaction.atomic():
            seq = tamper(chance)
            assert (tamper.__name__, [each.seq for each in findings()][:1]) == (tamper.__name__, [seq])
            transaction.set_rollback(True)


def test_it_is_said_what_differs_and_never_a_value(written: Team) -> None:
    effect, name = Effect.objects.order_by("seq")[0], Called.objects.order_by("-seq")[0]
    Effect.objects.filter(pk=effect.pk).update(saving=10**9)
    Called.objects.filter(pk=name.pk).update(name="Forged")
    assert {str(each) for each in findings()} == {
        f"action {effect.seq}: {indexes.EFFECT}", f"action {name.seq}: {indexes.CALLED}",
    }  # fmt: skip


def test_of_two_in_different_blocks_both_are_named_and_of_one_block_the_first(
    written: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    seqs = sorted({*Effect.objects.values_list("seq", flat=True)})
    Effect.objects.filter(seq__in=[seqs[0], seqs[-1]]).update(parts=F("parts") + 1)
    monkeypatch.setattr(indexes, "LEAST", 10**6)  # PostgreSQL gives no number twice: they may lie across a border
    assert [each.seq for each in findings()] == [seqs[0]]
    monkeypatch.setattr(indexes, "LEAST", 2)
    assert [each.seq for each in findings()] == [seqs[0], seqs[-1]]


def test_rows_of_no_action_are_told(written: Team) -> None:
    Effect.objects.create(seq=9999, team_id=1, feature_id=1, today=1)
    Called.objects.create(seq=9998, record="call", record_id="1", name="X", folded="x")
    assert [str(each) for each in findings()] == [
        "an effect on the figures is of action 9999, which is not there",
        "a name is of action 9998, which is not there",
    ]


def test_what_is_written_meanwhile_is_no_alarm(written: Team, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = indexes.take_stored

    def late(*given: Any, **more: Any) -> Iterator[Any]:
        if not more:
            teams.register(name="Late", by=BY, at=now)
        return stored(*given, **more)

    monkeypatch.setattr(indexes, "take_stored", late)
    assert findings() == []
    assert Team.objects.filter(name="Late").exists()
