"""/healthz tells whether database and queue are reachable, to anybody."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from inventory.services import job as jobs
from inventory.views import health


def answer(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/healthz")
    return response.status_code, response.json()


@pytest.mark.django_db
def test_well_while_a_worker_is_alive(client: Client) -> None:
    jobs.beat(worker="one", at=timezone.now())
    assert answer(client) == (200, {"database": "ok", "queue": "ok"})


@pytest.mark.django_db
def test_not_well_once_no_worker_was_seen_for_a_minute(client: Client) -> None:
    jobs.beat(worker="one", at=timezone.now() - timedelta(minutes=2))
    assert answer(client) == (503, {"database": "ok", "queue": "no worker"})


def test_a_database_that_is_away_is_an_answer_and_no_error(client: Client, monkeypatch) -> None:
    class Away:
        def cursor(self) -> None:
            raise OperationalError

    monkeypatch.setattr(health, "connection", Away())
    monkeypatch.setattr(health.jobs, "is_carried", lambda at: Away().cursor())
    assert answer(client) == (503, {"database": "unreachable", "queue": "unreachable"})


@pytest.mark.django_db
def test_a_broker_that_is_away_is_told(client: Client, settings, monkeypatch) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(health.current_app.conf, "broker_url", settings.CELERY_BROKER_URL)
    assert answer(client) == (503, {"database": "ok", "queue": "unreachable"})


@pytest.mark.django_db
def test_it_is_asked_by_get_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
