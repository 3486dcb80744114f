"""To label: what the page says, and what happens when somebody else is faster, or a hold ran out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from inventory.models import Hold, Membership, Part, Person, Sheet, Team
from inventory.services.labelling import queue
from tests import factories

pytestmark = pytest.mark.django_db

TYPED = {"choice": "person_later", "name": "the shift lead"}


@pytest.fixture
def part(team: Team) -> Part:
    factories.make_price()
    made = factories.make_call(feature=factories.make_feature(team=team), name="Ticket summary").parts.get()
    Part.objects.filter(pk=made.pk).update(cost_today=90_000_000)
    return made


@pytest.fixture
def colleague(team: Team) -> Person:
    return factories.make_person(name="Paul", discipline="product", team=team)


def answered(client: Client, part: Part) -> None:
    for question, answer in {"first": "person_later", "late": "longer", "needed": "all", "notice": "nobody"}.items():
        version = Sheet.objects.filter(part=part).values_list("version", flat=True).first() or 0
        client.post(f"/parts/{part.pk}/test/{question}", {"choice": answer, "version": version})


def test_the_page_says_how_much_is_left_and_why(as_pia: Client, part: Part) -> None:
    page = as_pia.get("/label").content.decode()
    assert "1 of 1 part needs product, $90.00 a month." in strip_tags(page)
    assert "Product has not answered" in page


def test_an_empty_queue_says_what_belongs_there(as_pia: Client, as_admin: Client) -> None:
    assert "What needs your answer stands here" in as_pia.get("/label").content.decode()


@pytest.mark.parametrize(
    "asked", ["team=x", "team=999999999999999999999", "feature=-1", "team=%00", "feature=1&team=2"]
)
def test_a_filter_that_means_nothing_narrows_nothing(as_pia: Client, part: Part, asked: str) -> None:
    assert "Ticket summary" in as_pia.get(f"/label?{asked}").content.decode()


def test_taking_leads_to_the_open_question_and_back_to_the_next(as_pia: Client, part: Part, pia: Person) -> None:
    sent = as_pia.post("/label/take", {"team": part.team_id})
    assert sent.headers["Location"] == f"/parts/{part.pk}/test"
    assert Hold.objects.get().person == pia
    second = factories.make_call(feature=part.feature, name="Next one").parts.get()
    answered(as_pia, part)
    page = as_pia.post(f"/parts/{part.pk}/test/check", {"version": Sheet.objects.get().version}, follow=True)
    assert "Next: Next one" in page.content.decode()
    assert f'name="team" value="{part.team_id}"' in page.content.decode()
    assert as_pia.post("/label/take").headers["Location"] == f"/parts/{second.pk}/test"


def test_nothing_left_says_so(as_pia: Client) -> None:
    assert "Nothing is left here that needs you." in as_pia.post("/label/take", follow=True).content.decode()


def test_leaving_frees_the_part_and_keeps_the_answers(as_pia: Client, part: Part) -> None:
    as_pia.post("/label/take")
    as_pia.post(f"/parts/{part.pk}/test/first", {"choice": "nobody", "version": 0})
    page = as_pia.post("/label/leave", follow=True).content.decode()
    assert "You have left the queue." in page
    assert (Hold.objects.count(), Sheet.objects.get().answers) == (0, {"first": {"choice": "nobody"}})


def test_who_lost_a_part_to_a_colleague_is_told_and_keeps_what_was_typed(
    as_pia: Client, part: Part, colleague: Person
) -> None:
    as_pia.post("/label/take")
    Hold.objects.update(until=timezone.now() - timedelta(seconds=1))
    queue.take(person=colleague, at=timezone.now())
    assert "Paul has this part in hand" in as_pia.get(f"/parts/{part.pk}/test/first").content.decode()
    typed = {"choice": "person_later", "name": "the shift lead", "version": 0}
    sent = as_pia.post(f"/parts/{part.pk}/test/first", typed)
    page = sent.content.decode()
    assert sent.status_code == 409
    assert "Paul has this part in hand until" in page
    assert "the shift lead" in page
    assert Sheet.objects.count() == 0


def test_a_hold_that_ran_out_unnoticed_costs_nothing(as_pia: Client, part: Part) -> None:
    as_pia.post("/label/take")
    Hold.objects.update(until=timezone.now() - timedelta(minutes=1))
    sent = as_pia.post(f"/parts/{part.pk}/test/first", {"choice": "nobody", "version": 0})
    assert (sent.status_code, Sheet.objects.count()) == (302, 1)


def test_nobody_saves_the_sheet_a_colleague_has_in_hand(as_pia: Client, part: Part, colleague: Person) -> None:
    answered(as_pia, part)
    queue.take(person=colleague, at=timezone.now())
    sent = as_pia.post(f"/parts/{part.pk}/test/check", {"version": Sheet.objects.get().version}, follow=True)
    assert "Nothing was saved. Paul has this part in hand until" in sent.content.decode()
    assert Sheet.objects.get().submitted_at is None


def test_a_saved_sheet_frees_the_part(as_pia: Client, part: Part) -> None:
    as_pia.post("/label/take")
    answered(as_pia, part)
    as_pia.post(f"/parts/{part.pk}/test/check", {"version": Sheet.objects.get().version})
    assert (Sheet.objects.get().submitted_at is None, Hold.objects.count()) == (False, 0)


@pytest.mark.parametrize("lost", [{"role": "viewer"}, {"discipline": "other"}], ids=str)
def test_who_lost_the_role_between_two_pages_is_told_and_keeps_what_was_typed(
    as_pia: Client, part: Part, pia: Person, lost: dict[str, str]
) -> None:
    as_pia.post("/label/take")
    (Membership.objects.filter(person=pia) if "role" in lost else Person.objects.filter(pk=pia.pk)).update(**lost)
    sent = as_pia.post(f"/parts/{part.pk}/test/first", {**TYPED, "version": 0})
    page = sent.content.decode()
    assert sent.status_code == 403
    assert "“Ticket summary” is not yours to answer or decide on any more." in page
    assert "the shift lead" in page
    assert (f"/calls/{part.call_id}" in page, 'href="/label"' in page, Sheet.objects.count()) == (True, True, 0)
    assert "Ticket summary" not in as_pia.get("/label").content.decode()


def test_who_never_answered_here_meets_what_does_not_exist(as_ed: Client, part: Part, ed: Person) -> None:
    Membership.objects.filter(person=ed).update(role="viewer")
    assert as_ed.post(f"/parts/{part.pk}/test/first", {"choice": "nobody", "version": 0}).status_code == 404


def test_a_part_retired_meanwhile_keeps_what_was_typed_and_leads_back_to_the_queue(as_pia: Client, part: Part) -> None:
    as_pia.post("/label/take")
    Part.objects.filter(pk=part.pk).update(is_live=False)
    sent = as_pia.post(f"/parts/{part.pk}/test/first", {**TYPED, "version": 0})
    assert (sent.status_code, "the shift lead" in sent.content.decode()) == (410, True)
    assert "What else needs you" in sent.content.decode()


def test_who_answers_for_neither_side_is_told(team: Team) -> None:
    other = factories.make_person(discipline="other", team=team)
    client = Client()
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert "You answer for neither side" in client.get("/label").content.decode()
    assert client.post("/label/take").status_code == 302


def test_the_keys_are_listed_without_javascript_too(as_pia: Client) -> None:
    assert "the next part of the queue" in as_pia.get("/label/keys").content.decode()


def test_next_goes_past_a_dispute_that_has_to_wait(as_pia: Client, part: Part) -> None:
    """Else the dearest dispute is given again and again, and nothing below it is ever reached."""
    second = factories.make_call(feature=part.feature, name="Next one").parts.get()
    Part.objects.filter(pk=part.pk).update(state="disputed")
    assert as_pia.post("/label/take").headers["Location"] == f"/parts/{part.pk}/agree"
    page = as_pia.get(f"/parts/{part.pk}/agree").content.decode()
    assert "Next: Next one" in page
    assert as_pia.post("/label/take", {"after": part.pk}).headers["Location"] == f"/parts/{second.pk}/test"
    assert "To label</a>, 2 left" in as_pia.get(f"/parts/{second.pk}/test/first").content.decode()
    ended = as_pia.post("/label/take", {"after": second.pk}, follow=True).content.decode()
    assert "You went past what is left here." in ended
    assert as_pia.post("/label/take").headers["Location"] == f"/parts/{part.pk}/agree"


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 30])
def test_an_after_that_means_nothing_passes_nothing(as_pia: Client, part: Part, after: str) -> None:
    assert as_pia.post("/label/take", {"after": after}).headers["Location"] == f"/parts/{part.pk}/test"


def test_the_menu_says_where_one_is(as_pia: Client, pia: Person, part: Part) -> None:
    for address, words in {
        f"/parts/{part.pk}/test/first": "To label", "/agreement": "To label", "/account": "Pia", "/teams": "Teams",
        f"/people/{pia.pk}": "Teams", "/prices": "Prices", "/plan/waves": "Plan", "/history/compare": "History", "/": "Home",
        f"/parts/{part.pk}/edit": "Inventory",
    }.items():  # fmt: skip
        header = as_pia.get(address).content.decode().partition("</header>")[0]
        assert [each.partition("<")[0].partition(" ·")[0] for each in header.split('aria-current="page">')[1:]] == [
            words
        ]
