"""How many queries each page takes, pinned in query_counts.json: the same for a few rows and for many.

A page that is not in the file fails, and so does one that is there no more. Where a number changes for a reason, write
the new one down; the message shows it.
"""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inventory import tasks, urls
from inventory.domain import waiting
from inventory.domain.book import Book
from inventory.domain.status import Status
from inventory.exchange import call_file
from inventory.models import (
    Action,
    Call,
    ComparedLine,
    Differing,
    Discount,
    Part,
    Person,
    PriceRow,
    Realised,
    Scenario,
    ScenarioLine,
    Team,
    Upload,
    UploadRow,
    Wave,
)
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.intake import taking
from inventory.services.intake import upload as uploads
from inventory.services.people import invitation, people
from inventory.services.planning import arrangement, moving
from inventory.services.talk import comment
from inventory.services.versions import scenario
from tests import factories
from tests.services.labelling.test_waiting import both_in
from tests.services.plans import FIELDS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# What a page is asked besides: without it these show nothing but a form.
ASKED = {
    "moment.as_of": ("?day={today}", "?action={seq}", "?action={seq}&team={team}"),
    "moment.call": ("?day={today}", "?action={seq}"),
    "moment.plan": ("?since=day&day={today}", "?action={seq}", "?action={seq}&team={team}"),
    "moment.record": ("?action={seq}",), "plan.realised": ("?late=1",),
}  # fmt: skip
KEPT = ("home.page", "plan.page", "call.list", "waiting.all")  # between them they read or note all that is kept
PINNED = Path(__file__).with_name("query_counts.json")


@pytest.fixture
def lead(prices: Book, team: Team) -> Person:
    """Sees and may do everything, and has work waiting: no page is shortened for this person."""
    return factories.make_person(name="Lea", discipline="product", team=team, role="lead", is_administrator=True)


@pytest.fixture
def arguments(lead: Person, team: Team, now: datetime) -> dict[str, dict[str, Any]]:
    """What each page is opened with: a split call with a label, one of nobody's yet, and people around them."""
    part = registered("Labelled", lead, team).parts.get()
    feature, seq = part.feature, edited(registered("Edited", lead, team), lead)
    both_in(part, now)
    factories.make_part(call=part.call)
    Call.objects.filter(pk=part.call_id).update(is_split=True)
    blank = factories.make_call(feature=feature).parts.get()
    colleague = factories.make_person(team=team)
    agreed = Discount.objects.create(platform="aws", share=Decimal("0.1"), valid_from=now.date(), reason="Agreed")
    grow(part, lead)
    jobs.beat(worker="one", at=timezone.now() + timedelta(hours=1))  # alive, however long the pages take here
    wave = Wave.objects.create(team=team, name="First", starts_on=now.date().replace(day=1), owner=lead)
    Wave.objects.create(team=team, name="Second").waits_for.create(on=wave)
    Part.objects.filter(pk=part.pk).update(wave=wave)
    return {
        "wave": {"pk": wave.pk},
        "plan.entry": {"pk": entered(lead, team)},
        "moment.call": {"pk": Realised.objects.get().call_id},
        "asked": {"seq": Action.objects.latest("seq").seq, "team": team.pk},
        **dict.fromkeys(("wave.new", "wave.put", "wave.step", "wave.propose"), {"pk": team.pk}),
        "move": {"pk": part.pk},
        "people": {
            "pk": colleague.pk,
            "token": people.sign_in_link(email=lead.email, by=lead.actor, at=timezone.now()),
        },
        "team": {"pk": team.pk, "member_pk": colleague.memberships.get().pk, "link_pk": 0},
        "feature": {"pk": feature.pk},
        "call": {"pk": part.call_id},
        "part": {"pk": part.call_id},
        "discount": {"pk": agreed.pk},
        "part.edit": {"pk": part.pk},
        "waiting": {"pk": part.pk, "question": ""},
        "agreement": {"pk": part.pk},
        "waiting.start": {"pk": blank.pk},
        "waiting.question": {"pk": blank.pk, "question": "first"},
        "comment": {"pk": talk(part, lead)},
        "comment.write": {"pk": part.call_id},
        "waiting.all": {"pk": blank.pk},
        "waiting.copy": {"pk": blank.pk},
        "queue": {"pk": part.pk},
        "review": {"seq": 1},
        "moment": {"record": "part", "pk": part.pk},
        "audit": {"seq": seq + 1, "record": "part", "record_id": str(part.pk)},
        "undo": {"seq": seq},
        "job": {"pk": done_job(lead)},
        "job.parts": {"pk": run(lead, "reprice", {"on": timezone.localdate().isoformat()})},
        "intake": on_its_way(lead),
        "frozen": {
            "pk": (version := run(lead, "freeze_plan", {"team": None, "note": "As signed"})),
            "call_id": part.call_id,
        },
        "scenario": {"pk": worked_out(lead).pk},
        "scenario.explained": {"call_id": ScenarioLine.objects.all()[0].call_id},
        "comparison": {"pk": compared(part, lead, version)},
        "pricing": {"pk": PriceRow.objects.order_by("pk")[0].pk},
    }


