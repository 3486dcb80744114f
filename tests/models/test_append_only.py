from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from inventory.domain.audit import Actor
from inventory.models import Action, Change, Team, Trace, append_only
from inventory.services import audit

pytestmark = pytest.mark.django_db
SQL = Callable[[str], None]


@pytest.fixture
def action(now: datetime) -> Action:
    team = Team.objects.create(name="Search")
    with transaction.atomic():
        found = audit.record(
            kind="team.create", by=Actor("command", "test"), at=now, subject=team, before={}, after=audit.states(team)
        )
    assert found is not None
    return found


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError as error:
        return append_only.REFUSAL in str(error)
    return False


def columns(table: str, **instead: str) -> str:
    """Every column of a table but those given another value, for an INSERT … SELECT."""
    model = {"inventory_action": Action, "inventory_change": Change}[table]
    names = [field.column for field in model._meta.concrete_fields]
    return f"({', '.join(names)}) SELECT {', '.join(instead.get(name, name) for name in names)} FROM {table}"


def test_every_trigger_is_there_after_migrating() -> None:
    assert append_only.missing(connection) == []


@pytest.mark.parametrize("table", ["inventory_action", "inventory_change", "inventory_trace"])
def test_a_row_is_neither_changed_nor_deleted(action: Action, table: str) -> None:
    Trace.objects.create(word="team.name", seq=action.seq)
    column = {"inventory_action": "kind", "inventory_change": "after", "inventory_trace": "word"}[table]
    assert refused(f"UPDATE {table} SET {column} = 'x'")
    assert refused(f"DELETE FROM {table}")


def test_the_models_cannot_either(action: Action) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.update(reason="never happened")
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.all().delete()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite replaces rows")
@pytest.mark.parametrize(
    ("table", "instead"),
    [
        ("inventory_action", {"reason": "'forged'"}),
        ("inventory_action", {"id": "id + 1000"}),
        ("inventory_change", {"after": "'forged'"}),
        ("inventory_change", {"id": "id + 1000"}),
    ],
)
def test_a_row_is_not_replaced_by_one_with_the_same_number_or_place(
    action: Action, table: str, instead: dict[str, str]
) -> None:
    assert refused(f"INSERT OR REPLACE INTO {table} {columns(table, **instead)}")
    assert refused(f"REPLACE INTO {table} {columns(table, **instead)}")
    assert Action.objects.get().reason == ""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL truncates")
def test_a_table_is_not_truncated(action: Action) -> None:
    connection.check_constraints()  # else the foreign keys still waiting to be checked refuse first
    assert refused("TRUNCATE inventory_change")
    assert refused("TRUNCATE inventory_action CASCADE")


def test_an_upsert_is_an_update(action: Action) -> None:
    same = columns("inventory_action")
    assert refused(f"INSERT INTO inventory_action {same} WHERE true ON CONFLICT (id) DO UPDATE SET reason = 'forged'")


def test_a_lost_trigger_is_noticed_and_put_back_by_migrating() -> None:
    append_only.remove(connection)
    assert len(append_only.missing(connection)) == 3 * len(append_only.TABLES)
    (warning,) = append_only.check(databases=["default"])
    assert warning.id == "inventory.W001"
    call_command("migrate", verbosity=0, skip_checks=True)
    assert append_only.missing(connection) == []
    assert append_only.check(databases=["default"]) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the text of a trigger is compared on SQLite")
def test_a_trigger_that_does_nothing_counts_as_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER inventory_action_no_update")
        cursor.execute(
            "CREATE TRIGGER inventory_action_no_update BEFORE UPDATE ON inventory_action BEGIN SELECT 1; END"
        )
    assert append_only.missing(connection) == ["inventory_action_no_update"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL switches triggers off")
def test_a_trigger_that_is_switched_off_counts_as_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_action DISABLE TRIGGER inventory_action_no_update")
    assert append_only.missing(connection) == ["inventory_action_no_update"]


@pytest.mark.django_db(transaction=True)
def test_tests_with_real_transactions_can_empty_history(action: Action) -> None:
    assert Action.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_and_leave_neither_rows_nor_a_database_without_triggers() -> None:
    assert Action.objects.count() == 0
    assert append_only.missing(connection) == []
