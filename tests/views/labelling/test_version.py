"""A new version of the test: what it changes, who decides on it, and pages that were open when it came."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from inventory import tasks
from inventory.domain.people import Discipline
from inventory.models import Job, Part, Person, Sheet, Team
from inventory.services.labelling import version
from tests import factories
from tests.services.labelling.test_version import FIRST_NOBODY, OTHERWISE
from tests.services.labelling.test_waiting import NOBODY_WAITS, both_in, give, put_in

pytestmark = pytest.mark.django_db
PRODUCT = Discipline.PRODUCT
Second = Callable[[], Any]


@pytest.fixture
def part(team: Team, pia: Person, ed: Person) -> Part:
    factories.make_price()
    return factories.make_call(feature=factories.make_feature(team=team), name="Tag letters").parts.get()


@pytest.fixture
def listed(part: Part, now: datetime, second: Second) -> Part:
    """Version 2 decides otherwise about it."""
    both_in(part, now, OTHERWISE, OTHERWISE)
    second()
    version.work_out(at=now)
    return part


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_leads_see_from_what_to_what(listed: Part, as_pia: Client, as_admin: Client, as_ed: Client) -> None:
    for client in (as_pia, as_admin):
        page = words(client.get("/label/versions"))
        assert "What version 2 of the test changes" in page
        assert 'data-label="On its own version">Nobody waits' in page
        assert 'data-label="On version 2"><span>Somebody waits' in page
    assert as_ed.get("/label/versions").status_code == 404
    assert ">New version</a>" not in words(as_ed.get("/label"))
    assert ">New version</a>" in words(as_pia.get("/label"))


def test_what_went_to_another_team_meanwhile_is_left_out_and_the_rest_is_kept(
    listed: Part, as_pia: Client, now: datetime
) -> None:
    moved = factories.make_call().parts.get()
    sent = {"parts": [listed.pk, moved.pk], "reason": "They stay"}
    told = words(as_pia.post("/label/versions/keep", sent, follow=True))
    assert "1 part: kept as they are." in told
    assert "1 left out" in told


def test_a_lead_of_another_team_sees_and_decides_nothing(listed: Part, as_stranger: Client) -> None:
    assert "Tag letters" not in words(as_stranger.get("/label/versions"))
    for what in ("look-over", "keep"):
        sent = {"parts": [listed.pk], "reason": "Mine"}
        told = words(as_stranger.post(f"/label/versions/{what}", sent, follow=True))
        assert "1 left out: they changed meanwhile, or are not yours to decide on." in told
        gone = {"parts": [10**9], "reason": "Mine"}
        assert "1 left out: they" in words(as_stranger.post(f"/label/versions/{what}", gone, follow=True))
    listed.refresh_from_db()
    assert (listed.state, listed.kept_on) == ("agreed", None)


def test_ticked_ones_are_looked_over(listed: Part, as_pia: Client, as_ed: Client) -> None:
    answer = as_pia.post("/label/versions/look-over", {"parts": [listed.pk], "reason": ""}, follow=True)
    assert "1 part: put under “check needed”, and both sides are told." in words(answer)
    assert "Tag letters" not in words(answer)
    assert "Version 2 of the test decides otherwise: nobody waits → somebody waits." in words(as_ed.get("/label/check"))
    answer = as_ed.get(f"/parts/{listed.pk}/test", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/test/check")
    assert "carried over to version 2" in words(answer)


def test_kept_ones_need_a_reason_and_what_was_ticked_stays(listed: Part, as_pia: Client) -> None:
    answer = as_pia.post("/label/versions/keep", {"parts": [listed.pk], "reason": " "})
    assert answer.status_code == 422
    assert "Type why these labels stay as they are" in words(answer)
    assert f'value="{listed.pk}" aria-label="Tag letters" checked' in words(answer)
    answer = as_pia.post("/label/versions/keep", {"parts": [listed.pk], "reason": "Still there"}, follow=True)
    assert "1 part: kept as they are." in words(answer)
    assert (
        as_pia.post("/label/versions/keep", {"parts": [listed.pk], "reason": "Twice"}, follow=True).status_code == 200
    )


@pytest.mark.parametrize("sent", [{}, {"parts": ["x", "9" * 30]}])
def test_nothing_ticked_changes_nothing(listed: Part, as_pia: Client, sent: dict[str, Any]) -> None:
    answer = as_pia.post("/label/versions/look-over", sent)
    assert (answer.status_code, "tick a part first" in words(answer)) == (422, True)
    assert "Tick a part first" in words(as_pia.post("/label/versions/keep", {**sent, "reason": "Why"}))


def test_it_is_worked_out_by_a_job(part: Part, now: datetime, second: Second, as_pia: Client) -> None:
    both_in(part, now, OTHERWISE, OTHERWISE)
    second()
    assert "Not worked out yet" in words(as_pia.get("/label/versions"))
    as_pia.post("/label/versions/work-out")
    job = Job.objects.get()
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("done", "1 part would come out otherwise. Nothing was changed.")
    assert "Tag letters" in words(as_pia.get("/label/versions"))


def test_a_side_alone_finds_what_is_its_own_without_a_box_to_tick(
    part: Part, now: datetime, second: Second, as_pia: Client, as_admin: Client
) -> None:
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    second()
    version.work_out(at=now)
    page = words(as_pia.get("/label/versions"))
    assert "By product's answers alone, which only product sees." in page
    assert 'type="checkbox"' not in page
    assert "Tag letters" not in words(as_admin.get("/label/versions"))


# Pages that were open when the version came


def test_an_answer_typed_on_the_old_version_is_not_saved_but_kept_in_sight(
    part: Part, now: datetime, second: Second, as_pia: Client, pia: Person
) -> None:
    give(part, PRODUCT, {"first": "person_later"}, now, person=pia)
    page = words(as_pia.get(f"/parts/{part.pk}/test/late"))
    assert '<input type="hidden" name="test" value="1"' in page
    second()
    sent = {"choice": "longer", "version": Sheet.objects.get().version, "test": 1}
    answer = as_pia.post(f"/parts/{part.pk}/test/late", sent)
    assert answer.status_code == 409
    assert "version 2 of the test took the place of version 1" in words(answer)
    assert "You had chosen: <strong>more than a day</strong>" in words(answer)
    assert f'href="/parts/{part.pk}/test"' in words(answer)
    assert Sheet.objects.get().answers.keys() == {"first"}
    page = words(as_pia.get(f"/parts/{part.pk}/test", follow=True))
    assert "carried over to version 2" in page
    assert 'name="test" value="2"' in page


def test_so_is_one_to_a_question_that_is_gone(part: Part, second: Second, as_ed: Client) -> None:
    second()
    sent = {"choice": "older", "version": 0, "test": 1}
    answer = as_ed.post(f"/parts/{part.pk}/test/standin", sent)
    assert (answer.status_code, "the older version or a default" in words(answer)) == (409, True)
    assert as_ed.get(f"/parts/{part.pk}/test/standin").status_code == 404


def test_so_is_one_where_the_part_is_gone_as_well(part: Part, second: Second, as_ed: Client) -> None:
    second()
    Part.objects.update(is_live=False)
    answer = as_ed.post(f"/parts/{part.pk}/test/standin", {"choice": "older", "version": 0, "test": 1})
    assert (answer.status_code, "the older version or a default" in words(answer)) == (410, True)


def test_saving_on_the_old_version_leads_on_with_everything_carried_over(
    part: Part, now: datetime, second: Second, as_pia: Client, pia: Person
) -> None:
    give(part, PRODUCT, {**NOBODY_WAITS[PRODUCT], "notice": "team"}, now, person=pia)
    second()
    sent = {"version": Sheet.objects.get().version, "test": 1, "outcome": "not_waiting"}
    answer = as_pia.post(f"/parts/{part.pk}/test/check", sent, follow=True)
    assert "Nothing was saved: version 2 of the test has come into force meanwhile." in words(answer)
    assert "shift lead" in words(answer)
    assert not Sheet.objects.filter(submitted_at__isnull=False).exists()


def test_a_test_nobody_knows_is_taken_for_the_one_in_force(part: Part, as_pia: Client) -> None:
    for sent in ("", "99", "x", "9" * 40):
        answer = as_pia.post(f"/parts/{part.pk}/test/first", {"choice": "nobody", "version": 0, "test": sent})
        assert answer.status_code in (302, 409, 422), sent


def test_an_old_label_shows_its_own_questions(part: Part, now: datetime, second: Second, as_ed: Client) -> None:
    both_in(part, now, FIRST_NOBODY, FIRST_NOBODY)
    second()
    page = words(as_ed.get(f"/parts/{part.pk}/test/result"))
    assert "questions and answers of version 1" in page
    assert "(2)" not in page
    assert "version 1 · confidence" in page
    assert as_ed.get(f"/parts/{part.pk}/test", follow=True).redirect_chain[-1][0].endswith("/test/result")
