"""All questions on one page: the same rules, one write, and nothing typed is lost."""

import pytest
from django.urls import reverse

from inventory.domain import waiting as domain
from inventory.domain.people import Discipline
from inventory.models import Action, Hold, Part, Sheet
from inventory.services.calls import call as calls
from inventory.services.labelling import queue, waiting
from tests import factories
from tests.domain.walks import pick
from tests.services.labelling.test_waiting import BY, ENGINEERING, NOBODY_WAITS, PRODUCT, both_in, give, put_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(team) -> Part:
    factories.make_price()
    return factories.make_call(feature=factories.make_feature(team=team), name="Ticket summary").parts.get()


@pytest.fixture
def address(part) -> str:
    return reverse("waiting.all", args=[part.pk])


ALWAYS = ["first", "late", "needed", "notice"]
ALL = {"first-choice": "person_later", "late-choice": "longer", "needed-choice": "all", "notice-choice": "nobody"}


def post(client, address, *, version=0, shown=ALWAYS, htmx=False, **typed):
    """`first_name` stands for `first-name`."""
    data = {"version": version, "shown": shown, "asked": shown, **{n.replace("__", "-"): v for n, v in typed.items()}}
    return client.post(address, data, headers={"HX-Request": "true"} if htmx else {})


def asked(page):
    return [entry["question"].id for entry in page.context["entries"]]


def chosen(page):
    return page.content.decode().count(" checked>")


def test_every_question_now_asked_stands_on_the_page_and_none_is_preselected(as_pia, as_ed, address):
    page = as_pia.get(address)
    assert asked(page) == ALWAYS
    assert chosen(page) == 0
    assert asked(as_ed.get(address)) == ["first", "late", "needed"]


def test_a_whole_page_is_one_action_and_leads_to_the_check(as_pia, part, address):
    page = post(as_pia, address, **ALL, first__name="shift lead")
    assert page.url == reverse("waiting.check", args=[part.pk])
    assert Sheet.objects.get().answers == {
        "first": pick("person_later", name="shift lead"),
        "late": pick("longer"),
        "needed": pick("all"),
        "notice": pick("nobody"),
    }
    assert list(Action.objects.values_list("kind", flat=True)) == ["waiting.answer_all"]


def test_the_same_answers_again_write_nothing(as_pia, address):
    post(as_pia, address, **ALL)
    post(as_pia, address, **ALL, version=1)
    assert (Sheet.objects.get().version, Action.objects.count()) == (1, 1)


def test_without_javascript_continue_keeps_what_is_answered_and_shows_what_became_open(as_pia, part, address):
    page = post(as_pia, address, **{**ALL, "first-choice": "person_now", "late-choice": "minutes"})
    assert page.url == f"{address}#meanwhile"
    page = as_pia.get(address)
    assert asked(page) == ["first", "meanwhile", "late", "needed", "notice"]
    assert page.context["walk"].version == 1


