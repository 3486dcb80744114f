import re
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.domain.audit import Actor
from inventory.models import Action, Team, append_only
from inventory.services import audit
from inventory.services.history import history_file, verification

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
    with pytest.raises(CommandError, match="First: action 1: was rewritten: the head of 1"):
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


@pytest.mark.usefixtures("recorded")
def test_heads_published_to_a_file_are_held_against_history_later(tmp_path: Path, team: Team, now: datetime) -> None:
    heads, out = tmp_path / "heads", StringIO()
    call_command("verify_history", "--publish", str(heads), stdout=out)
    audit.record(
        kind="team.remove", by=Actor("command", "test"), at=now, subject=team, before=audit.states(team), after={}
    )
    team.delete()
    call_command("verify_history", "--publish", str(heads), "--against", str(heads), stdout=out)
    assert [line.split()[1].partition(":")[0] for line in heads.read_text().splitlines()] == ["1", "2"]
    assert "Every head published fits: 1 of them." in out.getvalue()
    append_only.remove(connection)
    Action.objects.filter(seq=2).update(reason="never said")
    with pytest.raises(CommandError, match="First: action 2: was altered"):
        call_command("verify_history", "--publish", str(heads))
    assert len(heads.read_text().splitlines()) == 2, "a broken history is not vouched for"


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no head stands in it"),
        (f"1:{'a' * 64}\n1:{'b' * 64}", "two different heads for action 1"),
        (None, "cannot read"),
    ],
)
def test_a_file_of_heads_that_is_none_is_refused_in_words(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "heads").write_text(text)
    with pytest.raises(CommandError, match=said):
        call_command("verify_history", "--against", str(tmp_path / "heads"))


@pytest.mark.usefixtures("recorded")
def test_where_the_head_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot write"):
        call_command("verify_history", "--publish", str(tmp_path / "missing" / "heads"), stdout=StringIO())


@pytest.mark.usefixtures("recorded")
def test_an_exported_history_is_checked_without_a_database(tmp_path: Path, now: datetime) -> None:
    export, out = tmp_path / "history.jsonl", StringIO()
    with export.open("wb") as file:
        history_file.write(file, at=now)
    head = verification.published_head()
    with CaptureQueriesContext(connection) as queries:
        call_command("verify_history", "--file", str(export), "--head", head, "--against", str(export), stdout=out)
    assert len(queries) == 0
    assert out.getvalue().endswith(f"Head {head}\n")
    export.write_text(export.read_text().replace("Documents", "Forgeries", 1))
    with pytest.raises(CommandError, match="First: action 1: was altered after it was written"):
        call_command("verify_history", "--file", str(export))
    export.write_text("other")
    with pytest.raises(CommandError, match="is not that of an exported history"):
        call_command("verify_history", "--file", str(export))
