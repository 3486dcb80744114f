"""Runs every step and prints the figures; writes bench-results.json. CALLS= sets the large size."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import server

FULL = 100_000
LARGE = int(os.environ.get("CALLS", "100000"))
MIDDLE, SMALL = min(1000, LARGE), min(100, LARGE)
ROUNDS = 40
GROWING = ("list", "feature", "plan")  # pages whose time and queries must not grow with the inventory


class Figures:
    """What was measured, each with its floor of the same run; a limit that does not hold fails the bench."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, name: str, value: float, floor: float, limit: float) -> None:
        ratio = value / floor if floor else float("inf")
        self.rows.append(
            {"name": name, "value": round(value, 4), "floor": round(floor, 4), "ratio": round(ratio, 3), "limit": limit}
        )
        mark = "" if ratio <= limit else "   OVER THE LIMIT"
        sys.stdout.write(f"{name:46} {value:12.3f} / {floor:10.3f} = {ratio:7.2f}   limit {limit}{mark}\n")
        sys.stdout.flush()

    def hold(self) -> bool:
        return all(float(str(row["ratio"])) <= float(str(row["limit"])) for row in self.rows)


def main() -> int:
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        databases = {size: _database(size, Path(folder)) for size in (SMALL, MIDDLE, LARGE)}
        known = {size: _step(databases[size], "build", str(size)) for size in databases}
        _queries(figures, databases, known)
        _pages(figures, databases, known)
        if LARGE >= FULL:  # in a small inventory it is what stands around the sums that takes the time
            sums = _step(databases[LARGE], "sums")
            figures.add("plan totals after a write / bare SQL sum", sums["totals"] * 1000, sums["bare"] * 1000, 2)
            page = _step(databases[LARGE], "plan")
            figures.add("ms of plan after a write / bare sums it shows", page["page"], page["bare"], 2)
        _exports(figures, databases)
        _imports(figures, databases)
        _repricing(figures, databases)
        _meanwhile(figures, databases[LARGE], known[LARGE])
    Path("bench-results.json").write_text(json.dumps(figures.rows, indent=1) + "\n")
    return 0 if figures.hold() else 1


def _queries(figures: Figures, databases: dict[int, dict[str, str]], known: dict[int, dict[str, int]]) -> None:
    counts = {}
    for size in (SMALL, LARGE):
        paths = [path for path, _ in _paths(known[size]).values()]
        counts[size] = list(_step(databases[size], "queries", *paths).values())
    for name, few, many in zip(_paths(known[LARGE]), counts[SMALL], counts[LARGE], strict=True):
        figures.add(f"queries of {name}, {LARGE:,} / {SMALL:,} calls", many, few, 1)


def _pages(figures: Figures, databases: dict[int, dict[str, str]], known: dict[int, dict[str, int]]) -> None:
    times = {}
    for size in (MIDDLE, LARGE):
        pages = {"authpage": ("/authpage", {}), **_paths(known[size])}
        pages["fragment"] = ("/calls", {"HX-Request": "true", "HX-Target": "results"})
        pages["search"] = ("/calls?q=citation", {})
        pages["search, rare"] = ("/calls?q=bench-77", {})
        with server.running(databases[size]) as port:
            times[size] = server.milliseconds(port, str(known[size]["session"]), pages, ROUNDS)
    for name in GROWING:
        figures.add(f"ms of {name}, {LARGE:,} / {MIDDLE:,} calls", times[LARGE][name], times[MIDDLE][name], 3)
    limits = {"list": 8, "fragment": 5, "detail": 6, "history": 6, "search": 10, "search, rare": 10}
    for name, limit in limits.items():
        figures.add(f"ms of {name} / authpage", times[LARGE][name], times[LARGE]["authpage"], limit)


