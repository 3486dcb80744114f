"""The page of realised savings, and where other pages say the same."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils.html import strip_tags

from inventory.models import Person, Team
from tests.services.planning.test_realised import moved

pytestmark = pytest.mark.django_db


def test_nothing_is_realised_yet(as_pia: Client, team: Team) -> None:
    page = as_pia.get("/plan/realised").content.decode()
    assert "<h1>Nothing is realised yet</h1>" in page
    assert "A move enters the ledger when its lead calls it moved" in page
    assert "Realised:" not in as_pia.get("/plan").content.decode()


def test_what_is_realised_stands_beside_what_is_projected(
    as_pia: Client, team: Team, pia: Person, now: datetime
) -> None:
    part = moved(team, pia, now, saving=3_000_000, cost_today=9_000_000, cost_target=6_000_000)
    ledger = as_pia.get(f"/plan/realised?team={team.pk}").content.decode()
    assert "<h1>Realised: $3.00 a month, in 1 move</h1>" in ledger
    assert all(each in ledger for each in (part.name, "$9.00", 'id="burn-title"'))
    plan = strip_tags(as_pia.get("/plan").content.decode())
    assert "Realised: $3.00 a month in 1 move moved or verified" in plan
    assert "$3.00 of the saving above is of these moves" in plan
    assert "$3.00" in as_pia.get("/plan?by=team").content.decode().partition("Realised a month")[2]
    assert "realised $3.00 a month" in strip_tags(as_pia.get(f"/plan/waves?team={team.pk}").content.decode())
    assert "1 move moved or verified" in as_pia.get("/plan/time").content.decode()


def test_a_team_that_means_nothing_narrows_nothing(as_pia: Client, team: Team) -> None:
    assert as_pia.get("/plan/realised?team=x&page=y").status_code == 200
