"""The plan as a workbook from the shell. The file appears whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.domain import money
from inventory.services import exchange, plan


class Command(BaseCommand):
    help = "Write the plan to FILE.xlsx, its amounts as formulas over its prices. Replaces the file if it exists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx", help="where to write it")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["file"])
        if target.suffix.lower() != ".xlsx":
            raise CommandError(f"{target}: the name must end in .xlsx")
        try:
            sums = _write(target).overall.sums
        except OSError as error:
            raise CommandError(f"cannot write {target}: {error.strerror or error}") from error
        if options["verbosity"]:
            saving = money.shown(sums.saving)
            if sums.one_sided_parts:
                saving += f", {money.shown(sums.one_sided_saving)} of it on one side's answer alone"
            self.stdout.write(
                f"{target}: {sums.parts:,} parts, {money.shown(sums.today)} a month today, saves {saving}"
            )


def _write(target: Path) -> plan.Totals:
    """Into a file beside the target, which then takes its place in one step; a failure leaves the target as it was."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            totals = exchange.export_plan(file, at=timezone.now())
            file.flush()
            os.fsync(file.fileno())
        _as_others_are(name)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    return totals


def _as_others_are(name: str) -> None:
    """A temporary file is readable by nobody else; the workbook is a file like any that this person writes."""
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)
