"""Who may open and send what: every address of the app by method and by person, on a record of one team.

An address that is not listed fails. What one may not do answers like what does not exist; nobody signed in is sent to the
sign-in page; without a CSRF token nothing is read at all.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import tasks, urls
from inventory.domain.book import Book
from inventory.exchange import call_file
from inventory.models import Action, Call, Discount, Person, PriceRow, Realised, Scenario, Team, Wave
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.intake import taking
from inventory.services.intake import upload as uploads
from inventory.services.people import account, link
from inventory.services.talk import comment
from inventory.services.versions import scenario
from inventory.views import _page, errors
from tests import factories
from tests.daily import short_and_whole

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
WHO = ("anonymous", "deactivated", "stranger", "viewer", "member", "lead", "administrator", "other")
OUT = ("anonymous", "deactivated")
MEMBERS = ("member", "lead", "administrator", "other")
ANSWERING = ("member", "lead", "administrator")
SIDES = ("stranger", "viewer", *ANSWERING)  # of whatever team: what they find there is their own
LEADS = ("lead", "administrator")
ALL = tuple(who for who in WHO if who not in OUT)
NOBODY: tuple[str, ...] = ()
UNKNOWN = ("PUT", "PATCH", "DELETE")  # to every page
ROLES = ("viewer", "member", "lead")  # whoever is later here may what the earlier may

# For each address who may GET and who may POST; None where the method is not allowed for anybody.
MAY: dict[str, tuple[tuple[str, ...] | None, tuple[str, ...] | None]] = {
    **dict.fromkeys(
        (
            "home.page", "team.list", "team.detail", "feature.list", "feature.detail", "call.list", "call.detail",
            "call.explained", "pricing.list", "plan.page", "plan.guess", "plan.doubts", "audit.list", "audit.find", "audit.detail",
            "audit.record", "moment.plan", "moment.as_of", "moment.record", "job.list", "job.detail", "job.file",
            "pricing.book", "pricing.retiring", "plan.time", "plan.realised", "plan.entry", "wave.list", "move.detail",
            "plan.sum", "moment.call", "job.parts",
            "frozen.list", "frozen.detail", "frozen.explained", "frozen.prices", "comparison.detail", "scenario.list", "scenario.detail", "scenario.lines",
            "scenario.explained",
        ),
        (ALL, None),
    ),
    **dict.fromkeys(("people.account", "people.password"), (ALL, ALL)),
    **dict.fromkeys(("people.list", "people.detail"), (("administrator",), None)),
    **dict.fromkeys(
        ("people.discipline", "people.administrator", "people.deactivate", "people.reactivate", "people.anonymise",
         "team.restore", "exchange.demo_load", "exchange.demo_remove"),
        (None, ("administrator",)),
    ),
    **dict.fromkeys(
        ("pricing.new", "pricing.import", "pricing.correct", "pricing.end"), (("administrator",), ("administrator",))
    ),
    **dict.fromkeys(("pricing.reprice", "pricing.apply"), (None, ("administrator",))),
    **dict.fromkeys(
        ("team.new", "team.retire", "discount.new", "discount.withdraw"), (("administrator",), ("administrator",))
    ),
    **dict.fromkeys(("team.edit", "team.invite", "team.member"), (LEADS, LEADS)),
    **dict.fromkeys(("team.withdraw", "team.remove"), (None, LEADS)),
    **dict.fromkeys(
        ("feature.edit", "feature.retire", "call.edit", "call.retire", "part.split", "part.split_cost", "part.unsplit",
         "part.edit"),
        (MEMBERS, MEMBERS),
    ),
    **dict.fromkeys(
        ("feature.new", "call.new", "exchange.import", "scenario.new"), ((*MEMBERS, "stranger"), (*MEMBERS, "stranger"))),
    **dict.fromkeys(("feature.restore", "call.restore"), (None, MEMBERS)),
    **dict.fromkeys(("waiting.all", "waiting.copy", "waiting.question", "waiting.check"), (ANSWERING, ANSWERING)),
    "waiting.start": (ANSWERING, None),
    "waiting.result": (ALL, ANSWERING),
    "agreement.page": (ALL, None),
    **dict.fromkeys(("agreement.adopt", "agreement.edit"), (None, ANSWERING)),
    **dict.fromkeys(("agreement.settle", "agreement.open"), (None, LEADS)),
    **dict.fromkeys(("queue.together", "queue.drafts"), (SIDES, SIDES)),
    **dict.fromkeys(("queue.page", "queue.keys", "queue.check", "figures.page", "notice.list"), (ALL, None)),
    **dict.fromkeys(("queue.take", "queue.leave", "notice.read"), (None, ALL)),
    "queue.versions": ((*LEADS, "stranger"), None),
    **dict.fromkeys(("queue.work_out", "queue.look_over", "queue.keep"), (None, (*LEADS, "stranger"))),
    **dict.fromkeys(("comment.write", "comment.reply"), (ALL, ALL)),
    "comment.shown": (ALL, None),
    **dict.fromkeys(("comment.edit", "comment.delete"), (NOBODY, NOBODY)),  # somebody else's: for no one
    **dict.fromkeys(("comment.resolve", "comment.reopen"), (None, MEMBERS)),
    "people.notices": (None, ALL),
    **dict.fromkeys(("wave.new", "wave.edit", "wave.retire", "wave.propose"), (LEADS, LEADS)),
    **dict.fromkeys(("wave.put", "wave.step", "move.overrule"), (None, LEADS)),
    "move.step": (None, MEMBERS),
    **dict.fromkeys(("scenario.edit", "scenario.delete", "scenario.moves"), (LEADS, LEADS)),  # somebody else's
    **dict.fromkeys(("scenario.copy", "scenario.again"), (None, MEMBERS)),
    "frozen.new": ((*LEADS, "stranger"), (*LEADS, "stranger")),  # of their own team
    **dict.fromkeys(("frozen.export", "comparison.start", "comparison.export"), (None, ALL)),
    "people.sign_out": (None, ALL),
    "call.cost": (None, ALL),
    "review.mark": (None, (*LEADS, "stranger")),
    **dict.fromkeys(("review.mark_one", "review.take_back"), (None, ("administrator",))),  # of an action of no team
    "audit.export": (None, NOBODY),  # without a format: of nothing there is no file
    **dict.fromkeys(("plan.export", "exchange.export_list"), (None, ALL)),
    "job.cancel": (None, ("administrator",)),
    **dict.fromkeys(("exchange.csv", "exchange.xlsx"), ((*MEMBERS, "stranger"), None)),
    # Somebody else's file: for no one, administrators included.
    "intake.page": (NOBODY, None),
    "intake.columns": (NOBODY, NOBODY),
    **dict.fromkeys(("intake.answer", "intake.read", "intake.tick", "intake.confirm"), (None, NOBODY)),
    "intake.undo": (LEADS, LEADS),
    "undo.action": (MEMBERS, MEMBERS),  # of an edit
}  # fmt: skip
OPEN = {"people.sign_in", "people.reset", "people.reset_sent", "people.link", "health.check"}  # without signing in
INTAKE = ("page", "columns", "answer", "read", "tick", "confirm")
CALLS = """team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens
Documents,Imported,imported,Imported,claude-haiku-4-5,1,1,1
"""


@pytest.fixture
def clients(team: Team, ed: Person, admin: Person, now: datetime) -> dict[str, Client]:
    elsewhere = factories.make_feature().team
    people = {
        "stranger": factories.make_person(team=elsewhere, role="lead", discipline="engineering"),
        "deactivated": factories.make_person(team=team, role="member"),
        "administrator": factories.make_person(is_administrator=True, discipline="engineering"),
        "other": factories.make_person(team=team, discipline="other"),
        **{role: factories.make_person(team=team, role=role) for role in ("viewer", "member", "lead")},
    }
    found = {"anonymous": Client(), **{who: Client() for who in people}}
    for who, person in people.items():
        found[who].force_login(person, backend=BACKEND)
    gone = people["deactivated"]
    account.deactivate(person=gone, version=gone.version, heir=None, by=admin.actor, at=now)
    return found


@pytest.fixture
def address(team: Team, ed: Person, admin: Person, prices: Book) -> Callable[[str], str]:
    call = factories.make_call(feature=factories.make_feature(team=team))
    at = timezone.now()
    invited = {"purpose": "invite", "team": team, "email": "n@example.test", "role": "member", "at": at}
    job = jobs.enqueue(kind="export_plan", params={}, by=admin.actor, at=at, person=admin)
    claimed = jobs.claim(pk=job.pk, worker="one", at=at)
    assert claimed is not None
    jobs.save_file(claimed, "plan.xlsx", [b"rows"], at=at)
    jobs.finish(claimed, at=at)
    said = comment.write(call=call, text="Look", token="0" * 32, person=ed, by=ed.actor, at=at)
    agreed = Discount.objects.create(platform="aws", share=Decimal("0.1"), valid_from=at.date(), reason="Agreed")
    pks = {
        "discount": agreed.pk,
        "people": ed.pk,
        "comment": said.pk,
        "team": team.pk,
        "feature": call.feature_id,
        "job": job.pk,
        "exchange": job.pk,
    }
    pks |= {
        "pricing": PriceRow.objects.order_by("pk")[0].pk,
        "call": call.pk,
        "moment": call.pk,
        "part": call.pk,
        "waiting": call.parts.get().pk,
        "agreement": call.parts.get().pk,
        "queue": call.parts.get().pk,
    }
    wave = Wave.objects.create(team=team, name="First")
    pks |= {"move": call.parts.get().pk, "wave": wave.pk}
    given: dict[str, Any] = {
        "token": link.made(**invited)[1], "seq": 1, "record": "call", "record_id": str(call.pk), "question": "first",
        "member_pk": ed.memberships.get().pk, "call_id": call.pk,
    }  # fmt: skip

    given["repriced"] = repriced(admin)
    kept = uploads.keep(person=ed, name="calls.csv", data=CALLS.encode(), at=at)
    file = call_file.read(CALLS.encode())
    imported = taking.import_inventory(file=file, name="calls.csv", by=ed.actor, at=at)
    edited = edit(call, ed)
    entry = Realised.objects.create(call_id=call.pk, team=team, name="One", moved_at=at, saving=0)
    more = {"name": "One", "volume": Decimal("0.5")}
    pks["scenario"] = scenario.register(team=team, fields=more, by=admin.actor, at=at, person=admin).pk
    assert tasks.run_job(Scenario.objects.get(pk=pks["scenario"]).job_id or 0)
    pks |= dict(zip(("frozen", "comparison"), compared(admin), strict=True))

    def named(name: str) -> str:
        pattern = next(each for each in urls.urlpatterns if each.name == name)
        if name == "team.withdraw":  # is gone once it was withdrawn
            given["link_pk"] = link.made(**invited)[0].pk
        own = {
            "part.edit": pks["waiting"],
            "comment.write": call.pk,
            "pricing.apply": given["repriced"],
            "plan.entry": entry.pk,
            "job.parts": given["repriced"],
            **dict.fromkeys(MAY.keys() & {f"intake.{page}" for page in INTAKE}, kept.pk),
            **dict.fromkeys(("wave.new", "wave.put", "wave.step", "wave.propose"), team.pk),
        }
        seqs = {"intake.undo": imported.seq, "undo.action": edited}
        known = {**given, "seq": seqs.get(name, given["seq"]), "pk": own.get(name) or pks.get(name.partition(".")[0])}
        return reverse(name, kwargs={n: known[n] for n in pattern.pattern.converters})

    return named


def edit(call: Call, by: Person) -> int | None:
    """The number of the action."""
    calls.edit(call=call, version=call.version, fields={"tag": "x"}, by=by.actor, at=timezone.now())
    return Action.objects.latest("seq").seq


def repriced(admin: Person) -> int:
    """The number of a job that has computed a re-pricing."""
    return run(admin, "reprice", {"on": timezone.localdate().isoformat()})


def compared(admin: Person) -> tuple[int, int]:
    """The number of a frozen version, and of the job that compared it with the plan of now."""
    version = run(admin, "freeze_plan", {"team": None, "note": "As signed"})
    return version, run(admin, "compare_plans", {"first": version, "second": None})


def run(admin: Person, kind: str, params: dict[str, Any]) -> int:
    job = jobs.enqueue(kind=kind, params=params, by=admin.actor, at=timezone.now(), person=admin)
    assert tasks.run_job(job.pk)
    return job.pk


@pytest.fixture
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether somebody may is settled before a page is written, which takes longer than all the rest. Others write
    every page: test_query_counts.py, and those of each page."""

    def render(request: HttpRequest, template: str, context: Any = None, *, status: int = 200) -> HttpResponse:
        return HttpResponse(template, status=status)

    for module in (_page, errors):
        monkeypatch.setattr(module, "render", render)


