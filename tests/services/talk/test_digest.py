"""The mail of the day: one letter a person and day, nothing lost where it cannot go out, nothing said that is blind."""

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from inventory.domain.notice import Event
from inventory.domain.people import Discipline
from inventory.models import Digest, Notice, Part, Person, Sheet, Team
from inventory.models.notice import EVENTS
from inventory.services import notice
from inventory.services.calls import call as calls
from inventory.services.labelling import part_notice, reconcile, waiting
from inventory.services.people import account
from inventory.services.talk import comment, digest
from tests import factories
from tests.services.labelling.test_waiting import SOMEBODY_WAITS, both_in, give
from tests.services.talk.test_comment import say

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def part(team: Team, pia: Person, ed: Person) -> Part:
    feature = factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)
    return factories.make_call(feature=feature, name="Ticket summary").parts.get()


@pytest.fixture
def told(part: Part, pia: Person, ed: Person, stranger: Person, now: datetime) -> None:
    """Pia and Ed each have something to hear of."""
    say(part.call, stranger, now)


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Exception]], None]:
    """Let the mail server refuse these addresses."""
    send = EmailMessage.send

    def put(errors: dict[str, Exception]) -> None:
        def sent(message: EmailMessage, *args: Any, **options: Any) -> int:
            if message.to[0] in errors:
                raise errors[message.to[0]]
            return send(message, *args, **options)

        monkeypatch.setattr(EmailMessage, "send", sent)

    return put


def everybody() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def test_each_gets_one_plain_letter_of_what_happened(told: None, part: Part, ed: Person, settings) -> None:
    settings.SITE_URL = "https://batchline.example.com"
    assert digest.send_due(at=MORNING) == digest.Sent(sent=2)
    letter = next(message for message in mail.outbox if message.to == [ed.email])
    first = Notice.objects.filter(person=ed).get().comment
    assert letter.subject == "Batchline: what happened while you were elsewhere"
    assert letter.body == (
        "Hello Ed,\n\n"
        "A new thread on a feature you own\n"
        "- Ticket summary, by Stan, 22 Nov, 09:00\n"
        f"  https://batchline.example.com/comments/{first.pk}\n\n"
        "You get this at most once a day, and only when there is something to tell. What of it, you choose here:\n"
        "https://batchline.example.com/account#notices\n"
    )
    assert letter.message().get_content_type() == "text/plain"


def test_a_second_round_and_a_second_worker_send_nothing(told: None) -> None:
    rounds = [digest.send_due(at=MORNING + timedelta(minutes=n)).sent for n in range(3)]
    assert (rounds, len(mail.outbox)) == ([2, 0, 0], 2)
    assert not Notice.objects.to_mail().exists()
    assert digest.send_due(at=MORNING + DAY).sent == 0


def test_of_two_workers_one_sends(told: None, ed: Person) -> None:
    assert [digest._is_mine(ed, MORNING) for _ in range(2)] == [True, False]


def test_nothing_to_tell_sends_no_letter_and_leaves_no_row(part: Part) -> None:
    digest.send_due(at=MORNING)
    assert (mail.outbox, Digest.objects.count()) == ([], 0)


@pytest.mark.parametrize(("zone", "sent"), [("UTC", 0), ("Europe/Zurich", 2)])
def test_it_goes_from_the_hour_on_in_the_time_zone_of_the_installation(
    told: None, settings, zone: str, sent: int
) -> None:
    settings.TIME_ZONE = zone
    settings.DIGEST_HOUR = 7
    assert digest.send_due(at=datetime(2026, 11, 23, 6, 30, tzinfo=UTC)).sent == sent


def test_what_happens_after_the_hour_waits_for_the_next_day(part: Part, stranger: Person) -> None:
    say(part.call, stranger, MORNING + timedelta(hours=1))
    assert [digest.send_due(at=at).sent for at in (MORNING + timedelta(hours=2), MORNING + DAY)] == [0, 2]


