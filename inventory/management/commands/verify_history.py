"""Walks the chain of actions and says where it breaks."""

import argparse
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.services import verification


class Command(BaseCommand):
    help = (
        "Check that history is whole and that every record is as history left it. "
        "Exits with 1 and names the first broken action if not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", type=_head, help="a head published earlier, as SEQ:HASH, to hold history against")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verification.verify(published=options["head"])
        if not report.is_whole:
            first, *others = report.findings
            more = "".join(f"\n  also {finding}" for finding in others)
            raise CommandError(f"History is broken. First: {first}{more}", returncode=1)
        self.stdout.write(f"History is whole: {report.seq} actions, {report.changes} changes.")
        self.stdout.write(f"Head {report.seq}:{report.hash}")


def _head(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text)
    if found is None:
        raise argparse.ArgumentTypeError("write it as this command and the history page print it, SEQ:HASH")
    return int(found[1]), found[2]
