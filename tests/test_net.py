"""The net under every test catches what it is there for."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from inventory.domain.audit import Actor
from inventory.models import Call, Team
from inventory.services.people import team as teams
from tests import factories, net

pytestmark = pytest.mark.django_db


def rename(team: Team) -> None:
    Team.objects.filter(pk=team.pk).update(name="Papers")


def rename_by_sql(team: Team) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Team._meta.db_table} SET name = 'Papers' WHERE id = {team.pk}")


def remove(team: Team) -> None:
    team.delete()


@pytest.mark.parametrize("write", [rename, rename_by_sql, remove])
def test_a_service_that_leaves_no_action_is_caught(team: Team, write: object) -> None:
    with pytest.raises(net.WroteNoAction, match="inventory_team"):
        net.service(write)(team)  # type: ignore[arg-type]


@pytest.mark.parametrize("write", [rename, rename_by_sql, remove])
def test_a_page_that_writes_past_the_services_is_caught(team: Team, write: object) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        write(team)  # type: ignore[operator]
        return HttpResponse()

    with pytest.raises(net.WroteOutside, match="outside the services"), transaction.atomic():
        net.entrance(answer)(HttpRequest())
    assert Team.objects.get(pk=team.pk).name == team.name


def test_what_history_does_not_keep_or_a_service_records_is_not_caught(team: Team, now: datetime) -> None:
    call = factories.make_call()

    def work() -> None:
        Call.objects.filter(pk=call.pk).update(priced_by="2026-11-22")
        Team.objects.filter(pk=0).update(name="nobody's")
        teams.register(name="New", by=Actor("command", "test"), at=now)

    assert net.service(work)() is None
    assert "priced_by" not in Call.HISTORY


def test_every_service_that_is_told_when_is_under_it() -> None:
    found = list(net.write_services())
    assert len(found) > 100
    assert [name for module, name in found if getattr(module, name).__code__.co_name != "watched"] == []
