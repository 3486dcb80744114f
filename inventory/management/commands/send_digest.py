"""Sends the mail of the day now, whatever the hour."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inventory.services.talk import digest


class Command(BaseCommand):
    help = "Mail everybody now what they want to hear of and have not read; nobody gets more than one such mail a day."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        found = digest.send(at=now, before=now)
        self.stdout.write(f"Mails sent: {found.sent}.")
        if found.failed:
            raise CommandError(f"Mails that could not be sent: {found.failed}. They are tried again by themselves.")
