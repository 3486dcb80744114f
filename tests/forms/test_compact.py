"""The form of a whole page: which questions it holds, what of it is an answer, and what is carried along."""

import pytest
from django.http import QueryDict

from inventory.domain.people import Discipline
from inventory.forms.compact import Carried, Compact
from tests.domain.walks import pick

PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING


def sent(shown, side=PRODUCT, stored=None, version="0", **typed):
    data = QueryDict(mutable=True)
    data["version"] = version
    data.setlist("shown", shown)
    for name, value in typed.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return Compact(side, stored=stored or {}, version=0, data=data)


def ids(questions):
    return [question.id for question in questions]


def test_without_anything_sent_it_holds_what_is_stored():
    form = Compact(PRODUCT, stored={"first": pick("person_now")}, version=3)
    assert ids(form.questions) == ["first", "meanwhile", "late", "needed", "notice"]
    assert ids(form.left()) == ["meanwhile", "late", "needed", "notice"]
    assert (form.given(), form.head["version"].value()) == ({}, 3)


def test_what_is_sent_goes_before_what_is_stored():
    form = sent(["first"], stored={"first": pick("person_now"), "late": pick("longer")}, first__choice="nobody")
    assert form.answers == {"first": pick("nobody"), "late": pick("longer")}
    assert form.given() == {"first": pick("nobody")}


def test_an_answer_closed_by_another_is_not_given_but_carried():
    form = sent(["first", "hop1"], first__choice="nobody", hop1__choice="person_held")
    assert "hop1" not in form.given()
    assert form.carried() == [Carried("shown", "hop1"), Carried("hop1-choice", "person_held")]


def test_what_is_wrong_beside_an_option_keeps_the_questions_it_leads_to():
    form = sent(["first", "hop1"], first__choice="system", first__name="x" * 999, hop1__choice="person_held")
    assert "hop1" in ids(form.questions)
    assert ids(form.wrong()) == ["first"]


def test_blank_and_wrong_are_told_apart():
    typed = {"hop1__choice": "process_held", "hop1__limit": "soon", "hop1__unit": "seconds"}
    form = sent(["first", "hop1", "late"], first__choice="system", **typed)
    assert (ids(form.blank()), ids(form.wrong())) == (["late"], ["hop1"])
    assert ids(sent(["first"], stored={"first": pick("nobody")}).wrong()) == ["first"]


def test_several_options_are_kept_as_typed():
    stored = {"first": pick("nobody"), "late": pick("longer"), "needed": pick("all"), "chain": pick("no")}
    form = sent(["limits"], ENGINEERING, stored, limits__choices=["none", "speed"])
    limits = next(each for each in form.questions if each.id == "limits")
    assert ids(form.wrong()) == ["limits"]
    assert str(form.entry(limits, checked=False)["choices"]).count("checked>") == 2
    assert "alone" in str(form.entry(limits, checked=True).errors)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 20])
def test_a_lost_version_is_none(version):
    assert sent(["first"], version=version).version() is None


def test_what_was_typed_in_words():
    form = sent(["first", "late"], first__choice="nobody", late__choice="longer")
    assert form.said() == "First used by: nobody yet, it is stored; Must be there: it may take longer than a day"