def test_what_is_left_out_is_told_at_its_field_and_the_rest_is_kept(as_pia, address):
    page = post(as_pia, address, **{"first-choice": "nobody"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "What you answered is kept. This is still open:" in text
    assert '<a href="#id_late-choice_0">Must be there: Select' in text
    assert Sheet.objects.get().answers == {"first": pick("nobody")}
    assert page.context["form"].head["version"].value() == 1


def test_a_wrong_answer_keeps_all_that_was_typed_and_saves_nothing(as_pia, address):
    hop = {"first-choice": "system", "hop1-choice": "process_held", "hop1-limit": "soon", "hop1-unit": "seconds"}
    page = post(as_pia, address, shown=["first", "hop1", "late"], **hop, **{"first-name": "x" * 4000})
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="soon"' in text
    assert "x" * 4000 in text
    assert "Type a whole number" in text
    assert not Sheet.objects.exists()


def test_htmx_gets_the_questions_that_the_answers_lead_to_with_what_was_typed(as_pia, address):
    typed = {"first-choice": "person_now", "first-name": "the broker", "late-choice": "minutes"}
    page = post(as_pia, address, htmx=True, **typed)
    text = page.content.decode()
    assert asked(page) == ["first", "meanwhile", "late", "needed", "notice"]
    assert 'value="the broker"' in text
    assert "<html" not in text
    assert "Select" not in text  # nothing is wrong yet
    assert not Sheet.objects.exists()


def test_where_the_same_questions_stand_only_what_is_open_is_told(as_pia, address):
    answer = post(as_pia, address, htmx=True, **{"first-choice": "nobody"})
    assert answer.headers["HX-Reswap"] == "none"
    assert "3 questions open" in answer.content.decode()
    assert "fieldset" not in answer.content.decode()


def test_what_was_typed_for_a_question_that_is_gone_comes_back_with_it(as_pia, address):
    shown = ["first", "hop1", "late", "needed", "notice"]
    typed = {"hop1-choice": "process_held", "hop1-limit": "30", "hop1-unit": "minutes"}
    page = post(as_pia, address, shown=shown, htmx=True, **{"first-choice": "nobody"}, **typed)
    assert "hop1" not in asked(page)
    assert '<input type="hidden" name="hop1-limit" value="30">' in page.content.decode()
    page = post(as_pia, address, shown=shown[::-1], htmx=True, **{"first-choice": "system"}, **typed)
    assert 'value="30"' in page.content.decode()


def test_an_answer_that_is_not_asked_any_more_is_not_saved(as_pia, address):
    shown = ["first", "meanwhile", "late", "needed", "notice"]
    post(as_pia, address, shown=shown, **ALL, **{"meanwhile-choice": "stays"})
    assert set(Sheet.objects.get().answers) == set(ALWAYS)


def test_a_contradiction_is_shown_on_the_page_and_leads_back_to_either_answer(as_pia, address):
    held = {**ALL, "first-choice": "person_now", "meanwhile-choice": "stays"}
    shown = ["first", "meanwhile", "late", "needed", "notice"]
    page = post(as_pia, address, shown=shown, htmx=True, **held)
    assert asked(page) == ["first", "meanwhile", "late", "needed", "conflict_a", "notice"]
    assert "it may take longer than a day" in page.content.decode()
    shown = [*shown, "conflict_a"]
    page = post(as_pia, address, shown=shown, **held, **{"conflict_a-choice": "second"})
    assert page.status_code == 422
    assert "Change the answer to “Must be there” above" in page.content.decode()
    assert "conflict_a" not in Sheet.objects.get().answers
    page = post(as_pia, address, version=1, shown=shown, **held, **{"conflict_a-choice": "keep"})
    assert page.status_code == 302
    assert Sheet.objects.get().answers["conflict_a"] == pick("keep")


def test_a_stale_page_shows_both_values_of_each_question_and_the_next_save_decides(as_pia, part, address, now):
    give(part, PRODUCT, {"first": "nobody", "late": "longer"}, now)
    page = post(as_pia, address, version=0, **ALL)
    assert page.status_code == 409
    rows = {row.label: (row.yours, row.theirs) for row in page.context["differences"]}
    assert rows["First used by"] == ("a person, later", "nobody yet, it is stored")
    assert rows["Would notice first"] == ("nobody that day", "not answered")
    assert "Must be there" not in rows
    version = page.context["form"].head["version"].value()
    assert post(as_pia, address, version=version, **ALL).status_code == 302
    assert Sheet.objects.get().answers["first"] == pick("person_later")


def test_refusals_keep_what_was_chosen(as_pia, part, pia, ed, team, address, now):
    colleague = factories.make_person(discipline="product", team=team)
    Hold.objects.create(part=part, side="product", person=colleague, until=now.replace(year=2090))
    page = post(as_pia, address, **ALL)
    assert page.status_code == 409
    assert f"{colleague.name} has this part in hand" in page.content.decode()
    assert chosen(page) == 4
    Hold.objects.all().delete()
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    page = post(as_pia, address, version=Sheet.objects.get().version, **ALL)
    assert (page.status_code, "This sheet was saved meanwhile" in page.content.decode()) == (409, True)
    give(part, ENGINEERING, {"first": "nobody"}, now, person=pia)
    Sheet.objects.filter(side="product").delete()
    page = post(as_pia, address, **ALL)
    assert (page.status_code, "nobody answers for both" in page.content.decode()) == (409, True)
    assert chosen(page) == 4


def test_a_part_retired_meanwhile_says_so_and_keeps_what_was_typed(as_pia, part, address, now):
    calls.retire(call=part.call, version=1, reason="Gone", by=BY, at=now)
    page = post(as_pia, address, **ALL)
    assert page.status_code == 410
    assert "First used by: a person, later" in page.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"version": "9" * 20},
        {"version": "NaN"},
        {"first-choice": "no\x00body"},
        {"first-name": "a\x00b"},
        {"first-choice": "y" * 40_000},
    ],
)
def test_bad_input_is_answered_and_saves_nothing(as_pia, address, typed):
    assert post(as_pia, address, **{**ALL, **typed}).status_code == 422
    assert not Sheet.objects.exists()


def test_questions_of_nobody_or_of_the_other_side_are_left_aside(as_pia, address):
    page = post(as_pia, address, shown=[*ALWAYS, "magic", "chain"], **ALL, **{"chain-choice": "no"})
    assert page.status_code == 302
    assert set(Sheet.objects.get().answers) == set(ALWAYS)


