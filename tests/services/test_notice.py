"""What a person has chosen to be told of."""

from datetime import datetime

import pytest

from inventory.domain import notice as domain
from inventory.domain.audit import Actor
from inventory.domain.notice import Event, Way
from inventory.domain.people import Discipline
from inventory.models import Action, Notice, NoticeChoices, Person, Stale, Team
from inventory.models.notice import EVENTS
from inventory.services import notice
from inventory.services.labelling import part_notice, waiting
from tests import factories
from tests.services.labelling.test_waiting import both_in

pytestmark = pytest.mark.django_db
NONE = dict.fromkeys(Event, "")


def choose(person: Person, now: datetime, chosen: dict[str, str], version: int = 1) -> NoticeChoices:
    return notice.choose(person=person, version=version, chosen=chosen, by=person.actor, at=now)


def test_every_event_has_its_words() -> None:
    assert [event for event, _ in EVENTS] == list(Event)


def test_by_default_all_is_told_in_the_app_and_by_mail_what_asks_something() -> None:
    told = domain.told({})
    assert all(Way.APP in told[event] for event in Event)
    assert {event for event in Event if Way.MAIL not in told[event]} == {"sealed", "opened", "resolved"}


def test_an_event_is_told_by_the_ways_chosen(team: Team, pia: Person, ed: Person, now: datetime) -> None:
    part = factories.make_call(feature=factories.make_feature(team=team, engineering_owner=ed)).parts.get()
    choose(ed, now, {Event.SEALED: "mail", Event.DISPUTED: "", Event.CHECK_NEEDED: "app"})
    for event in (Event.SEALED, Event.DISPUTED, Event.CHECK_NEEDED, Event.ANSWERED):
        part_notice.about(part, event, by=pia.actor, at=now)
    rows = Notice.objects.order_by("pk").values_list("event", "in_app", "to_mail")
    assert list(rows) == [("sealed", False, True), ("check_needed", True, False), ("answered", True, True)]
    assert [each.event for each in notice.shown(ed)] == ["answered", "check_needed"]
    assert Notice.objects.of(ed).unread().count() == 2


def test_that_one_side_has_answered_is_told_to_the_other_alone(
    team: Team, pia: Person, ed: Person, now: datetime
) -> None:
    factories.make_price()
    feature = factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)
    part, helper = factories.make_call(feature=feature).parts.get(), factories.make_person(team=team)
    both_in(part, now)
    Notice.objects.all().delete()
    given = {"part": part, "side": Discipline.PRODUCT, "by": helper.actor, "at": now}
    waiting.reopen(**given, reason="Thought again")
    assert list(Notice.objects.values_list("person", "event")) == [(pia.pk, "answered")]  # engineering is in
    waiting.reopen(part=part, side=Discipline.ENGINEERING, by=helper.actor, at=now)
    Notice.objects.all().delete()
    waiting.submit(**given)
    assert list(Notice.objects.values_list("person", "event")) == [(ed.pk, "answered")]


def to_check(team: Team, number: int, **owners: Person) -> list[part_notice.Found]:
    feature = factories.make_feature(team=team, **owners)
    parts = [factories.make_call(feature=feature, name=f"Call {n}").parts.get() for n in range(number)]
    return [part_notice.Found(part.pk, part.call_id, part.feature_id, part.name) for part in parts]


@pytest.mark.parametrize(("ways", "told"), [("", []), ("app", [(True, False)]), ("mail", [(False, True)])])
def test_one_notice_for_many_parts_goes_by_the_ways_chosen(
    team: Team, pia: Person, ed: Person, now: datetime, ways: str, told: list[tuple[bool, bool]]
) -> None:
    choose(ed, now, {Event.CHECK_NEEDED: ways})
    part_notice.tell(to_check(team, 3, product_owner=pia, engineering_owner=ed), by=Actor("job", "7"), at=now)
    rows = Notice.objects.values_list("about", "count", "in_app", "to_mail")
    assert list(rows.filter(person=ed)) == [("Call 0", 3, *way) for way in told]
    assert list(rows.filter(person=pia)) == [("Call 0", 3, True, True)]


def test_a_label_taken_away_is_told_by_the_ways_chosen(team: Team, pia: Person, ed: Person, now: datetime) -> None:
    choose(ed, now, {Event.CHECK_NEEDED: "mail"})
    call = factories.make_call(feature=factories.make_feature(team=team, product_owner=pia, engineering_owner=ed))
    part_notice.taken_away(part_notice.people([call.parts.get()]), call, by=pia.actor, at=now)
    rows = Notice.objects.values_list("person", "part", "in_app", "to_mail")
    assert list(rows) == [(ed.pk, None, False, True)]


def test_it_leads_to_the_list_where_it_is_of_several_parts_and_to_what_is_asked_where_of_one(
    team: Team, pia: Person, ed: Person, now: datetime
) -> None:
    found = to_check(team, 2, product_owner=pia, engineering_owner=ed)
    for parts in (found, found[:1]):
        part_notice.tell(parts, by=pia.actor, at=now)
    pk = found[0].part_id
    several, one = Notice.objects.order_by("pk")
    assert (several.others, several.get_absolute_url()) == (1, "/label/check")
    assert (one.others, one.get_absolute_url()) == (0, f"/parts/{pk}/test/result")
    Notice.objects.update(part=None)
    urls = [each.get_absolute_url() for each in Notice.objects.order_by("pk")]
    assert urls == ["/label/check", f"/calls/{found[0].call_id}"]


def test_choosing_is_one_action_and_choosing_the_same_is_none(ed: Person, now: datetime) -> None:
    choose(ed, now, domain_usual())
    assert not Action.objects.exists()
    assert choose(ed, now, NONE).version == 2
    choose(ed, now, NONE)
    assert list(Action.objects.values_list("kind", "title")) == [("notice.choose", "")]


def test_a_page_that_showed_other_choices_is_refused(ed: Person, now: datetime) -> None:
    choose(ed, now, NONE)
    with pytest.raises(Stale) as refused:
        choose(ed, now, {**NONE, Event.SEALED: "app"})
    assert refused.value.theirs.chosen == NONE
    assert choose(ed, now, {**NONE, Event.SEALED: "app"}, version=2).version == 3


def domain_usual() -> dict[str, str]:
    return {event: domain.kept(domain.usual(event)) for event in Event}
