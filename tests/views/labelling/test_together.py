"""Answering together on its pages: the same consumer, what differs, refusals told, nothing of the others lost."""

import pytest
from django.urls import reverse

from inventory.domain.people import Discipline
from inventory.models import Action, Call, Part, Sheet
from inventory.services.calls import part as parts
from tests import factories
from tests.services.labelling.test_together import begin, made
from tests.services.labelling.test_waiting import NOBODY_WAITS, give, put_in

pytestmark = pytest.mark.django_db
PRODUCT = Discipline.PRODUCT
SECRET = "Zanzibar desk"


@pytest.fixture
def model(team, now) -> Part:
    factories.make_price()
    found = made(factories.make_feature(team=team), "Model")
    put_in(found, PRODUCT, {**NOBODY_WAITS[PRODUCT], "first": {"choice": "person_later", "name": SECRET}}, now)
    return found


@pytest.fixture
def others(model) -> list[Part]:
    return [made(model.feature, f"Other {n}") for n in range(3)]


LIST = "/label/together"


def ticked(drafts, *parts):
    rows = {row["part"].pk: row["walk"].version for row in drafts.context["rows"]}
    return [f"{part.pk}:{rows[part.pk]}" for part in parts]


def test_from_the_queue_to_the_confirmed_sheets(as_pia, model, others):
    assert reverse("queue.together") in as_pia.get("/label").content.decode()
    assert "?consumer=Shift%20lead" in as_pia.get(LIST).content.decode()
    address = f"{LIST}?consumer=shift lead"
    page = as_pia.post(address, {"model": model.pk, "part": [each.pk for each in others]}, follow=True)
    assert page.redirect_chain == [(f"{LIST}/{model.pk}", 302)]
    assert page.content.decode().count("nobody waits<br>") == 3
    done = as_pia.post(f"{LIST}/{model.pk}", {"part": ticked(page, *others[:2]), "reason": "One list"}, follow=True)
    assert "Saved for product: Other 0, Other 1." in done.content.decode()
    assert Sheet.objects.exclude(submitted_at=None).count() == 3
    assert Action.objects.latest("seq").reason == "One list"


def test_a_reason_and_a_tick_are_asked_and_what_was_ticked_stays(as_pia, pia, model, others, now):
    begin(model, others, pia, now)
    page = as_pia.get(f"{LIST}/{model.pk}")
    sent = {"part": ticked(page, others[1]), "reason": ""}
    page = as_pia.post(f"{LIST}/{model.pk}", sent)
    assert page.status_code == 422
    assert "Type why these are answered alike" in page.content.decode()
    assert [row["ticked"] for row in page.context["rows"]] == [False, True, False]
    for part in ([], ["x"], ["1:x"], [f"{'9' * 30}:1"]):
        page = as_pia.post(f"{LIST}/{model.pk}", {"part": part, "reason": "Why"})
        assert page.status_code == 422
    assert 'value="Why"' in page.content.decode()


