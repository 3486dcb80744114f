"""An import as a job: told in rows, cancelled, overtaken, begun again; whatever happens, all of it comes in, or none."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import tasks
from inventory.domain.audit import Actor
from inventory.models import Action, Call, Change, Feature, Job, Membership, Part, Person, Team, Upload, bulk
from inventory.services import job as jobs
from inventory.services.calls import feature as features
from inventory.services.history import verification
from inventory.services.intake import staging
from inventory.services.intake import upload as uploads
from inventory.tasks import inventory
from tests import factories
from tests.services.intake.test_intake_parts import CALL, LATER, SPLIT, URGENT, file
from tests.services.labelling.test_waiting import both_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
BY = Actor("command", "test")
USE = {"consumer": "Somebody"}
HEAD = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
Meanwhile = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def upload(ed: Person, monkeypatch: pytest.MonkeyPatch) -> Upload:
    """Ten new calls in two features that are not there yet, looked over and to be imported in lots of four."""
    monkeypatch.setattr(staging, "ROWS", 4)
    monkeypatch.setattr(jobs, "TELL_EVERY", 0)
    return looked_over(ed, 10)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something happen once, before a step of the import."""

    def put(step: str, happens: Callable[[], object]) -> None:
        wait: list[Callable[[], object]] = [happens]
        of, name = {
            "working out": (staging.Staged, "work_out"),
            "before it writes": (jobs, "renew"),
            "writing": (staging, "hearing"),
        }[step]
        real = getattr(of, name)

        def first(*given: object, **named: object) -> object:
            if wait and (name != "renew" or named["message"]):
                wait.pop()()
            return real(*given, **named)

        monkeypatch.setattr(of, name, first)

    return put


def looked_over(person: Person, count: int, requests: int = 1000) -> Upload:
    rows = "".join(f"Documents,F{n % 2},call-{n},Call {n},claude-haiku-4-5,{requests},500,40\n" for n in range(count))
    return kept(person, (HEAD + rows).encode())


def kept(person: Person, data: bytes) -> Upload:
    upload = uploads.keep(person=person, name="calls.csv", data=data, at=timezone.now())
    assert tasks.run_job(uploads.read(upload=upload, by=person.actor, at=timezone.now()).pk)
    upload.refresh_from_db()
    return upload


def imported(upload: Upload) -> Job:
    job = uploads.confirm(upload=upload, by=upload.owner.actor, at=timezone.now())
    tasks.run_job(job.pk)
    job.refresh_from_db()
    upload.refresh_from_db()
    return job


def cancel(kind: str = "import_inventory") -> None:
    jobs.cancel(job=Job.objects.get(kind=kind), by=BY, at=timezone.now())


def nothing_came_in() -> bool:
    return not (Feature.objects.exists() or Call.objects.exists() or Action.objects.filter(kind="exchange.import"))


def test_how_far_it_is_is_told_in_rows(upload: Upload, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int | None, str]] = []
    renew = jobs.renew

    def heard(job: Job, *, at: datetime, **fields: object) -> None:
        told.append((fields["done_rows"], fields["all_rows"], fields["message"]))
        renew(job, at=at, **fields)

    monkeypatch.setattr(jobs, "renew", heard)
    assert imported(upload).state == "done"
    written = inventory.WRITING.format(10, "rows")
    assert told == [(4, 10, ""), (8, 10, ""), (10, 10, ""), (10, 10, written)]
    assert Call.objects.count() == Part.objects.count() == 10


@pytest.mark.parametrize("step", ["working out", "before it writes"])
def test_it_can_be_cancelled_until_the_last_step(upload: Upload, meanwhile: Meanwhile, step: str) -> None:
    meanwhile(step, cancel)
    assert imported(upload).state == "cancelled"
    assert nothing_came_in()
    assert uploads.is_stopped(upload)
    Job.objects.filter(state="cancelled").delete()
    assert imported(upload).state == "done"  # the ticks are still there
    assert Call.objects.count() == 10


def test_in_the_last_step_it_is_too_late_to_cancel(upload: Upload, meanwhile: Meanwhile) -> None:
    meanwhile("writing", cancel)
    job = imported(upload)
    assert (job.state, job.cancel_asked, Call.objects.count()) == ("done", False, 10)
    assert not Action.objects.filter(kind="job.cancel").exists()


