"""Works out what the test's newest version would decide otherwise, after an upgrade that brought one."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from inventory.domain import waiting
from inventory.services.labelling import version


class Command(BaseCommand):
    help = "List the parts whose label the newest version of the waiting test would decide otherwise. Changes none."

    def handle(self, **options: Any) -> None:
        count = version.work_out(at=timezone.now())
        self.stdout.write(f"Version {waiting.CURRENT.version} decides otherwise about {count:,} of the parts.")
        if count:
            self.stdout.write("Leads find them under “To label”.")
