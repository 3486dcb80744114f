"""Everything one machine needs: prepares the database, prints one link, keeps web and worker running."""

import socket
import sys
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.urls import reverse
from django.utils import timezone

from inventory.exchange import price_book
from inventory.management.supervisor import Child, Supervisor
from inventory.services.people import people
from inventory.services.prices import price_load


class Command(BaseCommand):
    help = "Run Batchline on this machine: web pages and background work, until Ctrl-C."

    def handle(self, **options: Any) -> None:
        with _listen(settings.HOST, settings.PORT) as port:
            self._prepare()
            self.stdout.write(_greeting(timezone.now()))
            self.stdout.flush()
            connections.close_all()
            Supervisor([_web(port), _worker()], tell=self._tell).run()
        self._tell("Batchline has stopped.")

    def _prepare(self) -> None:
        connection.settings_dict["OPTIONS"].pop("pool", None)  # it would try again for a while where nothing answers
        try:
            call_command("migrate", verbosity=0, interactive=False)
            self._load_prices()
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {str(error).strip().splitlines()[0]}") from error
        call_command("collectstatic", verbosity=0, interactive=False)

    def _load_prices(self) -> None:
        """Once for each book a version brings; where it contradicts what was added here, that stays."""
        if price_load.packaged_is_new():
            try:
                price_load.load_packaged(at=timezone.now())
            except price_book.BadPriceBook as bad:
                self._tell(f"The prices of this version were not loaded, as the book here differs: {bad}")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _listen(host: str, port: int) -> socket.socket:
    """The port is taken before anything else happens: a second start ends here, and changes nothing."""
    if not 0 < port < 65536:
        raise CommandError(f"PORT={port} is no port: it goes from 1 to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CommandError(f"HOST={host} PORT={port} is no address of this machine: {error}") from error
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(512)
    except OSError as error:
        found.close()
        raise CommandError(
            f"Cannot listen on {host}:{port} ({getattr(error, 'strerror', None) or error}). "
            f"Stop what runs there, or choose another port: PORT=8001 make run"
        ) from error
    return found


def _greeting(at: datetime) -> str:
    """With one link: the first administrator's, or the plain address once there is one."""
    token = people.first_link(at=at)
    if token is None:
        return f"Batchline is running at {settings.SITE_URL}/\nCtrl-C stops it."
    link = settings.SITE_URL + reverse("people.link", args=[token])
    return (
        f"Batchline is running. This link makes you its first administrator; it works once, within the hour:\n\n"
        f"  {link}\n\nCtrl-C stops it."
    )


def _web(port: socket.socket) -> Child:
    command = [sys.executable, "-m", "gunicorn", "-c", str(settings.BASE_DIR / "config" / "gunicorn.py"), "config.wsgi"]
    return Child("web", command, env={"LISTEN_FD": str(port.fileno())}, keep_open=(port.fileno(),))


def _worker() -> Child:
    if not settings.CELERY_BROKER_URL:
        return Child("worker", [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"])
    beat = ["--beat", "--schedule", str(settings.VAR_DIR / "beat"), "--pidfile", ""]
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
    return Child("worker", [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", *beat])