def entered(lead: Person, team: Team) -> int:
    """An entry of the ledger of a call that history knows."""
    call = registered("Moved", lead, team)
    both_in(call.parts.get(), timezone.now())
    wave = Wave.objects.create(team=team, name="Moved", starts_on=timezone.localdate().replace(day=1))
    part = call.parts.get()
    arrangement.put(team=team, versions={part.pk: part.version}, wave=wave, by=lead.actor, at=timezone.now())
    for to in (Status.AGREED, Status.PLANNED, Status.MOVING, Status.MOVED):
        part = call.parts.get()
        moving.set_status(part=part, to=to, version=part.version, leads=True, by=lead.actor, at=timezone.now())
    return Realised.objects.get().pk


def registered(name: str, by: Person, team: Team) -> Call:
    feature = features.register(team=team, fields={"name": name}, by=by.actor, at=timezone.now())
    return calls.register(feature=feature, fields={**FIELDS, "name": name}, by=by.actor, at=timezone.now())


def edited(call: Call, by: Person) -> int:
    """The number of the action."""
    calls.edit(call=call, version=call.version, fields={"tag": "x"}, by=by.actor, at=timezone.now())
    return Action.objects.latest("seq").seq


CALLS = """team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens,provider,path,figures_are
Documents,Imported,imported,Imported,claude-haiku-4-5,1,1,1,anthropic,batch,measured
"""


def on_its_way(person: Person) -> dict[str, Any]:
    """A file that was looked over, and one that was imported."""
    at, by = timezone.now(), person.actor
    upload = uploads.keep(person=person, name="calls.csv", data=CALLS.encode(), at=at)
    assert tasks.run_job(uploads.read(upload=upload, by=by, at=at).pk)
    summary = taking.import_inventory(file=call_file.read(CALLS.encode()), name="calls.csv", by=by, at=at)
    return {"pk": upload.pk, "seq": summary.seq}


def more_uploads(by: Person) -> None:
    at = timezone.now()
    upload = Upload.objects.order_by("pk").first()
    assert upload
    number = upload.rows.count()
    new = [UploadRow(upload=upload, number=number + n, kind=kind) for n, kind in enumerate(("new", "changed"), 10)]
    UploadRow.objects.bulk_create(new)
    counts = {"new": 1 + number, "changed": number}
    Upload.objects.filter(pk=upload.pk).update(report={**upload.report, "counts": counts})
    uploads.keep(person=by, name="more.csv", data=CALLS.encode(), at=at)


def done_job(person: Person) -> int:
    at = timezone.now()
    pk = jobs.enqueue(kind="export_plan", params={}, by=person.actor, at=at, person=person).pk
    job = jobs.claim(pk=pk, worker="one", at=at)
    assert job is not None
    jobs.save_file(job, "plan.xlsx", [b"rows"], at=at)
    jobs.finish(job, at=at)
    return pk


def run(person: Person, kind: str, params: dict[str, Any]) -> int:
    """The number of a job that has ended."""
    job = jobs.enqueue(kind=kind, params=params, by=person.actor, at=timezone.now(), person=person)
    assert tasks.run_job(job.pk)
    return job.pk


def compared(part: Part, person: Person, version: int) -> int:
    """A comparison of that version with the plan after a call was added."""
    factories.make_call(feature=part.feature)
    return run(person, "compare_plans", {"first": version, "second": None})


def worked_out(person: Person) -> Scenario:
    at = timezone.now()
    fields = {"name": f"Scenario {Scenario.objects.count()}", "most_risk": 2, "labels": "all_sealed"}
    made = scenario.register(team=None, fields=fields, by=person.actor, at=at, person=person)
    assert tasks.run_job(made.job.pk)
    return made


def more_versions(part: Part, by: Person) -> None:
    """Another version, and more lines and prices of those there are: written past what protects them."""
    run(by, "freeze_plan", {"team": None, "note": "Again"})
    worked_out(by)
    for line in list(ComparedLine.objects.all()):
        line.pk, line.place = None, 9
        line.save(force_insert=True)


