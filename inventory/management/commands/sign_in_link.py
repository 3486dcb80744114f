"""`manage.py sign_in_link USER`: a one-time link for whoever is locked out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from inventory.domain.audit import Actor
from inventory.services.people import people


class Command(BaseCommand):
    help = "Print a link that signs USER in once, within fifteen minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help="the e-mail of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["user"]
        try:
            token = people.sign_in_link(email=email, by=Actor("command", "sign_in_link"), at=timezone.now())
        except people.NoAccount:
            raise CommandError(f"No active account has the e-mail {email}.") from None
        self.stdout.write(settings.SITE_URL + reverse("people.link", args=[token]))