def test_whoever_prefers_one_page_is_led_there_from_the_queue_until_they_go_back(as_pia, part, address):
    assert as_pia.get(reverse("waiting.start", args=[part.pk])).url.endswith("/test/first")
    as_pia.get(address)
    taken = as_pia.post(reverse("queue.take"), follow=True)
    assert taken.redirect_chain[-1] == (address, 302)
    assert "One question a page" in taken.content.decode()
    page = as_pia.get(f"{reverse('waiting.start', args=[part.pk])}?form=one", follow=True)
    assert "All questions on one page" in page.content.decode()
    assert as_pia.get(reverse("waiting.start", args=[part.pk])).url.endswith("/test/first")


def test_nothing_of_the_other_sides_sheet_is_on_the_page(as_ed, part, address, now):
    secret = {**NOBODY_WAITS[PRODUCT], "first": {"choice": "person_later", "name": "Zanzibar desk"}}
    put_in(part, PRODUCT, secret, now)
    page = as_ed.get(address)
    assert asked(page) == ["first", "late", "needed"]
    assert "Zanzibar" not in page.content.decode()
    assert chosen(page) == 0


def test_a_sheet_that_is_in_shows_its_result(as_pia, part, address, now):
    both_in(part, now)
    assert as_pia.get(address).url == reverse("waiting.start", args=[part.pk])


def test_refreshing_takes_as_many_queries_whatever_is_asked(as_pia, part, address, django_assert_num_queries):
    as_pia.get(address)
    every = ["first", "hop1", "hop2", "late", "needed", "notice"]
    chain = {"first-choice": "system", "hop1-choice": "system", "hop2-choice": "person_held", "late-choice": "minutes"}
    for shown, typed in ((["first"], {"first-choice": "person_now"}), (every, chain)):
        with django_assert_num_queries(6):
            assert post(as_pia, address, shown=shown, htmx=True, **typed).status_code == 200


def test_answering_renews_what_one_has_in_hand(as_pia, pia, part, address, now):
    queue.take(person=pia, at=now)
    Hold.objects.update(until=now.replace(year=2089))
    post(as_pia, address, **ALL)
    assert Hold.objects.get().until.year != 2089


def test_all_answers_are_refused_together(part, now):
    with pytest.raises(waiting.NotAsked):
        waiting.answer_all(
            part=part, side=Discipline.PRODUCT, answers={"first": pick("nobody"), "meanwhile": pick("stays")}, by=BY, at=now
        )  # fmt: skip
    assert not Sheet.objects.exists()


def test_how_often_somebody_continued_is_not_told_to_the_other_side(as_pia, as_ed, pia, part, address, now):
    """How many questions the other side was asked would tell which way it went."""
    give(part, PRODUCT, {"first": "person_now"}, now, by=pia.actor)
    post(as_pia, address, version=1, shown=["late"], **{"late-choice": "minutes"})
    post(as_pia, address, version=2, shown=["meanwhile"], **{"meanwhile-choice": "stays"})
    theirs, mine = (client.get(f"/history/part/{part.pk}").context["found"].lines for client in (as_ed, as_pia))
    assert (len(theirs), len(mine)) == (1, 3)


def test_the_page_says_which_version_of_the_test_it_shows(as_pia, address):
    text = as_pia.get(address).content.decode()
    assert f'<input type="hidden" name="test" value="{domain.CURRENT.version}"' in text


def test_a_page_of_a_replaced_version_saves_nothing_and_keeps_what_was_typed(second, as_pia, address):
    second()
    page = post(as_pia, address, **ALL, first__name="Zanzibar desk", test="1")
    text = page.content.decode()
    assert page.status_code == 409
    assert "Version 2 of the test has come into force meanwhile." in text
    assert "Would notice first: nobody that day" in text  # which fits no more
    assert 'value="Zanzibar desk"' in text
    assert chosen(page) == 3
    assert not Sheet.objects.exists()
    head = page.context["form"].head
    assert (head["test"].value(), head["version"].value()) == (2, 0)
    assert post(as_pia, address, **{**ALL, "notice-choice": "team"}, test="2").status_code == 302
    assert Sheet.objects.get().test_version == 2


def test_while_it_is_filled_in_it_stays_with_the_version_it_began_with(second, as_pia, address):
    second()
    page = post(as_pia, address, htmx=True, **{**ALL, "late-choice": "seconds"}, test="1")
    assert "(2)" not in page.content.decode()
    page = post(as_pia, address, htmx=True, shown=["first"], **{"first-choice": "nobody"}, test="1")
    assert [entry["question"].title for entry in page.context["entries"]][0] == "Who or what uses this result first?"


def test_answers_to_an_older_version_are_carried_over(second, as_pia, part, address, now):
    give(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    second()
    page = as_pia.get(address)
    assert "carried over to version 2" in page.content.decode()
    assert (chosen(page), page.context["form"].head["version"].value()) == (3, 0)