def talk(part: Part, by: Person) -> int:
    """A thread with a reply, each mentioning somebody, and a resolved one."""
    at = timezone.now()
    who = {"person": by, "by": by.actor, "at": at}
    call = Call.objects.get(pk=part.call_id)
    first = comment.write(call=call, part=part, text=f"@[{by.pk}] look", token=uuid4().hex, **who)
    comment.reply(thread=first, text=f"Yes @[{by.pk}]", token=uuid4().hex, **who)
    done = comment.write(call=call, text=f"@[{by.pk}] done", token=uuid4().hex, **who)
    comment.reply(thread=done, text="Done", token=uuid4().hex, **who)
    comment.resolve(thread=done, **who)
    return first.pk


def grow(part: Part, by: Person) -> None:
    """More of everything that a page lists."""
    talk(part, factories.make_person(team=part.team))
    at = timezone.now() - timedelta(minutes=5)
    for n in range(3):
        factories.make_person(team=part.team)
        email = f"{n}-{Action.objects.count()}@example.test"
        invitation.invite(team=part.team, email=email, discipline="product", role="member", by=by.actor, at=at)
        factories.make_call(feature=factories.make_feature(team=part.team))
        factories.make_call(feature=part.feature)
        factories.make_call(feature=part.feature, model="claude-sonnet-4-5")
        factories.make_part(call=part.call)
        broken = factories.make_call(feature=part.feature).parts.get()
        Part.objects.filter(pk=broken.pk).update(state="check_needed", sealed_at=at, reason="A fact has changed.")
        otherwise = factories.make_call(feature=part.feature).parts.get()
        Differing.objects.create(part=otherwise, test_version=waiting.CURRENT.version, was="waiting", at=at)
        arrange_more(part)
        done_job(by)
        if Upload.objects.exists():
            more_uploads(by)
    registered(f"Known {Call.objects.count()}", by, part.team)
    more_versions(part, by)


def arrange_more(part: Part) -> None:
    """Another wave after those there are, with a move in it, and a move in none."""
    wave = Wave.objects.create(team=part.team, name=f"Wave {Wave.objects.count()}", starts_on=date(2027, 1, 1))
    for on in Wave.objects.exclude(pk=wave.pk):
        wave.waits_for.create(on=on)
    for into in (wave, None):
        factories.make_call(feature=part.feature).parts.update(kind="move_to_batch", saving=1, wave=into)


def warmed(client: Client, arguments: dict[str, dict[str, Any]]) -> Client:
    """After what is kept from one page to the next was read for the first time."""
    for name in KEPT:
        assert client.get(reverse(name, kwargs=arguments.get(name))).status_code == 200
    return client


def counted(client: Client, arguments: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Queries by the name of each page that answers a GET."""
    found = {}
    for pattern in urls.urlpatterns:
        area = pattern.name.partition(".")[0]
        given = {**arguments.get(area, {}), **arguments.get(pattern.name, {})}
        path = reverse(pattern.name, kwargs={n: given[n] for n in pattern.pattern.converters})
        for asked in ("", *ASKED.get(pattern.name, ())):
            query = asked.format(today=timezone.localdate(), **arguments["asked"])
            with CaptureQueriesContext(connection) as queries:
                response = client.get(f"{path}{query}")
                if response.streaming:
                    response.getvalue()
            if response.status_code != 405:
                assert response.status_code in (200, 302), f"{pattern.name} answers {response.status_code} at {path}"
                found[f"{pattern.name}{asked}"] = len(queries)
    return found


@pytest.mark.parametrize(
    "grows", [pytest.param(True, marks=pytest.mark.either), pytest.param(False, marks=pytest.mark.production)]
)
def test_every_page_takes_its_pinned_number_of_queries_however_many_rows_there_are(
    lead: Person, arguments: dict[str, dict[str, Any]], grows: bool
) -> None:
    """On PostgreSQL each page is opened once: that its queries do not grow says SQLite, and the soak."""
    client = Client()
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    few = counted(warmed(client, arguments), arguments)
    assert few == json.loads(PINNED.read_text()), json.dumps(few, indent=1)
    if grows:
        grow(Part.objects.select_related("call", "feature", "team").get(pk=arguments["waiting"]["pk"]), lead)
        many = counted(warmed(client, arguments), arguments)
        assert {name: (few[name], many[name]) for name in many if few[name] != many[name]} == {}
