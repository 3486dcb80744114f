"""`make test`: the whole suite on SQLite, then what touches the database on PostgreSQL where one is reachable.

With CI=true a missing browser or PostgreSQL is a failure; elsewhere a line says what was left out.
"""

import os
import subprocess
import sys

import psycopg

from tests import browser

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
POSTGRES = os.environ.get("DATABASE_URL_POSTGRES", "postgres://postgres@127.0.0.1:5432/batchline")

# What tests commit need not survive a power cut.
ON_POSTGRES = {"DATABASE_URL": POSTGRES, "PGOPTIONS": "-c synchronous_commit=off"}

# The same whatever database the suite runs on.
WITHOUT_DATABASE = ("domain", "exchange", "test_architecture.py", "management/test_serve.py")


def main() -> int:
    has_browser = browser.found() is not None or browser.installed() is not None
    has_postgres = _is_reachable(POSTGRES)
    missing = [
        *([] if has_browser else ["browser tests: install Chromium (apt install chromium), or name one by CHROMIUM="]),
        *([] if has_postgres else ["tests on PostgreSQL: none answers; set DATABASE_URL_POSTGRES to one"]),
    ]
    for line in missing:
        _tell(f"Left out {line}.")
    if missing and IN_CI:
        return 1
    without = "" if has_browser else " and not browser"
    without += " and not production" if has_postgres else ""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    codes = [_pytest("SQLite", env, "-m", f"not soak{without}")]
    if has_postgres:
        left_out = [f"--ignore=tests/{name}" for name in WITHOUT_DATABASE]
        codes.append(_pytest("PostgreSQL", {**env, **ON_POSTGRES}, "-m", "not soak and not browser", *left_out))
    return max(codes)


def _pytest(name: str, env: dict[str, str], *words: str) -> int:
    _tell(f"On {name}:")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *words, *sys.argv[1:]]
    return subprocess.run(command, env=env, check=False).returncode


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
    sys.exit(main())
