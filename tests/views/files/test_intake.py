"""A file on its way in, as its owner sees it: columns, a question, the preview, ticks, the import, and taking it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import tasks
from inventory.models import Action, Call, Feature, Job, Membership, Part, Person, Team, Upload, UploadRow
from inventory.services import job as jobs
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.history import verification
from inventory.services.intake import upload as uploads
from tests import factories
from tests.exchange.workbooks import row, workbook
from tests.services.labelling.test_waiting import both_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
HEAD = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
ROW = "Documents,Tickets,ticket-tags,Tags of a ticket,claude-haiku-4-5,46000,1500,40\n"
OTHER = ROW.replace("ticket-tags", "other").replace("Tags of", "Texts of")
SAMPLE = Path(__file__).parents[2] / "samples" / "open-source-products.csv"


def sent(client: Client, content: str | bytes, name: str = "calls.csv") -> Upload:
    data = content.encode() if isinstance(content, str) else content
    answered = client.post(reverse("exchange.import"), {"file": SimpleUploadedFile(name, data)})
    assert answered.status_code == 302, answered.content.decode()
    return Upload.objects.latest("pk")


def carry(upload: Upload) -> Upload:
    upload.refresh_from_db()
    assert upload.job_id
    assert tasks.run_job(upload.job_id)
    upload.refresh_from_db()
    return upload


def looked_over(client: Client, content: str | bytes, name: str = "calls.csv") -> Upload:
    return carry(sent(client, content, name))


def seen(client: Client, upload: Upload, **asked: str) -> str:
    return " ".join(client.get(reverse("intake.page", args=[upload.pk]), asked).content.decode().split())


def post(client: Client, name: str, upload: Upload, given: dict[str, Any] | None = None) -> str:
    answered = client.post(reverse(f"intake.{name}", args=[upload.pk]), given or {})
    assert answered.status_code == 302, answered.content.decode()
    return str(answered.headers["Location"])


def ticks(upload: Upload) -> dict[str, Any]:
    numbers = [str(n) for n in upload.rows.filter(ticked=True).values_list("number", flat=True)]
    return {"shown": numbers, "ticked": numbers}


def imported(client: Client, content: str | bytes) -> Upload:
    upload = looked_over(client, content)
    post(client, "confirm", upload, ticks(upload))
    return carry(upload)


def test_every_row_is_told_before_anything_is_written(as_ed: Client, team: Team) -> None:
    imported(as_ed, HEAD + ROW + OTHER)
    changed = ROW.replace("46000", "92000")
    wrong = ROW.replace("ticket-tags", "bad").replace("46000", "many").replace("1500", "-1")
    upload = looked_over(as_ed, HEAD + changed + OTHER + ROW.replace("ticket-tags", "new") + wrong)
    assert upload.report["counts"] == {"changed": 1, "unchanged": 1, "new": 1, "wrong": 1, "cost": 78_200_000}
    assert Call.objects.count() == 2
    page = seen(as_ed, upload)
    assert "Changed 1<" in page
    assert "Import 2 rows, leave 1 wrong out" in page
    assert "<b>requests_per_month</b> <q>many</q> must be a whole number" in page
    assert "<b>input_tokens</b> <q>-1</q> must be a whole number" in page
    page = seen(as_ed, upload, show="changed")
    assert "<dt>requests_per_month</dt><dd><del>46000</del> → <ins>92000</ins></dd>" in page
    assert "46,000" in seen(as_ed, upload, show="new")
    assert "No row is of this kind" not in seen(as_ed, upload, show="unchanged")


def test_ticked_rows_come_in_as_one_action_and_others_stay_out(as_ed: Client, ed: Person) -> None:
    upload = looked_over(as_ed, HEAD + ROW + OTHER)
    post(as_ed, "confirm", upload, {"shown": ["2", "3"], "ticked": ["3"]})
    carry(upload)
    assert list(Call.objects.values_list("key", flat=True)) == ["other"]
    action = Action.objects.get(kind="exchange.import")
    assert (action.actor_id, action.title, upload.state, upload.action_seq) == (
        str(ed.pk),
        "calls.csv",
        "imported",
        action.seq,
    )
    page = seen(as_ed, upload)
    assert "This is new: 1 feature, 1 call." in page
    assert reverse("intake.undo", args=[action.seq]) in page


def test_how_far_an_import_is_stands_on_its_page_where_it_can_be_cancelled(as_ed: Client) -> None:
    upload = looked_over(as_ed, HEAD + ROW + OTHER)
    post(as_ed, "confirm", upload, ticks(upload))
    upload.refresh_from_db()
    assert upload.job is not None
    job = jobs.claim(pk=upload.job.pk, worker="one", at=timezone.now())
    assert job is not None
    jobs.progress(job, 1, 2, at=timezone.now())
    page = seen(as_ed, upload)
    assert "1 of 2 rows.</label>" in page
    assert '<progress id="done" max="2" value="1">' in page
    address = reverse("job.cancel", args=[job.pk])
    assert address in page
    as_ed.post(address)
    assert ">Cancel</button>" not in seen(as_ed, upload)
    with pytest.raises(jobs.Cancelled):
        jobs.renew(job, at=timezone.now())


def test_ticks_are_kept_page_by_page_and_for_a_whole_kind(as_ed: Client) -> None:
    rows = "".join(ROW.replace("ticket-tags", f"k{n}") for n in range(60))
    upload = looked_over(as_ed, HEAD + rows)
    assert "1–50 of 60" in seen(as_ed, upload)
    post(as_ed, "tick", upload, {"shown": ["2", "3", "x", "9" * 30], "ticked": ["3"]})
    assert list(upload.rows.filter(ticked=False).values_list("number", flat=True)) == [2]
    fragment = as_ed.post(
        reverse("intake.tick", args=[upload.pk]), {"shown": ["4"]}, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert "Import 58 rows" in fragment
    assert "<html" not in fragment
    post(as_ed, "tick", upload, {"none": "new"})
    assert post(as_ed, "confirm", upload, {}) == reverse("intake.page", args=[upload.pk])
    assert "no row is ticked" in seen(as_ed, upload)
    post(as_ed, "tick", upload, {"all": "new"})
    assert upload.rows.to_import().count() == 60


def test_a_tick_that_comes_while_it_is_being_imported_changes_nothing(as_ed: Client, ed: Person) -> None:
    """As two tabs do: one has read how far the file is, and the other confirms it before the first one writes."""
    upload = looked_over(as_ed, HEAD + ROW + OTHER)
    uploads.confirm(upload=Upload.objects.get(pk=upload.pk), by=ed.actor, at=timezone.now())
    late: tuple[Callable[[], None], ...] = (
        lambda: uploads.tick(upload=upload, shown=[2], ticked=[]),
        lambda: uploads.tick_all(upload=upload, kind="new", ticked=False),
        lambda: uploads.decide(upload=upload, chosen={2: {0: "file"}}),
        lambda: uploads.decide_rest(upload=upload, choice="file"),
    )
    assert upload.state == "ready"
    for write in late:
        with pytest.raises(uploads.NotNow):
            write()
    assert upload.rows.to_import().count() == 2


def test_rows_that_were_unticked_stay_so_when_it_is_looked_over_again(as_ed: Client) -> None:
    upload = looked_over(as_ed, HEAD + ROW + OTHER)
    post(as_ed, "tick", upload, {"shown": ["2"], "ticked": []})
    post(as_ed, "read", upload)
    carry(upload)
    assert list(upload.rows.filter(ticked=False).values_list("number", flat=True)) == [2]


def test_headings_are_asked_for_once_and_remembered(as_ed: Client, as_pia: Client) -> None:
    strange = "Squad;Product;Id;What it does;Model;Volume;Prompt tokens;Output;Colour\n"
    line = ROW.replace(",", ";").strip() + ";red\n"
    upload = sent(as_ed, strange + line)
    assert upload.state == "columns"
    page = reverse("intake.columns", args=[upload.pk])
    assert as_ed.get(reverse("intake.page", args=[upload.pk])).headers["Location"] == page
    shown = as_ed.get(page).content.decode()
    assert "Tags of a ticket" in shown
    assert '<option value="requests_per_month" selected>' in shown
    columns = ("team", "feature", "call_key", "", "model", "requests_per_month", "input_tokens", "output_tokens", "")
    given = {f"column_{place}": column for place, column in enumerate(columns)}
    refused = as_ed.post(page, given)
    assert refused.status_code == 422
    assert "Say which heading is name: every file needs it." in refused.content.decode()
    twice = as_ed.post(page, {**given, "column_3": "name", "column_8": "name"}).content.decode()
    assert "Two headings cannot both be name" in twice
    post(as_ed, "columns", upload, {**given, "column_3": "name"})
    carry(upload)
    assert upload.report["counts"]["new"] == 1
    assert upload.report["not_kept"] == ["Colour"]
    assert sent(as_ed, strange + line).state == "reading"
    assert sent(as_pia, strange + line).state == "columns"


def test_how_numbers_are_written_is_asked_once_with_three_samples(as_ed: Client) -> None:
    head = HEAD.strip() + ",cache_hit_share\n"
    rows = "".join(
        ROW.strip().replace("ticket-tags", f"k{n}").replace("46000", '"46.000"') + ',"0,72"\n' for n in range(4)
    )
    upload = looked_over(as_ed, head + rows)
    assert (upload.state, len(upload.unclear), upload.rows.count()) == ("asking", 3, 0)
    page = seen(as_ed, upload)
    assert "How does this file write numbers?" in page
    assert "46.000" in page
    assert "46000" in page
    refused = as_ed.post(reverse("intake.answer", args=[upload.pk]), {})
    assert refused.status_code == 422
    assert "nothing is guessed" in refused.content.decode()
    post(as_ed, "answer", upload, {"decimals": "comma"})
    carry(upload)
    assert (upload.state, upload.rows.get(number=2).cells["cache_hit_share"]) == ("ready", "0.72")
    post(as_ed, "confirm", upload, ticks(upload))
    carry(upload)
    assert Call.objects.filter(requests=46000).count() == 4


def test_a_workbook_comes_in_like_a_csv_file(as_ed: Client) -> None:
    data = workbook(row(*HEAD.strip().split(",")), row(*ROW.strip().split(",")))
    upload = looked_over(as_ed, data, "calls.xlsx")
    post(as_ed, "confirm", upload, ticks(upload))
    carry(upload)
    assert Call.objects.get().requests == 46000


def test_what_somebody_changed_since_the_preview_is_told_and_nothing_comes_in(
    as_ed: Client, ed: Person, now: datetime
) -> None:
    imported(as_ed, HEAD + ROW + OTHER)
    upload = looked_over(as_ed, HEAD + ROW.replace("46000", "5") + OTHER.replace("46000", "6"))
    call = Call.objects.get(key="other")
    calls.edit(call=call, version=call.version, fields={"tag": "x"}, by=ed.actor, at=now)
    post(as_ed, "confirm", upload, ticks(upload))
    carry(upload)
    assert Call.objects.get(key="ticket-tags").requests == 46000
    page = seen(as_ed, upload)
    assert "Row 3, other: names a call that was changed since the preview" in page
    post(as_ed, "read", upload)
    carry(upload)
    post(as_ed, "confirm", upload, ticks(upload))
    assert carry(upload).state == "imported"


def test_a_right_that_is_lost_meanwhile_counts_when_it_is_imported(as_ed: Client, ed: Person) -> None:
    upload = looked_over(as_ed, HEAD + ROW)
    post(as_ed, "confirm", upload, ticks(upload))
    Membership.objects.filter(person=ed).update(role="viewer")
    carry(upload)
    assert Call.objects.count() == 0
    assert "is not your team" in seen(as_ed, upload)


def test_rows_of_other_teams_are_wrong_one_by_one(as_ed: Client) -> None:
    factories.make_team(name="Sales")
    upload = looked_over(
        as_ed,
        HEAD + ROW.replace("Documents", "Sales") + ROW.replace("Documents", "New").replace("ticket-tags", "b") + OTHER,
    )
    assert upload.report["counts"]["wrong"] == 2
    assert "is not your team" in seen(as_ed, upload, show="wrong")


def test_only_its_owner_sees_it_and_only_while_it_is_kept(
    as_ed: Client, as_pia: Client, as_admin: Client, now: datetime
) -> None:
    upload = looked_over(as_ed, HEAD + ROW)
    for other in (as_pia, as_admin):
        assert other.get(reverse("intake.page", args=[upload.pk])).status_code == 404
        assert other.post(reverse("intake.confirm", args=[upload.pk])).status_code == 404
        assert (
            reverse("intake.page", args=[upload.pk])
            not in other.get(reverse("job.detail", args=[upload.job_id])).content.decode()
        )
    assert (
        reverse("intake.page", args=[upload.pk])
        in as_ed.get(reverse("job.detail", args=[upload.job_id])).content.decode()
    )
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert as_ed.get(reverse("intake.page", args=[upload.pk])).status_code == 404
    uploads.drop_old(at=timezone.now())
    assert Upload.objects.count() == UploadRow.objects.count() == 0


def test_a_page_that_is_old_does_nothing(as_ed: Client) -> None:
    upload = sent(as_ed, HEAD + ROW)
    for name in ("confirm", "read", "tick"):
        post(as_ed, name, upload)
        assert "the file is further on than the page was" in seen(as_ed, upload)
    upload = imported(as_ed, HEAD + OTHER)
    post(as_ed, "confirm", upload)
    post(as_ed, "read", upload)
    assert Action.objects.filter(kind="exchange.import").count() == 1


def test_a_job_that_was_cancelled_can_be_asked_for_again(as_ed: Client, ed: Person) -> None:
    upload = sent(as_ed, HEAD + ROW)
    assert "hx-trigger" in seen(as_ed, upload)
    jobs.cancel(job=Job.objects.get(pk=upload.job_id), by=ed.actor, at=timezone.now())
    assert "Read it again" in seen(as_ed, upload)
    post(as_ed, "read", upload)
    carry(upload)
    post(as_ed, "confirm", upload, ticks(upload))
    upload.refresh_from_db()
    jobs.cancel(job=Job.objects.get(pk=upload.job_id), by=ed.actor, at=timezone.now())
    assert "Import 1 row" in seen(as_ed, upload)
    post(as_ed, "confirm", upload, ticks(upload))
    assert carry(upload).state == "imported"


def test_a_preview_that_was_killed_begins_from_the_start(as_ed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.services.intake.preview.ROWS", 1)
    upload = sent(as_ed, HEAD + ROW + OTHER)

    def killed(*args: Any, **options: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "progress", killed)
        with pytest.raises(SystemExit):
            tasks.run_job(upload.job_id or 0)
    assert upload.rows.count() == 1
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert carry(upload).rows.count() == 2


def test_an_import_that_fails_writes_nothing_and_stays_to_be_looked_over(
    as_ed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = looked_over(as_ed, HEAD + ROW)
    post(as_ed, "confirm", upload, ticks(upload))
    with monkeypatch.context() as patch:
        patch.setattr("inventory.services.audit.append", lambda **given: 1 / 0)
        carry(upload)
    assert Call.objects.count() == 0
    Job.objects.update(lease_until=None)
    assert carry(upload).state == "imported"
    assert Call.objects.count() == 1


def test_an_administrator_imports_two_hundred_calls_of_real_products(as_admin: Client) -> None:
    upload = looked_over(as_admin, SAMPLE.read_bytes())
    assert (upload.report["counts"]["new"], upload.report["new_teams"], upload.report["new_features"]) == (200, 81, 115)
    assert "Not kept: model_in_code." in seen(as_admin, upload)
    post(as_admin, "confirm", upload)
    carry(upload)
    assert (Call.objects.count(), Feature.objects.count()) == (200, 115)
    assert looked_over(as_admin, SAMPLE.read_bytes()).report["counts"]["unchanged"] == 200


def test_how_a_feature_grows_is_told_imported_and_taken_back(as_ed: Client, ed: Person, now: datetime) -> None:
    head = HEAD.strip() + ",growth_per_month\n"
    imported(as_ed, HEAD + ROW)
    upload = looked_over(as_ed, head + ROW.strip() + ",3 %\n" + OTHER.strip() + ",3 %\n")
    assert upload.report["counts"]["changed"] == 1
    assert "<dt>growth_per_month</dt><dd><del>0 %</del> → <ins>3 %</ins></dd>" in seen(as_ed, upload, show="changed")
    feature = Feature.objects.get()
    features.edit(feature=feature, version=feature.version, fields={"growth": Decimal("0.05")}, by=ed.actor, at=now)
    post(as_ed, "confirm", upload, ticks(upload))
    assert "belongs to a feature that was changed since the preview" in seen(as_ed, carry(upload))
    post(as_ed, "read", upload)
    carry(upload)
    post(as_ed, "confirm", upload, ticks(upload))
    carry(upload)
    assert str(Feature.objects.get().growth) == "0.030000"
    undone(as_ed, upload)
    assert (str(Feature.objects.get().growth), Call.objects.count()) == ("0.050000", 1)


# Taking it back


def undone(client: Client, upload: Upload) -> str:
    address = reverse("intake.undo", args=[upload.action_seq])
    assert client.get(address).status_code == 200
    answered = client.post(address)
    assert answered.status_code == 302, answered.content.decode()
    assert tasks.run_job(int(answered.headers["Location"].split("/")[2]))
    return " ".join(client.get(answered.headers["Location"]).content.decode().split())


def everything() -> list[dict[str, Any]]:
    volatile = ("id", "version", "priced_on")
    rows = [*Call.objects.order_by("key").values(), *Part.objects.order_by("call__key", "position").values()]
    return [{name: value for name, value in each.items() if name not in volatile} for each in rows]


def test_taking_an_import_back_pressed_twice_is_one_job(as_ed: Client) -> None:
    """Else the page of the second says it failed, though all of it was taken back."""
    upload = imported(as_ed, HEAD + ROW)
    address = reverse("intake.undo", args=[upload.action_seq])
    pages = {as_ed.post(address).headers["Location"] for _ in range(2)}
    assert (len(pages), Job.objects.filter(kind="undo_import").count()) == (1, 1)


def test_an_import_is_taken_back_to_the_last_cell(as_ed: Client, now: datetime) -> None:
    imported(
        as_ed, HEAD.strip() + ",cache_hit_share,description\n" + ROW.strip() + ",0.5,One\n" + OTHER.strip() + ",,\n"
    )
    both_in(Part.objects.get(call__key="ticket-tags"), now)
    assert Part.objects.get(call__key="ticket-tags").state in ("agreed", "settled")
    before = everything()
    upload = imported(
        as_ed,
        HEAD.strip()
        + ",cache_hit_share,description\n"
        + ROW.strip().replace("haiku", "sonnet").replace("46000", "1")
        + ",0.25,Two\n"
        + ROW.strip().replace("ticket-tags", "new").replace("Tickets", "More")
        + ",,\n",
    )
    assert Part.objects.get(call__key="ticket-tags").state == "check_needed"
    assert "Taken back: 5 records are as they were before." in undone(as_ed, upload)
    differing = [
        (n, a, was[n]) for now_, was in zip(everything(), before, strict=True) for n, a in now_.items() if a != was[n]
    ]
    assert differing == []
    assert not Feature.objects.filter(name="More").exists()
    action = Action.objects.latest("seq")
    made = Action.objects.get(seq=upload.action_seq)
    assert (action.kind, action.effect_today, action.effect_saving) == (
        "exchange.undo_import",
        -made.effect_today,
        -made.effect_saving,
    )
    found = [str(each) for each in verification.verify().findings]
    assert [each for each in found if each.startswith(("call", "part", "action", "feature"))] == []
    assert f'It was taken back by <a href="{reverse("audit.detail", args=[action.seq])}"' in seen(as_ed, upload)
    again = as_ed.post(reverse("intake.undo", args=[upload.action_seq]))
    assert again.status_code == 409
    assert "It was taken back already" in again.content.decode()


def refused(client: Client, upload: Upload) -> str:
    count = Call.objects.count()
    answered = client.post(reverse("intake.undo", args=[upload.action_seq]))
    assert answered.status_code == 409
    assert Call.objects.count() == count
    return " ".join(answered.content.decode().split())


def test_what_somebody_built_on_an_import_keeps_it_from_being_taken_back(
    as_ed: Client, ed: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = imported(as_ed, HEAD + ROW + OTHER)
    added = calls.register(feature=Feature.objects.get(), fields=fields_of(), by=ed.actor, at=now)
    assert "The feature “Tickets” has been worked with since: a call belongs to it." in refused(as_ed, upload)
    Part.objects.filter(call=added).delete()
    Call.objects.filter(pk=added.pk).delete()
    call = Call.objects.get(key="other")
    calls.edit(call=call, version=call.version, fields={"tag": "x"}, by=ed.actor, at=now)
    seq = Action.objects.latest("seq").seq
    assert f"The call “Texts of a ticket” was changed since, by action {seq}." in refused(as_ed, upload)
    monkeypatch.setattr("inventory.views.history.undo.LOOKED_AT_ONCE", 0)
    assert "Nothing was taken back.<br>The call “Texts of a ticket” was changed since" in undone(as_ed, upload)


def fields_of() -> dict[str, Any]:
    return {
        "key": "by-hand", "name": "By hand", "provider": "anthropic", "model": "claude-haiku-4-5", "today_path": "real_time",
        "requests": 1, "uncached_input": 1, "output": 1,
    }  # fmt: skip


def test_who_may_take_an_import_back(
    as_ed: Client, as_pia: Client, as_admin: Client, as_stranger: Client, team: Team, client: Client
) -> None:
    upload = imported(as_ed, HEAD + ROW)
    other = factories.make_person(name="Otto", team=team, role="member")
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("intake.undo", args=[upload.action_seq])
    found = {
        name: each.get(address).status_code
        for name, each in {
            "ed": as_ed,
            "pia": as_pia,
            "admin": as_admin,
            "stranger": as_stranger,
            "otto": client,
        }.items()
    }
    assert found == {"ed": 200, "pia": 200, "admin": 200, "stranger": 404, "otto": 404}
    assert as_ed.get(reverse("intake.undo", args=[1])).status_code == 404
    assert as_pia.get(reverse("undo.action", args=[upload.action_seq])).headers["Location"] == address
    detail = reverse("audit.detail", args=[upload.action_seq])
    assert address in as_pia.get(detail).content.decode()
    assert address not in as_stranger.get(detail).content.decode()
