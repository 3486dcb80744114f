"""Takes in a file of calls (CSV or .xlsx), all rows or none, and prints what it did as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.domain import money
from inventory.domain.audit import Actor
from inventory.exchange import call_file
from inventory.exchange.manner import DAYS, DECIMALS, Manner
from inventory.exchange.reading import LARGEST_FILE, Problem
from inventory.services.intake import origin
from inventory.services.intake import taking as intake

BY = Actor("command", "import_inventory")


class Command(BaseCommand):
    help = (
        "Register the calls of a file (CSV or .xlsx), and change those it knows by their key. All rows or none, as one "
        "action in the history. Prints a JSON summary; where a cell is wrong, prints every one and exits with 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or .xlsx; docs/import.md names its columns")
        parser.add_argument(
            "--decimals", choices=DECIMALS, default="", help="what stands before the decimals in the file"
        )
        parser.add_argument("--days", choices=DAYS, default="", help="what stands first in the file's days")
        parser.add_argument(
            "--on-conflict", choices=origin.CHOICES, default="", dest="prefer",
            help="whose value counts where a cell was changed in an exported file and in the app; else that is wrong",
        )  # fmt: skip
        parser.add_argument("--check", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        file = call_file.read(_content(path), Manner(options["decimals"], options["days"]))
        try:
            summary = intake.import_inventory(
                file=file, name=path.name, by=BY, at=timezone.now(), check=options["check"], prefer=options["prefer"]
            )
        except intake.Refused as refusal:
            self.stdout.write(_json({"imported": False, "errors": [_plain(each) for each in refusal.problems]}))
            sys.exit(1)
        self.stdout.write(_json({"imported": not options["check"], **_shown(summary, file)}))


def _content(path: Path) -> bytes:
    """At most one byte more than is allowed, so that a file too large is refused without reading it whole."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}. Name a file that can be read.") from error
    except ValueError as error:
        raise CommandError(f"{path}: {error}. Name a file that can be read.") from error


def _plain(problem: Problem) -> dict[str, Any]:
    return {"row": problem.row, "column": problem.column, "value": problem.value, "message": problem.message}


def _shown(summary: intake.Summary, file: call_file.CallFile) -> dict[str, Any]:
    created = {
        "teams": len(summary.new_teams),
        "features": summary.new_features,
        "calls": summary.new_calls,
        "parts": summary.new_parts,
    }
    return {
        "rows": summary.rows,
        "created": created,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "cost_today_usd_a_month": str(money.cents(summary.cost_today)),
        "calls_of_unknown_cost": summary.cost_unknown,
        "doubts": dict(summary.doubts),
        "columns_not_kept": list(file.not_kept),
        "notes": list(file.notes),
        "action": summary.seq,
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
