"""Every page is the same to the other side, whichever way a blind sheet goes: crawled twice and held side by side."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from inventory import tasks, urls
from inventory.domain.book import Book
from inventory.domain.people import Discipline
from inventory.models import Action, Call, Job, Part, Person, Sheet, Team
from inventory.services.calls import call as calls
from inventory.services.history import action as actions
from inventory.services.labelling import waiting
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in
from tests.views.test_matrix import has_page

pytestmark = pytest.mark.django_db
PRODUCT = Discipline.PRODUCT
NAMED = "Zanzibar desk"
HOUR = timedelta(hours=1)
FILES = [
    *(("/history/export", form) for form in ("csv", "json")),
    *(("/export", name) for name in ("calls", "moves", "features", "doubts")),
]
Answers = Mapping[str, Any]

# What differs between two visits anyway: tokens, numbers of records, and those of actions, of which there are more.
PASSING = re.compile(
    r"X-CSRFToken\W+\w+|csrfmiddlewaretoken\W+value=\W\w+|(?:\d+:)?[0-9a-f]{32,64}|/(?:[a-z]+/)+\d+|[a-z]+:\d+|[a-z_]+-\d+|up_to\W+value=\W\d+"
    r"|^\"?\W?\d+,2026|\"seq\": \d+|Actions\W+\d+|[Aa]ction \d+|action=\d+|name=\"pick\" value=\"\d+"
)


def give(part: Part, answers: Answers, person: Person, at: datetime) -> None:
    said: dict[str, Any] = {"part": part, "side": PRODUCT, "person": person, "by": person.actor, "at": at}
    for question, value in answers.items():
        given = {"choice": value} if isinstance(value, str) else value
        waiting.answer(question=question, value={**given, "name": NAMED} if question == "first" else given, **said)
    waiting.submit(**said)


def first_round(part: Part, answers: Answers, person: Person, now: datetime) -> None:
    give(part, answers, person, now)


def broken_seal(part: Part, answers: Answers, person: Person, now: datetime) -> None:
    both_in(part, now)
    call = Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields={"requests": 9000}, by=person.actor, at=now + HOUR)
    give(part, answers, person, now + 2 * HOUR)


def addresses(part: Part) -> Iterator[str]:
    """Every page, by the records of the part it can be about, and the history of each of them."""
    pks = {"feature": part.feature_id, "call": part.call_id, "part": part.call_id, "team": part.team_id}
    for pattern in urls.urlpatterns:
        if not has_page(pattern.name):
            continue
        concept = str(pattern.name).partition(".")[0]
        try:
            yield reverse(pattern.name, args=[pks.get(concept, part.pk)] if "<" in str(pattern.pattern) else [])
        except NoReverseMatch:
            continue
    for question in ("first", "meanwhile", "late", "chain"):
        yield reverse("waiting.question", args=[part.pk, question])
    for record, pk in (*pks.items(), ("part", part.pk), ("sheet", Sheet.objects.get(part=part, side=PRODUCT).pk)):
        yield f"/history/{record}/{pk}"


def file(client: Client, address: str, form: str) -> list[str]:
    """What a job makes of it, as lines."""
    given = {"format": form} if address == "/history/export" else {"name": form, "kind": "json", "query": ""}
    answer = client.post(address, given)
    job = Job.objects.latest("pk")
    assert answer.status_code == 302
    assert tasks.run_job(job.pk)
    return client.get(f"/jobs/{job.pk}/file").getvalue().decode().splitlines()


def found(client: Client, part: Part) -> dict[str, list[str]]:
    """The pages there are, line by line; of the history action by action what can be opened at all."""
    opened = [client.get(f"/history/{seq}") for seq in Action.objects.values_list("seq", flat=True)]
    pages = {"actions": [each.content.decode() for each in opened if each.status_code == 200]}
    for n, address in enumerate(addresses(part)):
        answer = client.get(address)
        if answer.status_code == 200 and not answer.streaming and answer.headers["Content-Type"].startswith("text/"):
            pages[f"{n} {PASSING.sub('', address)}"] = answer.content.decode().splitlines()
    return {name: [PASSING.sub("#", line) for line in lines] for name, lines in pages.items()}


def found_beyond(client: Client, part: Part) -> dict[str, list[str]]:
    """Every look at an undo there is, the history of every field, and the files."""
    looks = [client.get(f"/history/{seq}/undo") for seq in Action.objects.values_list("seq", flat=True)]
    pages = {"undo": [each.content.decode() for each in looks if each.status_code == 200]}
    for word, _ in actions.field_choices():
        pages[f"with {word}"] = client.get(f"/history?field={word}").content.decode().splitlines()
    pages |= {f"{address} {form}": file(client, address, form) for address, form in FILES}
    return {name: [PASSING.sub("#", line) for line in lines] for name, lines in pages.items()}


@pytest.mark.parametrize("crawled", [found, pytest.param(found_beyond, marks=pytest.mark.soak)])
@pytest.mark.parametrize("so_far", [first_round, pytest.param(broken_seal, marks=pytest.mark.soak)])
def test_no_page_tells_the_other_side_which_way_a_blind_sheet_goes(
    team: Team, pia: Person, ed: Person, as_ed: Client, prices: Book, now: datetime, so_far: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch, crawled: Callable[[Client, Part], dict[str, list[str]]],
) -> None:  # fmt: skip
    monkeypatch.setattr(timezone, "now", lambda: now + 24 * HOUR)  # pages may say how late it is
    feature = factories.make_feature(team=team, name="Tickets", product_owner=pia, engineering_owner=ed)
    part, seen = factories.make_call(feature=feature, name="Ticket summary").parts.get(), []
    for answers in (NOBODY_WAITS, SOMEBODY_WAITS):
        with transaction.atomic():
            so_far(part, answers[PRODUCT], pia, now)
            seen.append(crawled(as_ed, part))
            transaction.set_rollback(True)
    assert len(seen[0]) > 40
    assert NAMED not in str(seen)
    for name in seen[0]:
        assert seen[0][name] == seen[1][name], name
    assert seen[0].keys() == seen[1].keys()