def _exports(figures: Figures, databases: dict[int, dict[str, str]]) -> None:
    small, large = (_step(databases[size], "export") for size in (MIDDLE, LARGE))
    figures.add("s of export / bare writer", large["export"], large["bare"], 1.5)
    # Constant: growing 100-fold in calls may cost what caches and the larger file's buffers take, not rows in memory.
    figures.add(f"MB of export, {LARGE:,} / {MIDDLE:,} calls", large["peak_mb"], small["peak_mb"], 1.5)


def _imports(figures: Figures, databases: dict[int, dict[str, str]]) -> None:
    """As many new rows as there are calls, into the large inventory, history included. A fresh one would flatter it."""
    found = _step(databases[LARGE], "import", str(LARGE))
    figures.add(f"s of import of {LARGE:,} rows / bare bulk insert", found["import"], found["bare"], 5)
    figures.add(
        f"s of preview and import of {LARGE:,} rows / bare", found["preview"] + found["import"], found["bare"], 8
    )
    # In its last step nobody else can save on SQLite; on PostgreSQL nobody while the history is written.
    figures.add(f"s that import of {LARGE:,} rows holds others up / bare", found["held"], found["bare"], 2)


def _meanwhile(figures: Figures, environment: dict[str, str], known: dict[str, int]) -> None:
    """What people notice of a long job: the p95 of the pages while a worker carries it, against while it is stopped."""
    for what in ("export", "preview", "import"):
        _step(environment, "ask", what, str(LARGE))
        with server.running(environment) as port:
            server.milliseconds(port, str(known["session"]), _paths(known), 1)
            command = [sys.executable, "manage.py", "work", "--once"]
            with subprocess.Popen(command, env={**os.environ, **environment}) as worker:
                found = server.p95_beside(port, str(known["session"]), _paths(known), worker)
        if not found:
            sys.stdout.write(f"The {what} of {LARGE:,} was over too soon to tell what it does to the pages.\n")
        for name, (during, before) in found.items():
            figures.add(f"ms, p95 of {name} during {what} of {LARGE:,} / without", during, before, 1.5)


def _repricing(figures: Figures, databases: dict[int, dict[str, str]]) -> None:
    """Last of all, because it changes what the other figures were measured on."""
    small, large = (_step(databases[size], "reprice") for size in (MIDDLE, LARGE))
    figures.add(f"s of re-pricing {LARGE:,} calls / bare SQL update", large["reprice"], large["bare"], 20)
    figures.add(f"MB of re-pricing, {LARGE:,} / {MIDDLE:,} calls", large["peak_mb"], small["peak_mb"], 1.5)


def _paths(known: dict[str, int]) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        "list": ("/calls", {}),
        "feature": (f"/features/{known['feature']}", {}),
        "plan": ("/plan", {}),
        "detail": (f"/calls/{known['call']}", {}),
        "history": ("/history", {}),
        "home": ("/", {}),
    }


def _database(size: int, folder: Path) -> dict[str, str]:
    """The environment of a fresh database: a SQLite file, or beside the PostgreSQL database that DATABASE_URL names."""
    given = os.environ.get("DATABASE_URL", "")
    url = f"sqlite:///{folder}/{size}.sqlite3"
    if given.startswith("postgres"):
        server_url, _, name = given.rpartition("/")
        fresh = f"{name.partition('?')[0]}_bench_{size}"
        for command in (f'DROP DATABASE IF EXISTS "{fresh}"', f'CREATE DATABASE "{fresh}"'):
            _sql(f"{server_url}/postgres", command)
        url = f"{server_url}/{fresh}"
    return {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "STATIC_ROOT": _static(folder)}


def _sql(url: str, command: str) -> None:
    script = "import psycopg,sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
    subprocess.run([sys.executable, "-c", script, url, command], check=True)


def _static(folder: Path) -> str:
    """Hashed static files, collected once a run."""
    root = folder / "static"
    if not root.exists():
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "STATIC_ROOT": str(root)}
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], check=True, env=environment)
    return str(root)


def _step(environment: dict[str, str], *words: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.worker", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **environment})
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
