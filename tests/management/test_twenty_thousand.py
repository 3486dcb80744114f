"""An installation of twenty thousand calls: how long its export and an import of as many take, and what others notice.

In processes and on a database of their own, as the bench does it. On a busy machine seconds say little, so a bare floor
of the same run, which does nothing but write the same, may stretch them.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench import __main__ as bench
from tests.bench import server
from tests.management.processes import postgres

pytestmark = [pytest.mark.soak, pytest.mark.production]
ROWS = 20_000
Environment = dict[str, str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Environment, dict[str, Any]]]:
    environment = bench._database(ROWS, tmp_path_factory.mktemp("large"))
    yield environment, bench._step(environment, "build", str(ROWS))
    url = environment["DATABASE_URL"]
    if url.startswith("postgres"):
        with postgres() as connection:
            connection.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


def test_an_export_takes_half_a_minute_at_most_and_others_hardly_notice(
    built: tuple[Environment, dict[str, Any]],
) -> None:
    environment, known = built
    found = bench._step(environment, "export")
    assert found["export"] <= max(30, 1.5 * found["bare"]), found
    assert found["peak_mb"] <= 400, found
    bench._step(environment, "ask", "export", str(ROWS))
    with server.running(environment) as port:
        server.milliseconds(port, str(known["session"]), bench._paths(known), 1)
        command = [sys.executable, "manage.py", "work", "--once"]
        with subprocess.Popen(
            command, cwd=Path(bench.__file__).parents[2], env={**os.environ, **environment}
        ) as worker:
            pages = server.p95_beside(port, str(known["session"]), bench._paths(known), worker)
    assert pages, "the export was over before a page was opened"
    slower = {name: times for name, times in pages.items() if times[0] > 1.5 * times[1]}
    assert slower == {}, "milliseconds during it, and before"


def test_an_import_takes_a_minute_at_most_and_is_one_action(built: tuple[Environment, dict[str, Any]]) -> None:
    """The step itself asserts that all its calls and parts are there, by one action."""
    environment, _ = built
    found = bench._step(environment, "import", str(ROWS))
    assert found["import"] <= max(60, 5 * found["bare"]), found
    assert found["changes"] >= 2 * ROWS