def test_that_it_is_too_late_is_said_and_no_button_is_offered(upload: Upload, as_ed: Client) -> None:
    pk = uploads.confirm(upload=upload, by=upload.owner.actor, at=timezone.now()).pk
    job = jobs.claim(pk=pk, worker="one", at=timezone.now())
    assert job is not None
    pages = (reverse("intake.page", args=[upload.pk]), reverse("job.detail", args=[pk]))
    assert all('id="cancel">Cancel' in as_ed.get(page).content.decode() for page in pages)
    jobs.pass_on(job, at=timezone.now(), total=10, message=inventory.WRITING.format(10, "rows"))
    for page in pages:
        shown = as_ed.get(page).content.decode()
        assert 'id="cancel"' not in shown
        assert "that cannot be cancelled any more" in shown
    answered = as_ed.post(reverse("job.cancel", args=[pk]), follow=True).content.decode()
    assert "It was too late to cancel: the last step had begun." in answered


def test_what_is_worked_out_anew_can_be_cancelled_again(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step was overtaken: it was none."""
    real, real_write = staging.Staged.work_out, staging.Staged.write

    def overtaken_once(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(staging.Staged, "write", real_write)
        monkeypatch.setattr(staging.Staged, "work_out", cancelled)
        raise staging.Overtaken

    def cancelled(*given: Any, **named: Any) -> None:
        job = Job.objects.get(kind="import_inventory")
        assert job.is_final
        real(*given[:-1], lambda rows: (given[-1](rows), cancel()))  # type: ignore[arg-type]

    monkeypatch.setattr(staging.Staged, "write", overtaken_once)
    assert imported(upload).state == "cancelled"
    assert nothing_came_in()


def test_a_worker_that_ends_in_the_last_step_leaves_it_to_another(upload: Upload, meanwhile: Meanwhile) -> None:
    meanwhile("writing", jobs.stopping.set)
    try:
        job = imported(upload)
    finally:
        jobs.stopping.clear()
    assert (job.state, nothing_came_in()) == ("queued", True)
    assert tasks.run_job(job.pk)
    assert Call.objects.count() == 10
    assert Action.objects.filter(kind="exchange.import").count() == 1


def test_who_lost_the_job_in_the_last_step_writes_nothing(upload: Upload, meanwhile: Meanwhile) -> None:
    meanwhile("writing", lambda: Job.objects.filter(kind="import_inventory").update(attempts=2))
    imported(upload)
    assert nothing_came_in()


def test_history_tells_of_every_record_under_the_number_it_has(upload: Upload) -> None:
    imported(upload)
    action = Action.objects.get(kind="exchange.import")
    for model in (Feature, Call, Part):
        told = Change.objects.filter(action=action, record=model.RECORD).values_list("record_id", flat=True)
        assert sorted(map(int, told)) == sorted(model.objects.values_list("pk", flat=True))
    findings = [str(finding) for finding in verification.verify().findings]
    ours = [f for f in findings if f.startswith(("feature", "call", "part", "action"))]
    assert ours == []


def test_what_was_made_meanwhile_is_found_and_used(upload: Upload, meanwhile: Meanwhile, team: Team) -> None:
    """A feature of the same name: worked out anew, its calls belong there."""
    meanwhile("before it writes", lambda: features.register(team=team, fields={"name": "f1"}, by=BY, at=timezone.now()))
    assert imported(upload).state == "done"
    assert sorted(Feature.objects.values_list("name", flat=True)) == ["F0", "f1"]
    assert Call.objects.filter(feature__name="f1").count() == 5


def test_rights_that_were_taken_meanwhile_are_gone(upload: Upload, meanwhile: Meanwhile, ed: Person) -> None:
    imported(upload)
    again = looked_over(ed, 12)
    meanwhile("before it writes", lambda: Membership.objects.filter(person=ed).delete())
    assert imported(again).state == "failed"
    assert [each["message"] for each in again.problems] == [
        "is not your team. Ask one of its members to import these rows"
    ] * 2
    assert Call.objects.count() == 10


def test_a_call_that_was_changed_meanwhile_refuses_all(upload: Upload, meanwhile: Meanwhile, ed: Person) -> None:
    imported(upload)
    again = looked_over(ed, 10, requests=2000)
    meanwhile("before it writes", lambda: Call.objects.get(key="call-3").write("tag"))
    assert imported(again).state == "failed"
    assert [(each["row"], each["message"]) for each in again.problems] == [
        (5, "names a call that was changed since the preview")
    ]
    assert not Call.objects.filter(requests=2000).exists()


def test_a_sheet_that_was_saved_meanwhile_confirms_no_change_it_did_not_know(
    upload: Upload, meanwhile: Meanwhile, ed: Person, now: datetime
) -> None:
    """It came too late for the seal that the import breaks: that is broken after it."""
    imported(upload)
    part = Part.objects.get(call__key="call-3")
    both_in(part, now)
    again = looked_over(ed, 10, requests=900_000)
    saved: list[datetime] = []

    def save() -> None:
        sheet = part.sheets.order_by("pk")[0]
        sheet.submitted_at = timezone.now()
        sheet.save(update_fields=["submitted_at"])
        saved.append(sheet.submitted_at)

    meanwhile("before it writes", save)
    assert imported(again).state == "done"
    part.refresh_from_db()
    assert (part.state, part.requests) == ("check_needed", 900_000)
    assert part.sealed_at is not None
    assert part.sealed_at >= saved[0]


def test_parts_owners_and_uses_are_worked_out_anew_too(ed: Person, pia: Person, meanwhile: Meanwhile) -> None:
    """What the first try had put aside is in nothing that the second writes."""
    assert imported(kept(ed, file(*SPLIT, {**CALL, "call_key": "z"}))).state == "done"
    owned = {**CALL, "product_owner": "Pia", "growth_per_month": "3 %"}
    rows = [owned, {**URGENT, "consumer": "A doctor"}, {**LATER, "part": "New"}, {**CALL, "call_key": "z", **USE}]
    again = kept(ed, file(*rows, {**CALL, "feature": "Mails", "call_key": "y", "engineering_owner": "Ed"}))

    def edit() -> None:
        feature = Feature.objects.get(name="Tickets")
        features.edit(feature=feature, version=feature.version, fields={"description": "New"}, by=BY, at=timezone.now())

    meanwhile("before it writes", edit)
    assert imported(again).state == "done"
    feature, new = Feature.objects.get(name="Tickets"), Feature.objects.get(name="Mails")
    assert (feature.product_owner, str(feature.growth), feature.description) == (pia, "0.030000", "New")
    assert (new.engineering_owner, new.version) == (ed, 1)
    found = Part.objects.order_by("call__key", "position").values_list("call__key", "position", "name", "consumer")
    assert list(found) == [
        ("a", 0, "Urgent", "A doctor"), ("a", 1, "Later", "The report"), ("a", 2, "New", "The report"),
        ("y", 0, "Tags", ""), ("z", 0, "Tags", "Somebody"),
    ]  # fmt: skip
    told = Change.objects.filter(action__seq=again.action_seq).order_by("record").values_list("record", flat=True)
    assert list(told) == ["call", "call", "feature", "feature", "part", "part", "part", "part", "part"]
    assert [f for f in verification.verify().findings if str(f).startswith(("feature", "call", "part", "action"))] == []


def test_who_may_own_no_more_is_not_made_owner(ed: Person, pia: Person, meanwhile: Meanwhile) -> None:
    upload = kept(ed, file({**CALL, "product_owner": "Pia"}))
    meanwhile("before it writes", lambda: Person.objects.filter(pk=pia.pk).update(is_active=False))
    assert imported(upload).state == "failed"
    assert "is nobody who can sign in" in upload.problems[0]["message"]
    assert nothing_came_in()


def test_numbers_that_were_reserved_are_given_to_nobody_else(team: Team) -> None:
    mine = bulk.reserve(Feature, 3)
    other = factories.make_feature(team=team)
    assert len({*mine, other.pk, *bulk.reserve(Feature, 2)}) == 6
