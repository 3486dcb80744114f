"""Loads a price book file, or the one Batchline comes with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.exchange import price_book
from inventory.services.prices import price_load


class Command(BaseCommand):
    help = "Load prices from FILE, or the book Batchline comes with: all of it or, where a row is wrong, nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=price_book.PACKAGED, metavar="FILE")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            found = price_book.read(file)
            loaded = price_load.load(found=found, by=price_load.PACKAGE, at=timezone.now())
        except price_book.BadPriceBook as bad:
            raise CommandError("\n".join(["Nothing was loaded.", *map(str, bad.problems)])) from bad
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}") from error
        counts = f"{loaded.created} new, {loaded.changed} changed, {loaded.unchanged} as they were"
        self.stdout.write(f"Prices as of {found.as_of}: {counts}.")
