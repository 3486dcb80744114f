"""A process of its own that saves when it is told to, a line of JSON in and one out: two of them race in test_races.py.

`python -m tests.services.racer` on the database of DATABASE_URL.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from inventory.domain.part import Label  # noqa: E402
from inventory.domain.people import Discipline  # noqa: E402
from inventory.models import Action, Part, Person, PriceRow, Sheet, Stale  # noqa: E402
from inventory.services.labelling import reconcile, waiting  # noqa: E402
from tests import factories  # noqa: E402
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, give  # noqa: E402

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
ANSWERS = ("person_now", "person_later")
LABELS = (Label.WAITING, Label.NOT_WAITING)


class Race(NamedTuple):
    """`save` says what racer 0 or 1 wants to see stored in the `record`, `value` what is."""

    kinds: tuple[str, ...]
    prepare: Callable[[Part], object]
    record: Callable[[Part], Any]
    save: Callable[[Part, int, int], Any]
    value: Callable[[Any], Any]


def answer(part: Part, version: int, me: int) -> str:
    person = people(part, PRODUCT)[me]
    given = {"part": part, "side": PRODUCT, "question": "first", "value": ANSWERS[me], "person": person}
    waiting.answer(**given, by=person.actor, at=timezone.now(), version=version)
    return ANSWERS[me]


def submit(part: Part, version: int, me: int) -> int:
    person = people(part, PRODUCT)[me]
    waiting.submit(part=part, side=PRODUCT, by=person.actor, at=timezone.now(), version=version, person=person)
    return person.pk


def adopt(part: Part, version: int, me: int) -> int:
    person = people(part, ENGINEERING)[me]
    given = {"part": part, "side": ENGINEERING, "person": person, "by": person.actor}
    reconcile.adopt(**given, at=timezone.now(), version=version)
    return person.pk


def settle(part: Part, version: int, me: int) -> str:
    by = people(part, PRODUCT)[me].actor
    reconcile.settle(part=part, label=LABELS[me], reason="Seen.", by=by, at=timezone.now(), version=version)
    return LABELS[me].value


def adopt_or_settle(part: Part, version: int, me: int) -> str:
    """Engineering takes over that somebody waits while a lead settles that nobody does."""
    if me == 1:
        return settle(part, version, me)
    adopt(part, Sheet.objects.get(part=part, side=ENGINEERING).version, me)
    return Label.WAITING.value


def disputed(part: Part) -> None:
    both_in(part, timezone.now(), product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)


def begun(part: Part) -> None:
    give(part, PRODUCT, {"first": "nobody"}, timezone.now())


def complete(part: Part) -> None:
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], timezone.now())


def sheet(part: Part, side: Discipline) -> Sheet | None:
    return Sheet.objects.filter(part=part, side=side).first()


def products(part: Part) -> Sheet | None:
    return sheet(part, PRODUCT)


def engineerings(part: Part) -> Sheet | None:
    return sheet(part, ENGINEERING)


def itself(part: Part) -> Part:
    return Part.objects.get(pk=part.pk)


def first(record: Sheet) -> str:
    return record.answers["first"]["choice"]


def who(record: Sheet) -> int | None:
    return record.answered_by_id


def label(record: Part) -> str:
    return record.label


RACES = {
    "answer": Race(("waiting.answer",), begun, products, answer, first),
    "first answer": Race(("waiting.answer",), lambda part: None, products, answer, first),
    "submit": Race(("waiting.submit",), complete, products, submit, who),
    "adopt": Race(("agreement.adopt",), disputed, engineerings, adopt, who),
    "settle": Race(("agreement.settle",), disputed, itself, settle, label),
    "adopt or settle": Race(("agreement.adopt", "agreement.settle"), disputed, itself, adopt_or_settle, label),
}


def people(part: Part, side: Discipline) -> list[Person]:
    return list(Person.objects.filter(discipline=side, memberships__team=part.team_id).order_by("pk"))


@transaction.atomic
def prepared(race: Race, count: int) -> list[dict[str, int]]:
    if not PriceRow.objects.exists():
        factories.make_price()
    feature = factories.make_feature(team=factories.make_team())
    for side in (PRODUCT, ENGINEERING):
        for _ in range(2):
            factories.make_person(discipline=side, team=feature.team)
    parts = [factories.make_call(feature=feature).parts.get() for _ in range(count)]
    race.prepare(parts[0])
    parts[0].refresh_from_db()
    for part in parts[1:]:
        _made_like(parts[0], part)
    return [{"pk": part.pk, "version": _version(race, part)} for part in parts]


def _made_like(model: Part, part: Part) -> None:
    """The same sheets and standing, written directly: to answer a thousand tests takes longer than to race."""
    part.state, part.reason, part.version = model.state, model.reason, model.version
    part.save()
    for each in Sheet.objects.filter(part=model):
        each.pk, each.part = None, part
        each.save(force_insert=True)


def _version(race: Race, part: Part) -> int:
    record = race.record(part)
    return record.version if record else waiting.NEW


def raced(race: Race, pk: int, version: int, me: int, at: float) -> dict[str, Any]:
    """Load as a page would, wait for the moment, save. Who loses tells what the refusal shows as the other's value."""
    part = Part.objects.get(pk=pk)
    while time.monotonic() < at:
        pass
    began = time.monotonic()
    try:
        told = {"won": race.save(part, version, me)}
    except Stale as stale:
        told = {"lost": "Stale", "theirs": race.value(stale.theirs)}
    except reconcile.NothingToSettle:
        told = {"lost": "NothingToSettle", "theirs": race.value(race.record(part))}
    return {**told, "began": began, "ended": time.monotonic()}


def stored(race: Race, pk: int) -> dict[str, Any]:
    part = Part.objects.get(pk=pk)
    return {"value": race.value(race.record(part)), "version": _version(race, part)}


def counted(race: Race) -> int:
    return Action.objects.filter(kind__in=race.kinds).count()


DO: dict[str, Callable[..., Any]] = {"prepare": prepared, "race": raced, "stored": stored, "count": counted}

if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        found = DO[asked.pop("do")](RACES[asked.pop("name")], **asked)
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
