import re
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.domain.audit import Actor
from inventory.models import Action, Team, append_only
from inventory.services import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(team: Team, now: datetime) -> None:
    audit.record(
        kind="team.create", by=Actor("command", "test"), at=now, subject=team, before={}, after=audit.states(team)
    )


@pytest.mark.usefixtures("recorded")
def test_a_whole_history_is_said_to_be_and_its_head_printed() -> None:
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert re.fullmatch(r"History is whole: 1 actions, 1 changes\.\nHead 1:[0-9a-f]{64}\n", out.getvalue())


@pytest.mark.usefixtures("recorded")
def test_the_head_printed_can_be_held_against_it_later() -> None:
    out = StringIO()
    call_command("verify_history", stdout=out)
    head = out.getvalue().split()[-1]
    call_command("verify_history", "--head", head, stdout=out)
    with pytest.raises(CommandError, match="First: action 1: or one before it was rewritten"):
        call_command("verify_history", "--head", "1:" + "a" * 64)


@pytest.mark.parametrize("head", ["", "1", "x:y", "1:" + "A" * 64, "9" * 20 + ":" + "a" * 64])
def test_a_head_that_is_none_is_refused_in_words(head: str) -> None:
    with pytest.raises(CommandError, match="SEQ:HASH"):
        call_command("verify_history", "--head", head)


@pytest.mark.usefixtures("recorded")
def test_a_broken_history_names_the_first_broken_action_and_exits_with_one() -> None:
    append_only.remove(connection)
    Action.objects.update(reason="never said")
    with pytest.raises(CommandError, match=r"First: action 1: was altered after it was written") as refusal:
        call_command("verify_history")
    assert refusal.value.returncode == 1
