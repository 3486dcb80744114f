"""`send_digest` sends at any hour what there is by now."""

import io
import re
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from inventory.management.commands import send_digest
from inventory.models import Notice, Person, Team
from tests import factories
from tests.management.processes import Env, rows
from tests.services.talk.test_comment import say


@pytest.fixture
def told(team: Team, pia: Person, stranger: Person, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something to tell, and the command asks the clock an hour later."""
    monkeypatch.setattr(send_digest.timezone, "now", lambda: now + timedelta(hours=1))
    say(factories.make_call(feature=factories.make_feature(team=team, product_owner=pia)), stranger, now)


def sent() -> str:
    out = io.StringIO()
    call_command("send_digest", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_it_sends_once_and_says_how_many(told: None, pia: Person) -> None:
    assert [sent(), sent()] == ["Mails sent: 1.\n", "Mails sent: 0.\n"]
    assert [message.to for message in mail.outbox] == [[pia.email]]


@pytest.mark.django_db
def test_it_says_what_could_not_go_out_and_keeps_it(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: EmailMessage) -> int:
        raise TimeoutError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    with pytest.raises(CommandError, match="could not be sent: 1"):
        sent()
    assert Notice.objects.to_mail().count() == 1


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, pytest.param(6, marks=pytest.mark.soak)])
def test_several_at_once_send_each_letter_once(env: Env, count: int) -> None:
    """Processes of their own, as workers are."""
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"  # whose mails are printed
    command = [sys.executable, "-m", "tests.management.senders", str(count)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE, text=True, timeout=180)
    told = done.stdout
    assert (done.returncode, told.count("Mails sent: ")) == (0, count)
    receivers = re.findall(r"^To: (.+)$", told, re.M)
    assert len(receivers) == len(set(receivers)) == 6
    assert rows(env, "SELECT COUNT(*), COUNT(sent_at) FROM inventory_digest") == [(6, 6)]
