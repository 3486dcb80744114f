"""What the database itself refuses, whoever writes: by raw SQL, past every form and service."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DataError

from inventory.models import ChainHead, Comment, Discount, Job, Realised, Scenario, Sheet, Wave
from inventory.services.people import link
from tests import factories

pytestmark = pytest.mark.django_db

WRONG = [
    ("call", "provider = 'nobody'"),
    ("call", "today_path = 'by_post'"),
    ("call", "figures = 'guessed'"),
    ("call", "kind = 'somewhere'"),
    ("call", "requests = -1"),
    ("call", "output = -1"),
    ("call", "uncached_input = 10000000000000"),
    ("call", "hit_share = 1.5"),
    ("call", "expired_share = -0.1"),
    ("call", "cost_today = -1"),
    ("call", "cost_target = -1"),
    ("call", "feature_id = 999999"),
    ("call", "key = 'OTHER'"),
    ("part", "label = 'maybe'"),
    ("part", "state = 'half'"),
    ("part", "kind = 'somewhere'"),
    ("part", "status = 'lost'"),
    ("part", "status = 'moving'"),  # in no wave
    ("part", "requests = -1"),
    ("part", "cost_today = -1"),
    ("part", "cost_target = -1"),
    ("part", "state = 'agreed'"),  # without a label
    ("part", "effort_set = 9"),
    ("feature", "first_guess = 101"),
    ("feature", "growth = -1"),
    ("feature", "name = 'OTHER'"),
    ("team", "name = 'OTHER'"),
    ("membership", "role = 'king'"),
    ("person", "discipline = 'magic'"),
    ("person", "email = 'Capital@example.test'"),
    ("pricerow", "input = 0"),
    ("pricerow", "output = -1"),
    ("pricerow", "valid_to = valid_from"),
    ("pricerow", "batch_input = NULL"),
    ("onetimelink", "expires_at = created_at"),
    ("sheet", "side = 'other'"),
    ("sheet", "outcome = 'maybe'"),
    ("wave", "name = 'OTHER'"),
    ("wave", "ramp_months = 1000"),
    ("scenario", "volume = -2"),
    ("scenario", "labels = 'all'"),
    ("discount", "share = 1"),
    ("job", "state = 'lost'"),
    ("realised", "saving = saving + 1"),
    ("realised", "cost_before = 3, cost_after = 1"),  # saves 2
    ("realised", "ended_why = 'Because'"),
    ("comment", "deleted_at = written_at"),  # and its text still there
    ("chainhead", "id = 2"),
]


@pytest.fixture
def rows(now: datetime) -> None:
    """Two of what must differ, the first of each is written to."""
    call = factories.make_call(key="one")
    factories.make_call(key="other", feature=factories.make_feature(team=call.team, name="Other"))
    factories.make_team(name="Other")
    person = factories.make_person(team=call.team)
    part = call.parts.get()
    factories.make_price(batch_write_1h=1)
    Sheet.objects.create(part=part, side="product", test_version=1)
    for name in ("One", "Other"):
        Wave.objects.create(team=call.team, name=name)
    Scenario.objects.create(name="One", created_at=now)
    Discount.objects.create(platform="aws", share="0.1", valid_from=now.date())
    Job.objects.create(kind="export_plan", created_at=now)
    link.made(purpose="first", at=now)
    Comment.objects.create(call=call, written_by=person, written_at=now, moved_at=now, text="Look", token="a")
    entry = {"part": part, "call_id": call.pk, "team": call.team, "name": "One", "moved_at": now, "saving": 0}
    Realised.objects.create(**entry)
    ChainHead.objects.create(pk=1, hash="0")


@pytest.mark.parametrize(("table", "wrong"), WRONG)
def test_the_database_refuses(rows: None, table: str, wrong: str) -> None:
    statement = f"UPDATE inventory_{table} SET {wrong} WHERE id = (SELECT MIN(id) FROM inventory_{table})"
    with pytest.raises((IntegrityError, DataError)):
        run(statement)


@transaction.atomic
def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.check_constraints()
