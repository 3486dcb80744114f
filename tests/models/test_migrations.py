"""One migration stands for the many that led here: whoever installs today and whoever came along have the same tables."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from inventory.models import append_only, search

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
NOTHING = [("inventory", None)]


@pytest.fixture
def executor() -> Iterator[MigrationExecutor]:
    yield MigrationExecutor(connection)
    call_command("migrate", verbosity=0)


def test_the_one_and_the_many_make_the_same_tables(executor: MigrationExecutor) -> None:
    by_one = tables()
    executor.migrate(NOTHING)
    assert not tables()
    many = MigrationExecutor(connection)
    many.loader = MigrationLoader(connection, replace_migrations=False)
    leaves = [(app, name) for app, name in many.loader.graph.leaf_nodes() if app == "inventory"]
    many.migrate([leaf for leaf in leaves if not many.loader.get_migration(*leaf).replaces])
    search.install(connection)
    assert tables() == by_one
    assert len(by_one) > 40


def test_whoever_stands_at_any_step_of_the_many_is_led_on(executor: MigrationExecutor) -> None:
    wanted = tables()
    executor.migrate(NOTHING)
    part_way = MigrationExecutor(connection)
    part_way.loader = MigrationLoader(connection, replace_migrations=False)
    part_way.migrate([("inventory", "0017_review")])
    call_command("migrate", verbosity=0)
    assert tables() == wanted
    assert not append_only.missing(connection)


def tables() -> dict[str, dict[str, Any]]:
    """Columns, whatever their order, and what is unique, checked and indexed."""
    look = connection.introspection
    ours = {model._meta.db_table for model in apps.get_app_config("inventory").get_models()}
    with connection.cursor() as cursor:
        return {
            name: {
                "columns": {each.name: each[1:7] for each in look.get_table_description(cursor, name)},
                "constraints": constraints(cursor, name),
            }
            for name in ours.intersection(look.table_names(cursor))
        }


def constraints(cursor: Any, table: str) -> list[str]:
    """Whatever their names: those of references are made from numbers."""
    found = connection.introspection.get_constraints(cursor, table).values()
    return sorted(str(sorted((key, str(value)) for key, value in each.items())) for each in found)