def test_what_asked_something_and_is_done_is_not_mailed(part: Part, pia: Person, ed: Person, now: datetime) -> None:
    factories.make_price()
    both_in(part, now, product=SOMEBODY_WAITS)
    helper = factories.make_person(team=part.team, discipline="product")
    adopted = Sheet.objects.get(part=part, side=Discipline.PRODUCT)
    given = {"part": part, "side": Discipline.PRODUCT, "person": helper, "by": helper.actor, "at": now}
    reconcile.adopt(**given, version=adopted.version)
    call = calls.Call.objects.get(pk=part.call_id)
    calls.edit(call=call, version=call.version, fields={"requests": 9000}, by=helper.actor, at=now)
    waiting.submit(**given | {"at": now + timedelta(hours=1)})
    assert set(Notice.objects.of(ed).to_mail().values_list("event", flat=True)) >= {"disputed", "check_needed"}
    digest.send_due(at=MORNING)
    assert everybody() == [ed.email]  # product has confirmed, and what differed is cleared up
    assert dict(EVENTS)["check_needed"] in mail.outbox[0].body
    assert dict(EVENTS)["disputed"] not in mail.outbox[0].body
    assert (
        Notice.objects.of(pia).unread().filter(event="check_needed").exists()
    )  # in the app it stands as what happened


def test_what_was_read_or_is_no_longer_wanted_is_not_mailed(told: None, pia: Person, ed: Person, now: datetime) -> None:
    notice.read_all(person=pia, at=now, up_to=10**9)
    notice.choose(person=ed, version=1, chosen={Event.COMMENTED: "app"}, by=ed.actor, at=now)
    assert digest.send_due(at=MORNING) == digest.Sent()
    assert (mail.outbox, Digest.objects.count()) == ([], 0)
    notice.choose(person=ed, version=2, chosen={Event.COMMENTED: "mail"}, by=ed.actor, at=now)
    assert digest.send_due(at=MORNING + DAY).sent == 0  # what was turned off then stays so


def test_whoever_was_switched_off_since_hears_nothing(told: None, ed: Person, admin: Person, now: datetime) -> None:
    account.deactivate(person=ed, version=1, heir=admin, by=admin.actor, at=now)
    digest.send_due(at=MORNING)
    assert ed.email not in everybody()


def test_what_was_deleted_since_is_not_mailed(part: Part, stranger: Person, now: datetime) -> None:
    comment.delete(comment=say(part.call, stranger, now), by=stranger.actor, at=now)
    assert digest.send_due(at=MORNING).sent == 0


def test_nothing_blind_and_nothing_said_is_in_it(part: Part, pia: Person, ed: Person, now: datetime) -> None:
    factories.make_price()
    give(part, Discipline.PRODUCT, SOMEBODY_WAITS[Discipline.PRODUCT], now)
    waiting.submit(part=part, side=Discipline.PRODUCT, by=pia.actor, at=now, person=pia)
    say(part.call, pia, now, "It is a colleague who waits five minutes")
    digest.send_due(at=MORNING)
    letter = mail.outbox[0]
    assert letter.to == [ed.email]
    assert "The other side has answered, and yours is asked\n- Ticket summary" in letter.body
    assert f"/parts/{part.pk}/" in letter.body
    assert not any(word in letter.body.lower() for word in ("colleague", "minutes", "waits", "waiting", "real time"))


def test_what_one_action_did_to_many_parts_is_one_line_that_leads_to_the_list(
    part: Part, ed: Person, pia: Person, now: datetime, settings
) -> None:
    settings.SITE_URL = "https://batchline.example.com"
    parts = [part, *(factories.make_call(feature=part.feature, name=f"Call {n}").parts.get() for n in range(3))]
    part_notice.tell([part_notice.Found(p.pk, p.call_id, p.feature_id, p.name) for p in parts], by=pia.actor, at=now)
    digest.send_due(at=MORNING)
    (letter,) = mail.outbox
    assert letter.to == [ed.email]
    assert (
        "A label needs checking\n"
        "- Ticket summary and 3 more, by Pia, 22 Nov, 09:00\n"
        "  https://batchline.example.com/label/check\n"
    ) in letter.body
    assert "Call 2" not in letter.body


