import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from inventory.models import Action, Person, Team
from inventory.services import audit
from inventory.services.calls import feature as features
from inventory.services.history import history_file
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams(team: Team, pia: Person, now: datetime) -> list[Team]:
    """Two, of which each has two features registered by Pia; a name that a spreadsheet would run is among them."""
    found = [team, factories.make_team(name="Search")]
    for each in found:
        for name in ("Tickets", "=2+2"):
            features.register(team=each, fields={"name": name}, by=pia.actor, at=now)
    return found


def told(target: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("export_history", str(target), stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_it_writes_what_the_filters_find_with_the_head_at_its_end(
    form: str, teams: list[Team], pia: Person, tmp_path: Path
) -> None:
    target, head = tmp_path / f"history.{form}", f"{audit.head().seq}:{audit.head().hash}"
    asked = {"team": "documents", "person": pia.email, "kind": "feature.register"}
    assert told(target, **asked) == f"{target}: 2 actions. Head {head}\n"
    data = target.read_bytes()
    if form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        about = dict(row for row in rows if len(row) == 2)
    elif form == "xlsx":
        about = dict(load_workbook(io.BytesIO(data))["About"].iter_rows(values_only=True))
    else:
        found = json.loads(data)
        about = found["about"]
        assert {each["team"] for each in found["actions"]} == {"Documents"}
    assert about["Head of the history"] == head
    assert about["Asked for"] == f"team documents, person {pia.email}, kind feature.register"
    assert list(tmp_path.iterdir()) == [target]


def test_it_says_where_nothing_stands_for_the_moment_asked_for(teams: list[Team], tmp_path: Path) -> None:
    assert "no version of the plan is frozen" in told(tmp_path / "history.csv", since="version")


def test_all_of_it_is_written_for_checking_elsewhere(teams: list[Team], tmp_path: Path) -> None:
    target = tmp_path / "history.jsonl"
    told(target)
    report = history_file.verify(target.read_text().splitlines())
    assert (report.is_whole, report.seq) == (True, Action.objects.count())


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("history.pdf", {}, "the name must end in .csv, .xlsx, .json or .jsonl"),
        ("none/history.csv", {}, "cannot write"),
        ("history.jsonl", {"team": "Documents"}, "holds all of the history"),
        ("history.csv", {"team": "Nowhere"}, "nothing was written, since this means nothing here: --team Nowhere"),
        ("history.csv", {"first_day": "2999-01-01"}, "--first-day 2999-01-01"),
        ("history.csv", {"by": "job:99", "side": "left"}, "--by job:99, --side left"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(
    name: str, options: dict[str, str], said: str, teams: list[Team], tmp_path: Path
) -> None:
    (tmp_path / "history.csv").write_text("as it was")
    with pytest.raises(CommandError, match=said):
        told(tmp_path / name, **options)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["as it was"]
