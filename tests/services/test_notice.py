"""What a person has chosen to be told of."""

from datetime import datetime

import pytest

from inventory.domain import notice as domain
from inventory.domain.notice import Event, Way
from inventory.models import Action, Notice, NoticeChoices, Person, Stale, Team
from inventory.models.notice import EVENTS
from inventory.services import notice
from tests import factories

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
        notice.about_part(part, event, by=pia.actor, at=now)
    rows = Notice.objects.order_by("pk").values_list("event", "in_app", "to_mail")
    assert list(rows) == [("sealed", False, True), ("check_needed", True, False), ("answered", True, True)]
    assert [each.event for each in notice.shown(ed)] == ["answered", "check_needed"]
    assert Notice.objects.of(ed).unread().count() == 2


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