def test_one_refused_address_keeps_no_letter_from_others(told: None, pia: Person, ed: Person, refuse) -> None:
    refuse({pia.email: smtplib.SMTPRecipientsRefused({pia.email: (550, b"no such person")})})
    assert digest.send_due(at=MORNING) == digest.Sent(sent=1, failed=1)
    assert everybody() == [ed.email]


def test_a_letter_that_cannot_be_written_keeps_none_from_others(told: None, pia: Person, ed: Person, refuse) -> None:
    refuse({pia.email: ValueError("a header with a line break")})
    assert digest.send_due(at=MORNING) == digest.Sent(sent=1, failed=1)


def test_a_server_that_does_not_answer_is_asked_once_a_round_and_nothing_is_lost(
    told: None, pia: Person, ed: Person, refuse
) -> None:
    refuse(dict.fromkeys((pia.email, ed.email), ConnectionRefusedError()))
    rounds = [digest.send_due(at=MORNING + timedelta(minutes=n)) for n in range(10)]
    assert [each.failed for each in rounds] == [1, 1] + [0] * 8
    refuse({})
    assert digest.send_due(at=MORNING + timedelta(minutes=16)).sent == 2
    assert len(mail.outbox) == 2
    assert set(Digest.objects.values_list("tries", flat=True)) == {2}


def test_a_whole_bad_day_tries_a_few_times_and_tells_all_the_day_after(
    told: None, pia: Person, ed: Person, refuse
) -> None:
    refuse(dict.fromkeys((pia.email, ed.email), smtplib.SMTPRecipientsRefused({})))
    failed = sum(digest.send_due(at=MORNING + timedelta(minutes=5 * n)).failed for n in range(200))
    assert failed < 25
    refuse({})
    assert digest.send_due(at=MORNING + DAY).sent == 2


def test_a_worker_killed_while_sending_makes_no_second_letter_that_day_and_loses_nothing(
    told: None, ed: Person, refuse
) -> None:
    class Killed(BaseException):
        pass

    refuse({ed.email: Killed()})  # type: ignore[dict-item]
    with pytest.raises(Killed):
        digest.send_due(at=MORNING)
    refuse({})
    for minutes in range(0, 600, 30):
        digest.send_due(at=MORNING + timedelta(minutes=minutes))
    assert ed.email not in everybody()
    digest.send_due(at=MORNING + DAY)
    assert everybody().count(ed.email) == 1


def test_a_round_ends_when_its_time_is_up_and_the_next_goes_on(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 15))
    monkeypatch.setattr(digest, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert [digest.send_due(at=MORNING).sent for _ in range(3)] == [1, 1, 0]


def test_a_very_long_letter_is_cut_and_says_where_the_rest_is(part: Part, ed: Person, now: datetime) -> None:
    told = {"person": ed, "event": "sealed", "call": part.call, "about": "A\r\nBcc: x", "at": now, "to_mail": True}
    notice.choose(person=ed, version=1, chosen={Event.SEALED: "mail"}, by=ed.actor, at=now)
    Notice.objects.bulk_create(Notice(**told) for _ in range(digest.LONGEST + 5))
    digest.send_due(at=MORNING)
    body = mail.outbox[0].body
    assert body.count("- A Bcc: x") == digest.LONGEST
    assert "There is more than fits here" in body
    assert not Notice.objects.to_mail().exists()


def test_old_rows_go(told: None) -> None:
    digest.send_due(at=MORNING)
    digest.drop_old(at=MORNING + digest.KEPT)
    assert Digest.objects.count() == 2
    digest.drop_old(at=MORNING + digest.KEPT + DAY)
    assert Digest.objects.count() == 0
