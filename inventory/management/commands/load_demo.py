"""Loads the sample inventory, or removes exactly it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.services import demo

BY = Actor("command", "load_demo")


class Command(BaseCommand):
    help = "Load a sample inventory with every pattern of the line. --remove deletes it again, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="delete the sample; the history keeps it")

    def handle(self, *, remove: bool, **options: Any) -> None:
        try:
            self.stdout.write(_remove() if remove else _load())
        except demo.LoadedAlready as refusal:
            raise CommandError(
                "The sample is loaded already. Remove it first: manage.py load_demo --remove"
            ) from refusal
        except demo.NameTaken as refusal:
            raise CommandError(f"A team is called “{refusal}” already. Rename it, then load the sample.") from refusal


def _load() -> str:
    made = demo.load(by=BY, at=timezone.now())
    return f"Loaded {made.teams} teams, {made.features} features, {made.calls} calls in {made.parts} parts."


def _remove() -> str:
    gone = demo.remove(by=BY, at=timezone.now())
    stayed = f" Stayed, since somebody has added to it: {', '.join(gone.stayed)}." if gone.stayed else ""
    return f"Removed {gone.calls} calls of the sample.{stayed}" if gone.calls else f"There was no sample.{stayed}"
