import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Action, Call
from tests.exchange.workbooks import number, row, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
HEAD = "team,feature,call_key,name,model,requests_per_month,input_tokens,output_tokens\n"
ROW = "Support,Tickets,ticket-tags,Tags of a ticket,claude-haiku-4-5,46000,1500,40\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.csv"


def run(path: Path, *options: str) -> dict[str, object]:
    out = StringIO()
    call_command("import_inventory", str(path), *options, stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def test_a_file_is_imported_and_summed_up(path: Path) -> None:
    path.write_text(HEAD + ROW)
    said = run(path)
    assert said == {
        "imported": True,
        "rows": 1,
        "created": {"teams": 1, "features": 1, "calls": 1, "parts": 1},
        "changed": 0,
        "unchanged": 0,
        "cost_today_usd_a_month": "78.20",
        "calls_of_unknown_cost": 0,
        "doubts": {"figures_assumed": 1, "path_assumed": 1, "provider_unknown": 1, "undecided": 1},
        "columns_not_kept": [],
        "notes": [],
        "action": 1,
    }
    action = Action.objects.get()
    assert (action.actor_kind, action.actor_id, action.title) == ("command", "import_inventory", "calls.csv")


def test_checking_imports_nothing(path: Path) -> None:
    path.write_text(HEAD + ROW)
    assert run(path, "--check")["imported"] is False
    assert Call.objects.count() == Action.objects.count() == 0


def test_every_wrong_cell_is_listed_and_the_command_fails(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(HEAD + ROW.replace("46000", '"1.234,56"') + ROW.replace("1500", "NaN"))
    with pytest.raises(SystemExit) as refusal:
        call_command("import_inventory", str(path))
    assert refusal.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert said["imported"] is False
    assert [(error["row"], error["column"], error["value"]) for error in said["errors"]] == [
        (2, "requests_per_month", "1.234,56"), (3, "input_tokens", "NaN"), (3, "call_key", "ticket-tags"),
    ]  # fmt: skip
    assert Call.objects.count() == 0


@pytest.mark.parametrize("name", ["missing.csv", ".", "a\x00b", "x" * 5000])
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="Name a file that can be read"):
        call_command("import_inventory", f"{tmp_path}/{name}")


def test_a_workbook_is_imported_by_the_same_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "calls.xlsx"
    head = row(*HEAD.strip().split(","))
    path.write_bytes(workbook(head, row(*ROW.strip().split(",")[:-1], number("0.5"))))
    with pytest.raises(SystemExit) as refusal:
        call_command("import_inventory", str(path))
    assert refusal.value.code == 1
    [error] = json.loads(capsys.readouterr().out)["errors"]
    assert (error["row"], error["column"], error["value"]) == (2, "output_tokens", "0.5")
    path.write_bytes(
        workbook(head, row(*ROW.strip().split(",")[:-1], number("40", 2)), row("", "", attributes=' hidden="1"'))
    )
    assert run(path, "--check")["imported"] is False
    assert run(path)["imported"] is True
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(SystemExit):
        call_command("import_inventory", str(path))
    assert "damaged" in json.loads(capsys.readouterr().out)["errors"][0]["message"]


def test_how_the_file_writes_numbers_can_be_said(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(HEAD.replace(",", ";") + ROW.replace(",", ";").replace("46000", "46.000"))
    with pytest.raises(SystemExit):
        call_command("import_inventory", str(path))
    assert json.loads(capsys.readouterr().out)["errors"][0]["value"] == "46.000"
    assert run(path, "--decimals", "comma")["imported"] is True
    assert Call.objects.get().requests == 46000
