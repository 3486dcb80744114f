"""Loads the sample inventory, or removes exactly it."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.models import PriceRow
from inventory.services import demo
from inventory.services.prices import price_load


class Command(BaseCommand):
    help = "Load a sample inventory with every pattern of the line. --remove deletes it again, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="delete the sample; the history keeps it")

    def handle(self, *, remove: bool, **options: Any) -> None:
        try:
            now = timezone.now()
            done = demo.remove(by=demo.SAMPLE, at=now) if remove else self._load(now)
        except demo.LoadedAlready as refusal:
            raise CommandError(
                "The sample is loaded already. Remove it first: manage.py load_demo --remove"
            ) from refusal
        except demo.NameTaken as refusal:
            raise CommandError(f"A team is called “{refusal}” already. Rename it, then load the sample.") from refusal
        self.stdout.write(done.told())

    def _load(self, now: datetime) -> demo.Loaded:
        """Before the first start there are no prices yet, and a sample without amounts shows nothing."""
        if not PriceRow.objects.exists():
            price_load.load_packaged(at=now)
        return demo.load(at=now)
