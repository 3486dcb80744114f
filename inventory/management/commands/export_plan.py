"""The plan as a workbook from the shell."""

from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.domain import money
from inventory.management import whole_file
from inventory.services.files import exchange


class Command(BaseCommand):
    help = "Write the plan to FILE.xlsx, its amounts as formulas over its prices. Replaces the file if it exists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx", help="where to write it")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["file"])
        if target.suffix.lower() != ".xlsx":
            raise CommandError(f"{target}: the name must end in .xlsx")
        sums = whole_file.written(target, partial(exchange.export_plan, at=timezone.now())).overall.sums
        if options["verbosity"]:
            saving = money.shown(sums.saving)
            if sums.one_sided_parts:
                saving += f", {money.shown(sums.one_sided_saving)} of it on one side's answer alone"
            self.stdout.write(
                f"{target}: {sums.parts:,} parts, {money.shown(sums.today)} a month today, saves {saving}"
            )
