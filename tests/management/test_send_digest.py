"""`send_digest` sends at any hour what there is by now."""

import io
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from inventory.management.commands import send_digest
from inventory.models import Notice, Person, Team
from tests import factories
from tests.services.test_comment import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(team: Team, pia: Person, stranger: Person, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something to tell, and the command asks the clock an hour later."""
    monkeypatch.setattr(send_digest.timezone, "now", lambda: now + timedelta(hours=1))
    say(factories.make_call(feature=factories.make_feature(team=team, product_owner=pia)), stranger, now)


def sent() -> str:
    out = io.StringIO()
    call_command("send_digest", stdout=out)
    return out.getvalue()


def test_it_sends_once_and_says_how_many(told: None, pia: Person) -> None:
    assert [sent(), sent()] == ["Mails sent: 1.\n", "Mails sent: 0.\n"]
    assert [message.to for message in mail.outbox] == [[pia.email]]


def test_it_says_what_could_not_go_out_and_keeps_it(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: EmailMessage) -> int:
        raise TimeoutError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    with pytest.raises(CommandError, match="could not be sent: 1"):
        sent()
    assert Notice.objects.to_mail().count() == 1
