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
    code = _pytest("SQLite", f"not soak{without}", {"DATABASE_URL": ""})
    if has_postgres:
        code = code or _pytest("PostgreSQL", "not soak and not browser", {"DATABASE_URL": POSTGRES})
    return code


def _pytest(name: str, marks: str, env: dict[str, str]) -> int:
    _tell(f"On {name}:")
    settings = {k: v for k, v in {**os.environ, **env}.items() if not (k == "DATABASE_URL" and not v)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "-m", marks]
    return subprocess.run([*command, *sys.argv[1:]], env=settings, check=False).returncode


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