def has_page(name: str) -> bool:
    """To some addresses only a form is sent."""
    return name in OPEN or MAY[name][0] is not None


def test_every_address_is_listed() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == MAY.keys() | OPEN


def test_whoever_is_more_may_more() -> None:
    """By this the short form below leaves some out."""
    for name, may in ((name, may or ()) for name, both in MAY.items() for may in both):
        rising = [role in may for role in ROLES]
        assert rising == sorted(rising), name
        assert "stranger" not in may or "administrator" in may, name


@short_and_whole
def test_everybody_may_what_the_table_says_and_nothing_else(
    clients: dict[str, Client], address: Callable[[str], str], unwritten: None, whole: bool
) -> None:
    """Every day the roles next to the line, and of the methods that no page knows now one, now another; in the soak all of
    them. Last of all signing out, which ends the session."""
    wrong = {}
    names = sorted(MAY, key=lambda each: each == "people.sign_out")
    others = [(name, method) for n, name in enumerate(names) for method in (UNKNOWN if whole else [UNKNOWN[n % 3]])]
    for name, method in [*others, *product(names, ["GET"]), *product(names, ["POST"])]:
        for who in WHO if whole else _telling(name, method):
            answer = clients[who].generic(method, address(name))
            expected = _expected(name, method, who)
            if answer.status_code not in expected:
                wrong[method, name, who] = (answer.status_code, expected)
            if who in OUT and answer.status_code == 302 and not answer.headers["Location"].startswith("/sign-in"):
                wrong[method, name, who] = answer.headers["Location"]
    assert wrong == {}


def _telling(name: str, method: str) -> tuple[str, ...]:
    """Whose answers tell how everybody else is answered."""
    may = _may(name, method)
    if may is None:
        return ("anonymous", "administrator")
    refused = [role for role in ROLES if role not in may]
    told = {*ROLES} - {*refused[-1:], *ROLES[len(refused) :][:1]}
    if "stranger" in may:
        told |= {"viewer", "administrator"}
    return tuple(who for who in WHO if who not in told)


def test_nothing_is_sent_without_a_token(admin: Person, address: Callable[[str], str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin, backend=BACKEND)
    sent = {name: strict.post(address(name)).status_code for name in {*MAY, *OPEN} - {"health.check"}}
    assert {name: status for name, status in sent.items() if status != 403} == {}


def _may(name: str, method: str) -> tuple[str, ...] | None:
    return dict(zip(("GET", "POST"), MAY[name], strict=True)).get(method)


def _expected(name: str, method: str, who: str) -> set[int]:
    if who in OUT:
        return {302}  # to the sign-in page, whatever was asked
    may = _may(name, method)
    if may is None:
        return {405}
    return {200, 302, 422} if who in may else {404}
