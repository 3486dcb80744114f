"""`make test`: the whole suite on SQLite and, at the same time, what touches the database on PostgreSQL where one is
reachable. `make soak` (`--soak`): what is too long for that, on both, one after the other.

With CI=true a missing browser or PostgreSQL is a failure; elsewhere a line says what was left out.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import psycopg

from tests import browser

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
POSTGRES = os.environ.get("DATABASE_URL_POSTGRES", "postgres://postgres@127.0.0.1:5432/batchline")

# What tests commit need not survive a power cut.
ON_POSTGRES = {"DATABASE_URL": POSTGRES, "PGOPTIONS": "-c synchronous_commit=off"}

# Another day, and one that begins hours after that of UTC: what passes today passes then. And more examples of all that
# is drawn at random.
LATER = {"LATER": "800", "TIME_ZONE": "America/Los_Angeles", "EXAMPLES": "500"}

# The same whatever database the suite runs on, or asked of PostgreSQL by others: every page is opened there by
# test_query_counts.py and the main job played, killed workers are Celery's; that the workbook says what the database holds
# is asked by test_full_cost.py and by the command that exports the plan, how it is set out needs none; the sample comes by
# its command. What follows from answers, files and talk is decided in Python: that services write there, and leave the
# history they should, the walk of test_walk.py asks; locks and races have tests of their own. `make soak` runs all of
# these there too, and single tests marked `either`.
NOT_ON_POSTGRES = (
    "domain",
    "exchange",
    "forms",
    "journeys/test_sample.py",
    "management/test_killed_web.py",
    "management/test_serve.py",
    "management/test_work.py",
    "services/files/test_exchange.py",
    "services/files/test_live_workbook.py",
    "services/intake/test_intake_parts.py",
    "services/intake/test_round_trip.py",
    "services/labelling/test_copying.py",
    "services/labelling/test_reconcile.py",
    "services/labelling/test_seal.py",
    "services/labelling/test_together.py",
    "services/labelling/test_version.py",
    "services/planning/test_entry.py",
    "services/talk/test_comment.py",
    "services/talk/test_digest.py",
    "services/test_demo.py",
    "services/undoing/test_undo_fields.py",
    "services/versions/test_scenario.py",
    "test_architecture.py",
    "views",
)


HEAD_START = 6  # seconds; what the first suite has compiled by then the other need not compile again


class Suite(NamedTuple):
    name: str
    env: dict[str, str]
    words: Sequence[str]
    after: int = 0


class Ended(NamedTuple):
    code: int
    seconds: float


def main(soak: bool) -> int:
    has_browser = browser.found() is not None or browser.installed() is not None
    has_postgres = _is_reachable(POSTGRES)
    missing = [
        *(
            []
            if has_browser
            else ["browser tests: install Chromium (apt install chromium-headless-shell), or name one by CHROMIUM="]
        ),
        *([] if has_postgres else ["tests on PostgreSQL: none answers; set DATABASE_URL_POSTGRES to one"]),
    ]
    for line in missing:
        _tell(f"Left out {line}.")
    if missing and IN_CI:
        return 1
    chosen = _suites_of_soak() if soak else _suites(has_browser, has_postgres)
    suites = [suite for suite in chosen if has_postgres or suite.name != "PostgreSQL"]
    with ThreadPoolExecutor(1 if soak else len(suites)) as pool:
        ended = list(pool.map(_run, suites))
    spent = os.times()
    _tell(
        f"{', '.join(f'{suite.name} {each.seconds:.0f} s' for suite, each in zip(suites, ended, strict=True))}; "
        f"{spent.children_user + spent.children_system:.0f} s of processor time in all."
    )
    return max(each.code for each in ended)


def _suites(has_browser: bool, has_postgres: bool) -> list[Suite]:
    without = "" if has_browser else " and not browser"
    without += " and not production" if has_postgres else ""
    left_out = [f"--ignore=tests/{name}" for name in NOT_ON_POSTGRES]
    return [
        # Three on two cores: tests that wait for a browser or for processes leave theirs to others.
        Suite("SQLite", _plain(), ["-n", "3", "-m", f"not soak{without}"]),
        Suite(
            "PostgreSQL",
            _plain() | ON_POSTGRES,
            ["-n", "2", "-m", "not soak and not browser and not either", *left_out],
            HEAD_START,
        ),
    ]


def _suites_of_soak() -> list[Suite]:
    """What `make test` leaves out on PostgreSQL belongs to it too."""
    only_there = [f"tests/{name}" for name in NOT_ON_POSTGRES]
    return [
        Suite("SQLite", _plain(), ["-n", "0", "-m", "soak"]),
        Suite("PostgreSQL", _plain() | ON_POSTGRES, ["-n", "0", "-m", "soak"]),
        Suite("PostgreSQL", _plain() | ON_POSTGRES, ["-n", "2", "-m", "not soak and not browser", *only_there]),
        Suite("PostgreSQL", _plain() | ON_POSTGRES, ["-n", "2", "-m", "not soak and either"]),
        Suite(
            "SQLite, years later in California",
            _plain() | LATER,
            ["-n", "2", "-m", "not soak and not browser and not slow"],
        ),
    ]


def _plain() -> dict[str, str]:
    """The environment as it is, but for the database; what was compiled is kept, for dozens of processes start here."""
    taken_out = ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in taken_out}


def _run(suite: Suite) -> Ended:
    """Run one suite; its output is told when it is over, so that two at once do not mix."""
    command = [sys.executable, "-m", "pytest", "-q", "--dist", "worksteal", *suite.words, *sys.argv[1:]]
    time.sleep(suite.after)
    began = time.monotonic()
    ended = subprocess.run(
        command, env=suite.env, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    _tell(f"On {suite.name}:\n{ended.stdout}")
    return Ended(ended.returncode, time.monotonic() - began)


def _is_reachable(url: str) -> bool:
    try:
        psycopg.connect(url, dbname="postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    is_soak = "--soak" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--soak"]
    sys.exit(main(is_soak))
