"""The walk in the browser: resumed anywhere, blind, stale, refused."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from inventory.domain.people import Discipline
from inventory.domain.waiting import TESTS
from inventory.forms import waiting as forms
from inventory.models import Action, Call, Part, Person, Sheet
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.labelling import seal
from tests import factories
from tests.services.labelling.test_waiting import BY, NOBODY_WAITS, SOMEBODY_WAITS, both_in, give, put_in

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
SECRET = "shift lead"


@pytest.fixture
def part(team) -> Part:
    factories.make_price()
    return factories.make_call(feature=factories.make_feature(team=team), name="Ticket summary").parts.get()


def at(part, page="start", question=None):
    return reverse(f"waiting.{page}", args=[part.pk, question] if question else [part.pk])


def post(client, part, question, *, version, **typed):
    return client.post(at(part, "question", question), {"version": version, **typed})


def test_a_whole_sheet_is_walked_a_question_a_page(as_pia, part):
    asked = []
    typed = {"first": "person_later", "late": "longer", "needed": "all", "notice": "nobody"}
    page = as_pia.get(at(part), follow=True)
    while "question" in page.context:
        question = page.context["question"].id
        asked.append(question)
        version = page.context["form"]["version"].value()
        page = as_pia.post(at(part, "question", question), {"version": version, "choice": typed[question]}, follow=True)
    assert asked == ["first", "late", "needed", "notice"]
    assert page.templates[0].name == "waiting/check.html"
    assert "Save as “nobody waits”" in page.content.decode()
    done = as_pia.post(at(part, "check"), {"version": page.context["walk"].version}, follow=True)
    assert done.redirect_chain == [(at(part, "result"), 302)]
    assert "Engineering has not answered yet. Until both agree it counts at full price." in done.content.decode()


def test_another_browser_goes_on_where_one_left_off(as_pia, pia, part):
    post(as_pia, part, "first", version=0, choice="person_now", name="broker")
    other = Client()
    other.force_login(pia, backend="django.contrib.auth.backends.ModelBackend")
    page = other.get(at(part), follow=True)
    assert page.context["question"].id == "meanwhile"
    back = other.get(page.context["back"] and at(part, "question", "first"))
    assert 'value="person_now" id="id_choice_0" checked' in back.content.decode()
    assert 'value="broker"' in back.content.decode()


def test_a_blank_save_says_what_to_do_and_keeps_what_was_stored(as_pia, part, now):
    give(part, PRODUCT, {"first": "nobody"}, now)
    page = post(as_pia, part, "first", version=1)
    assert page.status_code == 422
    assert "Select who uses this result first" in page.content.decode()
    assert Sheet.objects.get().answers == {"first": {"choice": "nobody"}}


def test_what_was_typed_stays_when_something_is_wrong(as_pia, part):
    page = post(as_pia, part, "first", version=0, choice="person_now", name="x" * 40_000)
    assert page.status_code == 422
    assert "x" * 40_000 in page.content.decode()
    assert 'id="id_choice_0" checked' in page.content.decode()


def test_a_stale_answer_shows_both_and_the_next_save_decides(as_pia, part):
    post(as_pia, part, "first", version=0, choice="nobody")
    page = post(as_pia, part, "first", version=0, choice="person_now", name="broker")
    assert page.status_code == 409
    text = page.content.decode()
    assert "a person, at once: broker" in text
    assert "nobody yet, it is stored" in text
    assert Sheet.objects.get().answers["first"] == {"choice": "nobody"}
    version = page.context["form"]["version"].value()
    assert post(as_pia, part, "first", version=version, choice="person_now").status_code == 302
    assert Sheet.objects.get().answers["first"] == {"choice": "person_now"}


def test_changing_an_answer_asks_what_is_newly_needed_and_returns_to_the_check(as_pia, part, now):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    page = as_pia.get(at(part, "question", "first"))
    assert at(part, "check") in page.content.decode()
    page = as_pia.post(at(part, "question", "first"), {"version": 4, "choice": "person_now"}, follow=True)
    assert page.context["question"].id == "meanwhile"
    page = as_pia.post(at(part, "question", "meanwhile"), {"version": 5, "choice": "leaves"}, follow=True)
    assert page.templates[0].name == "waiting/check.html"


def test_a_contradiction_leads_back_to_either_answer_or_stays(as_pia, part, now):
    give(part, PRODUCT, {"first": "person_now", "meanwhile": "stays", "late": "longer", "needed": "all"}, now)
    page = as_pia.get(at(part), follow=True)
    assert page.context["question"].id == "conflict_a"
    assert "it may take longer than a day" in page.content.decode()
    conflict = at(part, "question", "conflict_a")
    assert as_pia.post(conflict, {"version": 4, "choice": "first"}).url == at(part, "question", "meanwhile")
    assert as_pia.post(conflict, {"version": 4, "choice": "second"}).url == at(part, "question", "late")
    assert as_pia.post(conflict, {"version": 4, "choice": "keep"}, follow=True).context["question"].id == "notice"


def test_a_question_not_asked_now_goes_on_where_the_sheet_is(as_pia, part):
    assert as_pia.get(at(part, "question", "meanwhile")).url == at(part)
    page = post(as_pia, part, "meanwhile", version=0, choice="stays")
    assert page.status_code == 409
    assert "stay until it is there" in page.content.decode()


@pytest.mark.parametrize("question", ["magic", "times", "chain"])
def test_a_question_of_nobody_or_of_the_other_side_does_not_exist(as_pia, part, question):
    assert as_pia.get(at(part, "question", question)).status_code == 404
    assert post(as_pia, part, question, version=0, choice="no").status_code == 404


def test_nothing_of_a_blind_sheet_reaches_the_other_side(as_pia, as_ed, as_admin, as_stranger, part, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    give(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    for client in (as_ed, as_admin, as_stranger):
        text = client.get(at(part, "result")).content.decode()
        assert "Product has answered." in text
        assert SECRET not in text
        assert "Nobody waits" not in text
    assert SECRET not in as_ed.get(at(part, "check")).content.decode()
    assert SECRET in as_pia.get(at(part, "result")).content.decode()


def test_once_both_are_in_everybody_sees_both(as_pia, as_ed, as_stranger, part, now):
    both_in(part, now)
    for client in (as_pia, as_ed, as_stranger):
        page = client.get(at(part, "result"))
        text = page.content.decode()
        assert SECRET in text
        assert "Nobody waits for this." in text
        assert "Product and engineering agree: this counts." in text
        assert len(page.context["standing"].rows) == 6


def test_a_dispute_names_the_first_difference(as_pia, part, now):
    both_in(part, now, product=SOMEBODY_WAITS)
    text = as_pia.get(at(part, "result")).content.decode()
    assert "Product and engineering differ." in text
    assert "Product: a person, at once. Engineering: a person, later." in text
    assert "≠ differs" in text


def test_where_one_side_is_enough_the_other_sees_the_label_but_no_answer(as_ed, part, now, team):
    team.one_side_enough = True
    team.save()
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    text = as_ed.get(at(part, "result")).content.decode()
    assert "Nobody waits for this." in text
    assert SECRET not in text
    assert "longer than a day" not in text


def test_only_who_may_answer_can(part, team, as_stranger, client):
    viewer = factories.make_person(discipline="product", team=team, role="viewer")
    other = factories.make_person(discipline="other", team=team, role="lead")
    for page in ("start", "check"):
        assert client.get(at(part, page)).status_code == 302
        assert as_stranger.get(at(part, page)).status_code == 404
    for person in (viewer, other):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(at(part)).status_code == 404
        assert post(client, part, "first", version=0, choice="nobody").status_code == 404
        assert client.post(at(part, "check"), {"version": 0}).status_code == 404
        assert client.post(at(part, "result"), {"version": 0}).status_code == 404
        assert client.get(at(part, "result")).status_code == 200
    assert not Sheet.objects.exists()


@pytest.mark.parametrize("pk", ["99999", "9" * 20])
def test_a_part_that_never_was_does_not_exist(as_pia, pk):
    for page in ("", "/first", "/check", "/result"):
        assert as_pia.get(f"/parts/{pk}/test{page}").status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        {"version": "9" * 20, "choice": "nobody"},
        {"version": "NaN", "choice": "nobody"},
        {"version": "0", "choice": "no\x00body"},
        {"version": "0", "choice": "y" * 40_000},
        {"choice": "nobody"},
        {"version": "0", "choice": "nobody", "name": "a\x00b"},
    ],
)
def test_bad_input_is_answered_at_the_field(as_pia, part, typed):
    assert as_pia.post(at(part, "question", "first"), typed).status_code == 422
    assert not Sheet.objects.exists()


def test_without_its_token_a_form_is_refused(pia, part):
    client = Client(enforce_csrf_checks=True)
    client.force_login(pia, backend="django.contrib.auth.backends.ModelBackend")
    assert post(client, part, "first", version=0, choice="nobody").status_code == 403
    assert client.post(at(part, "check"), {"version": 0}).status_code == 403


def test_a_saved_sheet_shows_its_result_and_takes_no_answer(as_pia, part, now):
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    assert as_pia.get(at(part)).url == at(part, "result")
    assert as_pia.get(at(part, "check")).url == at(part)
    version = Sheet.objects.get().version
    page = post(as_pia, part, "late", version=version, choice="minutes")
    assert page.status_code == 409
    assert "within half an hour" in page.content.decode()


def test_a_colleague_of_the_same_discipline_saves_first(as_pia, part, now):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    seen = Sheet.objects.get().version
    give(part, PRODUCT, {"late": "seconds"}, now)
    give(part, PRODUCT, {"conflict_b": "keep"}, now)
    page = as_pia.post(at(part, "check"), {"version": seen, "outcome": "not_waiting"})
    assert page.status_code == 409
    assert "nobody waits" in page.content.decode()
    assert "somebody waits" in page.content.decode()
    assert Sheet.objects.get().submitted_at is None


def test_a_sheet_with_an_open_question_is_not_saved(as_pia, part, now):
    give(part, PRODUCT, {"first": "nobody"}, now)
    assert as_pia.post(at(part, "check"), {"version": 1}).url == at(part, "question", "late")
    assert as_pia.get(at(part, "check")).url == at(part)


def test_a_sheet_is_taken_back_with_a_reason_where_its_label_counts(as_pia, part, now):
    both_in(part, now)
    version = Sheet.objects.get(side="product").version
    page = as_pia.post(at(part, "result"), {"version": version})
    assert page.status_code == 422
    assert "Type why: a label that counts is taken back by this." in page.content.decode()
    page = as_pia.post(at(part, "result"), {"version": version, "reason": "The screen changed"})
    assert page.url == at(part, "check")
    assert Action.objects.latest("seq").reason == "The screen changed"


def test_a_broken_seal_asks_to_look_over_the_answers(as_pia, part, now):
    both_in(part, now)
    seal.breaks(part)
    part.save()
    page = as_pia.get(at(part), follow=True)
    assert page.templates[0].name == "waiting/check.html"
    assert "Look your answers over and save them again." in page.content.decode()
    version = Sheet.objects.get(side="product").version
    assert post(as_pia, part, "late", version=version, choice="hour").url == at(part)
    assert Sheet.objects.get(side="product").submitted_at is None


def test_whoever_changed_discipline_is_told_that_nobody_answers_for_both(as_pia, part, pia, now):
    give(part, PRODUCT, {"first": "nobody"}, now, person=pia)
    give(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    Person.objects.filter(pk=pia.pk).update(discipline="engineering")
    page = post(as_pia, part, "late", version=6, choice="minutes")
    assert page.status_code == 409
    assert "nobody answers for both" in page.content.decode()
    page = as_pia.post(at(part, "check"), {"version": 6}, follow=True)
    assert page.redirect_chain == [(at(part, "result"), 302)]
    assert "Nothing was saved. You have answered for the other side" in page.content.decode()


def test_a_part_retired_meanwhile_says_so_and_keeps_what_was_typed(as_pia, part, pia, now):
    calls.retire(call=part.call, version=1, reason="Gone", by=BY, at=now)
    taken_back = as_pia.post(at(part, "result"), {"version": 1, "reason": "The broker left"})
    assert (taken_back.status_code, "The broker left" in taken_back.content.decode()) == (410, True)
    page = post(as_pia, part, "first", version=0, choice="person_now", name="broker")
    assert page.status_code == 410
    assert "“Ticket summary” was retired meanwhile." in page.content.decode()
    assert "a person, at once: broker" in page.content.decode()
    assert as_pia.get(at(part)).status_code == 410


def test_a_part_split_meanwhile_says_so_and_keeps_what_was_typed(as_pia, as_stranger, part, now):
    give(part, PRODUCT, {"first": "person_now"}, now)
    profile = {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
    two = [{"name": "Preview", **profile}, {"name": "Analysis", **profile}]
    parts.split(call=part.call, version=1, parts=two, by=BY, at=now)
    page = post(as_pia, part, "meanwhile", version=1, choice="stays")
    assert page.status_code == 410
    assert "“Ticket summary” was split meanwhile." in page.content.decode()
    assert "stay until it is there" in page.content.decode()
    assert as_stranger.get(at(part)).status_code == 404


def test_the_pages_keep_their_number_of_queries(as_pia, part, now, django_assert_max_num_queries):
    both_in(part, now)
    with django_assert_max_num_queries(7):
        as_pia.get(at(part, "result"))
    call = Call.objects.get()
    assert call.parts.count() == 1


def test_saving_later_confirms(as_pia, as_ed, part, now):
    both_in(part, now - timedelta(days=1))
    part.refresh_from_db()
    seal.breaks(part)
    part.save()
    for client, side in ((as_pia, "product"), (as_ed, "engineering")):
        client.post(at(part, "check"), {"version": Sheet.objects.get(side=side).version})
    part.refresh_from_db()
    assert (part.state, part.label) == ("agreed", "not_waiting")


@pytest.mark.parametrize("question", [q for test in TESTS.values() for q in test.questions], ids=lambda q: q.id)
def test_nothing_is_preselected(question):
    assert "checked" not in forms.Answering(question).options().as_widget()


@pytest.mark.parametrize(("question", "shown"), [("first", True), ("late", True), ("limits", False)])
def test_examples_stand_beside_the_questions_that_have_some_and_choose_nothing(as_ed, part, now, question, shown):
    sheet = {"first": "nobody", "late": "longer", "needed": "all", "chain": "no"}
    before = list(sheet)[: {"first": 0, "late": 1, "limits": 4}[question]]
    give(part, ENGINEERING, {name: sheet[name] for name in before}, now)
    page = as_ed.get(at(part, "question", question)).content.decode()
    assert ("Examples" in page) is shown
    assert "checked" not in page
    assert Sheet.objects.filter(answers__has_key=question).count() == 0
    if question == "first":
        for line in ("An upload watched on a spinner", "A digest in the inbox", "A search index that keeps tags"):
            assert page.count(line) == 2  # beside the answers where it is wide, folded below where it is narrow


def test_examples_stay_when_something_is_wrong(as_pia, part):
    page = post(as_pia, part, "first", version=0)
    assert page.status_code == 422
    assert "An upload watched on a spinner" in page.content.decode()


def sealed_alike(part, now, product=NOBODY_WAITS, engineering=NOBODY_WAITS, **fields):
    Call.objects.filter(pk=part.call_id).update(tag="digest")
    found = factories.make_call(feature=part.feature, tag="Digest", **fields).parts.get()
    both_in(found, now, product=product, engineering=engineering)
    return found


def test_similar_sealed_calls_come_only_after_ones_own_answers(as_pia, as_ed, part, now):
    alike = sealed_alike(part, now, name="Weekly digest")
    pages = [at(part, "result"), at(part, "check"), at(part, "all"), at(part, "question", "first"), at(part)]
    for client in (as_pia, as_ed):
        assert all(alike.name not in client.get(page, follow=True).content.decode() for page in pages)
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    text = as_pia.get(at(part, "result")).content.decode()
    assert "Calls like this one, already sealed" in text
    assert alike.name in text
    assert "First used" in text or alike.reason[:40] in text
    assert "Look again" not in text
    assert alike.name not in as_ed.get(at(part, "result")).content.decode()


def test_a_sheet_taken_back_or_not_looked_over_closes_them_again(as_pia, part, now):
    alike = sealed_alike(part, now, name="Weekly digest")
    both_in(part, now)
    part.refresh_from_db()
    assert alike.name in as_pia.get(at(part, "result")).content.decode()
    seal.breaks(part)
    part.save()
    assert alike.name not in as_pia.get(at(part, "result")).content.decode()


def test_calls_that_are_the_other_way_round_ask_to_look_again(as_pia, part, now):
    for n in range(3):
        sealed_alike(part, now, product=SOMEBODY_WAITS, engineering=SOMEBODY_WAITS, name=f"Alike {n}")
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    text = as_pia.get(at(part, "result")).content.decode()
    assert "Look again: three calls like this one are the other way round." in text


def test_whoever_answers_for_neither_side_sees_similar_sealed_calls(client, part, now, team):
    alike = sealed_alike(part, now, name="Weekly digest")
    other = factories.make_person(discipline="other", team=team)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert alike.name in client.get(at(part, "result")).content.decode()
