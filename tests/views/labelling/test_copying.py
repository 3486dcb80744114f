"""Same answers as another call: chosen blind, marked as copied, and confirmed on the check-answers page."""

import pytest
from django.urls import reverse

from inventory.domain.people import Discipline
from inventory.models import Hold, Part, Sheet
from tests import factories
from tests.services.labelling.test_waiting import BY, NOBODY_WAITS, both_in, give, put_in

pytestmark = pytest.mark.django_db
PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
SECRET = "Zanzibar desk"
SAID = {PRODUCT: {**NOBODY_WAITS[PRODUCT], "first": {"choice": "person_later", "name": SECRET}}}


@pytest.fixture
def source(team, now) -> Part:
    factories.make_price()
    found = factories.make_call(feature=factories.make_feature(team=team), name="Weekly digest", tag="x").parts.get()
    put_in(found, PRODUCT, SAID[PRODUCT], now)
    return found


@pytest.fixture
def part(source) -> Part:
    return factories.make_call(feature=source.feature, name="Daily digest", tag="X").parts.get()


def at(part, page="copy"):
    return reverse(f"waiting.{page}", args=[part.pk])


def copy(client, part, source, version=0, **more):
    return client.post(at(part), {"version": version, "source": source.pk}, **more)


def test_the_list_says_what_is_the_same_and_nothing_of_what_was_answered(as_pia, part, source):
    text = as_pia.get(at(part)).content.decode()
    assert "Weekly digest" in text
    assert "tag, feature" in text
    assert SECRET not in text
    assert "obody waits" not in text


def test_the_other_sides_sheets_are_not_offered_and_not_taken(as_ed, part, source):
    text = as_ed.get(at(part)).content.decode()
    assert "Nothing to copy yet" in text
    assert "Weekly digest" not in text
    page = copy(as_ed, part, source)
    assert page.status_code == 409
    assert "Your side has not answered there" in page.content.decode()
    assert SECRET not in page.content.decode()
    assert not Sheet.objects.filter(part=part).exists()


def test_a_copy_leads_to_the_check_where_it_is_marked_and_confirmed(as_pia, part, source):
    page = copy(as_pia, part, source, follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == at(part, "check")
    assert text.count(">copied</span>") == 4
    assert "Confirm these answers and save as “nobody waits”" in text
    done = as_pia.post(at(part, "check"), {"version": 1}, follow=True)
    assert "Product's answers were confirmed as copied from “Weekly digest”." in done.content.decode()


def test_a_changed_answer_loses_its_mark(as_pia, part, source, now):
    copy(as_pia, part, source)
    give(part, PRODUCT, {"late": "next_day"}, now)
    text = as_pia.get(at(part, "check")).content.decode()
    assert text.count(">copied</span>") == 3
    assert "Confirm the copied answers and save" in text
    compact = as_pia.get(at(part, "all")).content.decode()
    assert compact.count("copied from Weekly digest") == 3


def test_the_other_side_sees_the_mark_once_both_are_in_and_not_before(as_pia, as_ed, part, source, now):
    copy(as_pia, part, source)
    as_pia.post(at(part, "check"), {"version": 1})
    text = as_ed.get(at(part, "result")).content.decode()
    assert "Weekly digest" not in text
    assert SECRET not in text
    assert "cop" not in as_ed.get(f"/parts/{part.pk}/agree").content.decode().split("<main")[1].lower()
    history = as_ed.get(f"/history/part/{part.pk}").content.decode()
    assert "Weekly digest" not in history
    assert "cop" not in history.split("<main")[1].lower()
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    text = as_ed.get(at(part, "result")).content.decode()
    for page in (text, as_ed.get(f"/parts/{part.pk}/agree").content.decode()):
        assert "Product's answers were confirmed as copied from “Weekly digest”." in page
        assert '<span class="copied">copied</span>' in page
    seq = as_pia.get("/history").context["found"].lines[-1].seq
    told = [
        as_ed.get(f"/history/{each}").content.decode()
        for each in range(seq, seq + 20)
        if as_ed.get(f"/history/{each}").status_code == 200
    ]
    assert any("Copied from" in each and "Weekly digest" in each for each in told)


def test_it_says_what_it_puts_its_answers_in_place_of(as_pia, part, source, now):
    give(part, PRODUCT, {"first": "nobody"}, now)
    assert "1 answer stands here already." in as_pia.get(at(part)).content.decode()
    page = copy(as_pia, part, source, version=0)
    assert page.status_code == 409
    assert "A colleague of your side has answered here meanwhile" in page.content.decode()
    assert copy(as_pia, part, source, version=1).status_code == 302


def test_a_colleague_who_has_it_in_hand_and_bad_input_are_told(as_pia, part, source, team, now):
    colleague = factories.make_person(discipline="product", team=team)
    Hold.objects.create(part=part, side="product", person=colleague, until=now.replace(year=2090))
    assert copy(as_pia, part, source).status_code == 409
    Hold.objects.all().delete()
    for typed in ({}, {"version": 0}, {"version": "x", "source": source.pk}, {"version": 0, "source": "9" * 30}):
        assert as_pia.post(at(part), typed).status_code == 422
    assert as_pia.post(at(part), {"version": 0, "source": 99999}).status_code == 409
    assert not Sheet.objects.filter(part=part).exists()


def test_what_is_in_is_not_copied_over(as_pia, part, source, now):
    both_in(part, now)
    assert as_pia.get(at(part)).url == at(part, "start")
    page = copy(as_pia, part, source, version=Sheet.objects.get(part=part, side="product").version)
    assert page.status_code == 409
    assert "This sheet was saved meanwhile" in page.content.decode()


@pytest.mark.parametrize("words", ["digest", "no such thing", "a\x00b", "x" * 5000, "ig"])
def test_it_is_searched(as_pia, part, source, words):
    source.call.search_text = "weekly digest"
    source.call.save()
    page = as_pia.get(at(part), {"q": words})
    assert page.status_code == 200
    assert ("Weekly digest" in page.content.decode()) == (words in ("digest", "ig", "a\x00b"))


def test_it_is_paged_in_the_same_number_of_queries(as_pia, part, source, now, django_assert_num_queries):
    as_pia.get(at(part))
    with django_assert_num_queries(10):
        as_pia.get(at(part))
    sheet = Sheet.objects.get(part=source)
    for _ in range(25):
        sheet.pk, sheet.part = None, factories.make_call(feature=source.feature, tag="x").parts.get()
        sheet.save(force_insert=True)
    with django_assert_num_queries(10):
        page = as_pia.get(at(part))
    assert (len(page.context["page"]), page.context["page"].paginator.count) == (20, 26)
    assert BY.kind == "person"


def test_a_page_of_a_replaced_version_copies_nothing(as_pia, second, part, source):
    assert 'name="test" value="1"' in as_pia.get(at(part)).content.decode()
    second()
    page = as_pia.post(at(part), {"version": 0, "source": source.pk, "test": "1"})
    assert page.status_code == 409
    assert "Version 2 of the test has come into force meanwhile." in page.content.decode()
    assert not Sheet.objects.filter(part=part).exists()
    assert as_pia.post(at(part), {"version": 0, "source": source.pk, "test": "2"}).status_code == 302
