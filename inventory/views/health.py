"""Answers whether database and queue are reachable, for whatever watches the installation."""

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from inventory.services import job as jobs

OK = "ok"


@login_not_required
@require_safe
def check(request: HttpRequest) -> JsonResponse:
    """`{"database": "ok", "queue": "ok"}` with 200, else 503. Says nothing that a stranger may not know."""
    states = {"database": _database(), "queue": _queue()}
    return JsonResponse(states, status=200 if set(states.values()) == {OK} else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "unreachable"
    return OK


def _queue() -> str:
    """With a broker: it answers. Embedded, the queue is the database: a worker was alive lately."""
    try:
        if not settings.CELERY_BROKER_URL:
            return OK if jobs.is_carried(at=timezone.now()) else "no worker"
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (Error, OperationalError, OSError):
        return "unreachable"
    return OK
