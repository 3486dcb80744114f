"""`manage.py export_plan FILE.xlsx`: the file is whole or it is not there."""

import os
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from inventory.services.files import exchange
from tests.factories import make_call

pytestmark = pytest.mark.django_db


def test_it_writes_the_plan_and_says_so(tmp_path: Path) -> None:
    make_call()
    said, target = StringIO(), tmp_path / "plan.xlsx"
    call_command("export_plan", str(target), stdout=said)
    assert said.getvalue() == f"{target}: 1 parts, $0.00 a month today, saves $0.00\n"
    assert load_workbook(target)["Moves"].max_row == 2
    assert [path.name for path in tmp_path.iterdir()] == ["plan.xlsx"]


def test_it_says_how_much_rests_on_one_sides_answer(tmp_path: Path) -> None:
    amounts = {"cost_today": 20_000_000, "cost_target": 12_000_000, "saving": 8_000_000}
    make_call().parts.update(label="not_waiting", state="one_side", kind="move_to_batch", one_sided=True, **amounts)
    said = StringIO()
    call_command("export_plan", str(tmp_path / "plan.xlsx"), stdout=said)
    assert said.getvalue().endswith("saves $8.00, $8.00 of it on one side's answer alone\n")


def test_it_replaces_an_older_file(tmp_path: Path) -> None:
    target = tmp_path / "plan.xlsx"
    target.write_text("older")
    call_command("export_plan", str(target), verbosity=0)
    assert load_workbook(target).sheetnames[0] == "Summary"


def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_halfway(file: IO[bytes], **given: Any) -> None:
        file.write(b"half")
        raise RuntimeError

    monkeypatch.setattr(exchange, "export_plan", break_halfway)
    target = tmp_path / "plan.xlsx"
    target.write_text("older")
    with pytest.raises(RuntimeError):
        call_command("export_plan", str(target), verbosity=0)
    assert (target.read_text(), len(os.listdir(tmp_path))) == ("older", 1)


@pytest.mark.parametrize("name", ["plan.csv", "plan", "missing/plan.xlsx", "folder.xlsx", "x" * 300 + ".xlsx"])
def test_what_cannot_be_written_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(CommandError, match=r"must end in \.xlsx|^cannot write "):
        call_command("export_plan", str(tmp_path / name), verbosity=0)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.xlsx"]


def test_the_file_of_the_command_is_that_of_the_page(tmp_path: Path) -> None:
    make_call()
    call_command("export_plan", str(tmp_path / "plan.xlsx"), verbosity=0)
    exchange.export_plan(file := BytesIO(), at=exchange.timezone.now())
    names = ("Moves", "Calls", "Summary")
    command, page = load_workbook(tmp_path / "plan.xlsx"), load_workbook(file)
    assert [list(command[n].values) for n in names] == [list(page[n].values) for n in names]