def test_a_model_that_was_split_meanwhile_is_told_and_the_reason_stays(as_pia, pia, model, others, now):
    begin(model, others, pia, now)
    half = {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
    names = [{"name": name, **half} for name in ("A", "B")]
    call = Call.objects.get(pk=model.call_id)
    parts.split(call=call, version=call.version, parts=names, by=pia.actor, at=now)
    page = as_pia.post(f"{LIST}/{model.pk}", {"part": [f"{others[0].pk}:1"], "reason": "One list for all"})
    assert page.status_code == 410
    assert "“Model” was split meanwhile." in page.content.decode()
    assert "One list for all" in page.content.decode()


def test_refusals_are_told_and_the_rest_is_saved(as_pia, pia, model, others, now):
    begin(model, others, pia, now)
    page = as_pia.get(f"{LIST}/{model.pk}")
    sent = {"part": ticked(page, *others), "reason": "One list"}
    give(others[0], PRODUCT, {"late": "next_day"}, now)
    page = as_pia.post(f"{LIST}/{model.pk}", sent)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Other 0 was answered meanwhile by a colleague: look at it again." in text
    assert "Saved for product: Other 1, Other 2." in text
    assert [row["part"] for row in page.context["rows"]] == [others[0]]
    assert 'value="One list"' in text


def test_where_nobody_has_answered_one_is_answered_first(as_pia, team):
    made(factories.make_feature(team=team), "Lone")
    text = as_pia.get(f"{LIST}?consumer=Shift lead").content.decode()
    assert "Answer one of them first" in text


def test_only_parts_and_models_of_that_consumer_are_taken(as_pia, model, others):
    unlike = made(model.feature, "Unlike", consumer="somebody else")
    address = f"{LIST}?consumer=Shift lead"
    assert as_pia.post(address, {"model": model.pk, "part": [unlike.pk]}).status_code == 422
    assert as_pia.post(address, {"model": others[0].pk, "part": [others[1].pk]}).status_code == 422
    assert as_pia.post(address, {}).status_code == 422
    assert as_pia.post(f"{LIST}?consumer=", {"model": model.pk, "part": [others[0].pk]}).status_code == 422
    assert Sheet.objects.count() == 1


def test_the_other_side_finds_neither_models_nor_copies(as_pia, as_ed, pia, model, others, now):
    begin(model, others, pia, now)
    text = as_ed.get(f"{LIST}?consumer=Shift lead").content.decode()
    assert "Answer one of them first" in text
    page = as_ed.get(f"{LIST}/{model.pk}")
    assert page.context["rows"] == []
    assert SECRET not in text + page.content.decode()
    refused = as_ed.post(f"{LIST}/{model.pk}", {"part": [f"{others[0].pk}:1"], "reason": "Why"})
    assert refused.status_code == 409


def test_history_does_not_tell_the_other_side_which_went_together(as_pia, as_ed, pia, model, others, now):
    begin(model, others, pia, now)
    page = as_pia.get(f"{LIST}/{model.pk}")
    as_pia.post(f"{LIST}/{model.pk}", {"part": ticked(page, *others), "reason": "One list"})
    address = f"/history/{Action.objects.latest('seq').seq}"
    text = as_ed.get(address).content.decode()
    assert "hidden until both are in" in text
    assert not [part.name for part in (*others[:2], model) if part.name in text]
    assert "One list" not in text
    assert "One list" in as_pia.get(address).content.decode()


def test_whoever_answers_for_neither_side_finds_no_such_page(client, team, model):
    other = factories.make_person(discipline="other", team=team, role="lead")
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(LIST).status_code == 404
    assert client.get(f"{LIST}/{model.pk}").status_code == 404


def test_the_pages_take_the_same_queries_for_many_parts(as_pia, pia, model, others, now, django_assert_num_queries):
    begin(model, others[:1], pia, now)
    addresses = {LIST: 6, f"{LIST}?consumer=Shift lead": 7, f"{LIST}/{model.pk}": 7}
    for rows in range(2):
        for address, queries in addresses.items():
            with django_assert_num_queries(queries):
                as_pia.get(address)
        begin(model, [made(model.feature, f"More {rows} {n}") for n in range(5)], pia, now)


def test_a_page_of_a_replaced_version_saves_nothing_and_keeps_ticks_and_reason(as_pia, pia, second, model, others, now):
    begin(model, others, pia, now)
    page = as_pia.get(f"{LIST}/{model.pk}")
    assert 'name="test" value="1"' in page.content.decode()
    sent = {"part": ticked(page, others[1]), "reason": "One list", "test": "1"}
    second()
    page = as_pia.post(f"{LIST}/{model.pk}", sent)
    assert page.status_code == 409
    assert "Version 2 of the test has come into force meanwhile." in page.content.decode()
    assert "One list" in page.content.decode()
    assert [row["ticked"] for row in page.context["rows"]] == [False, True, False]
    assert Sheet.objects.exclude(submitted_at=None).count() == 1
