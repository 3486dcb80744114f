"""The rules of the code that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 300, 40

# Each exception with its reason.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "inventory/domain/waiting_1_consumer.py:_hop": "the declaration of one page of questions, with their wording",
}
WRITES_WITHOUT_ACTION: dict[str, str] = {
    "talk.digest._gone": "that a mail has gone out is like the end of a job: it changes no record",
    "job.save_file": "a job's own machinery: the job's action was written when somebody asked for it",
    "labelling.queue.take": "a hold is like the lease of a job: it runs out, and changes no record",
}
LINK = "nobody is signed in: the actor is whoever the one-time link lets in"
WRITES_BY_A_LINK = dict.fromkeys(
    ("people.people.begin", "people.people.enter", "people.invitation.accept", "people.invitation.join"), LINK
)
WRITES_OUTSIDE_SERVICES: dict[str, str] = {
    "inventory/views/health.py:cursor.execute": "asks the database whether it answers",
}
# Services, or single functions of them, that write rows of which the history keeps nothing.
NO_RECORD: dict[str, str] = {
    "versions.comparison": "what two versions of the plan differ by follows from them, and is forgotten",
    "talk.digest": "which mail has gone out",
    "job": "a job's own machinery: that somebody asked for it, or for its end, is an action",
    "notice.drop_old": "old notices",
    "notice.read_all": "that notices were seen",
    "intake.preview": "what an uploaded file would do: nothing of the inventory yet",
    "labelling.queue": "who has which part in hand: it runs out",
    "prices.reprice.drop": "amounts computed aside, not yet applied",
    "prices.reprice.drop_old": "amounts computed aside, never applied",
    "prices.reprice.stage": "amounts computed aside, not yet applied",
    "versions.scenario_figures": "what a scenario comes to follows from the plan",
    "intake.upload": "a file and what was ticked in it: what is imported is an action",
    "labelling.version.work_out": "what a newer test would decide follows from the answers",
}


def python_files(folder: str) -> list[Path]:
    return [p for p in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in p.parts]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long() -> None:
    files = [*python_files("inventory"), *python_files("config")]
    long = {name_of(p): n for p in files if (n := len(p.read_text().splitlines())) > LONGEST_FILE}
    assert {name: n for name, n in long.items() if name not in LONG_FILES} == {}
    assert set(LONG_FILES) == set(LONG_FILES) & set(long), "an exception is no longer needed"


def test_no_function_is_too_long() -> None:
    long = {
        f"{name_of(path)}:{f.name}": lines
        for path in [*python_files("inventory"), *python_files("config")]
        for f in functions(path)
        if (lines := (f.end_lineno or 0) - f.lineno + 1) > LONGEST_FUNCTION
    }
    assert {name: n for name, n in long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) == set(LONG_FUNCTIONS) & set(long), "an exception is no longer needed"


def test_imports_go_down_the_floors() -> None:
    """In a process of its own, as the contract reads the files anew."""
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# Services


def services() -> Iterator[tuple[str, Path]]:
    """Each module by its path below `inventory.services`: `prices.reprice`."""
    floor = ROOT / "inventory" / "services"
    found = (p for p in python_files("inventory/services") if p.stem != "__init__")
    return ((".".join(p.relative_to(floor).with_suffix("").parts), p) for p in found)


def is_atomic(f: ast.FunctionDef) -> bool:
    return any("transaction.atomic" in ast.unparse(d) for d in f.decorator_list)


def called(f: ast.AST, module: str, imported: dict[str, str]) -> set[str]:
    """Functions of services that `f` calls, as `module.name`."""
    found = set()
    for node in ast.walk(f):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(f"{module}.{node.func.id}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            found.add(f"{imported.get(owner, owner)}.{node.func.attr}")
    return found


@cache
def imported_services(path: Path) -> dict[str, str]:
    """How this file calls the services it imports, and which each is: `reprice` is `prices.reprice`."""
    floor = "inventory.services"
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}".removeprefix(f"{floor}.")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(floor)
        for alias in node.names
    }


@cache
def calls_of_services() -> dict[str, tuple[ast.FunctionDef, frozenset[str]]]:
    return {
        f"{module}.{f.name}": (f, frozenset(called(f, module, imported_services(path))))
        for module, path in services()
        for f in functions(path)
    }


def recording() -> set[str]:
    """Functions that write an action, themselves or through another."""
    known = {"audit.record", "audit.append"}
    while True:
        more = {name for name, (_, calls) in calls_of_services().items() if calls & known} | known
        if more == known:
            return known
        known = more


def test_every_write_service_leaves_an_action() -> None:
    atomic = {name for name, (f, _) in calls_of_services().items() if is_atomic(f)}
    assert atomic - recording() - set(WRITES_WITHOUT_ACTION) == set()
    assert set(WRITES_WITHOUT_ACTION) <= atomic, "an exception is no longer needed"


def test_every_write_service_takes_by_and_at_as_keywords() -> None:
    missing = {
        name: lacking
        for name, (f, _) in calls_of_services().items()
        if is_atomic(f) and not f.name.startswith("_") and name not in WRITES_WITHOUT_ACTION
        if (lacking := {"by", "at"} - {a.arg for a in f.args.kwonlyargs})
    }
    assert missing == dict.fromkeys(WRITES_BY_A_LINK, {"by"})


# What writes a row, asynchronously too; and raw SQL, of which nobody can tell by its looks whether it writes.
WRITES = {
    name
    for verb in (
        "create",
        "save",
        "update",
        "delete",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
    )
    for name in (verb, f"a{verb}")
} | {"write", "save_base", "_raw_delete", "execute", "executemany", "executescript", "callproc", "raw", "RawSQL"}
NO_ROWS = {
    "self.stdout.write", "self.stderr.write", "file.write", "table.write", "book.save", "vars().update",
    "models.Q.create", "found.update", "parts.update", "found.setdefault((record, record_id), {}).update",
}  # fmt: skip
BELOW = {"services", "models", "exchange", "domain"}  # the last two know no database
OF_MODELS = {
    "append_only.py", "audit.py", "bulk.py", "notice.py", "people.py", "reprice.py", "search.py", "staged.py",
    "turns.py",  # sends what others wrote
    "versioned.py",
}  # fmt: skip


def row_writes(node: ast.AST, module: str = "", imported: Mapping[str, str] = MappingProxyType({})) -> set[str]:
    """Calls that write a row or may, unless they are those of a service: `X.objects.….update(…)`, `record.save()`."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in WRITES:
            owner = ast.unparse(each.func.value)
            if f"{imported.get(owner, owner)}.{each.func.attr}" not in calls_of_services():
                found.add(ast.unparse(each.func))
        elif isinstance(each, ast.Name) and each.id == "RawSQL":
            found.add(each.id)
    return found - NO_ROWS


def test_rows_are_written_by_services_only() -> None:
    """`net.py` holds the same against the statements of every test."""
    above = [*python_files("config"), *(p for p in python_files("inventory") if not BELOW.intersection(p.parts))]
    found = {f"{name_of(p)}:{text}" for p in above for text in row_writes(parsed(p), p.stem, imported_services(p))}
    assert found == set(WRITES_OUTSIDE_SERVICES)


def test_models_write_in_the_few_files_that_services_call() -> None:
    found = {p.name for p in python_files("inventory/models") if row_writes(parsed(p))}
    assert found == OF_MODELS


def writing() -> set[str]:
    """Functions of services that write a row, themselves or through another."""
    known = {name for name, (f, _) in calls_of_services().items() if row_writes(f)}
    while True:
        more = {name for name, (_, calls) in calls_of_services().items() if calls & known} | known
        if more == known:
            return known
        known = more


def test_whatever_pages_jobs_and_commands_have_written_leaves_an_action_or_is_no_record() -> None:
    """Also without a transaction of its own, which `test_every_write_service_leaves_an_action` goes by."""
    above = [p for p in python_files("inventory") if not BELOW.intersection(p.parts)]
    asked = set().union(*(called(parsed(p), p.stem, imported_services(p)) for p in above))
    silent = {name for name in asked & writing() - recording() if "._" not in name}
    excused = {known for known in NO_RECORD for name in silent if known in (name, name.rpartition(".")[0])}
    assert {name for name in silent if not NO_RECORD.keys() & {name, name.rpartition(".")[0]}} == set()
    assert set(NO_RECORD) == excused, "an exception is no longer needed"


# Templates

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[^\s=]*)\s*=", re.I),
    "javascript: address": re.compile(r"=\s*[\"']?javascript:", re.I),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: name_of(p).removeprefix("templates/"))
def test_a_template_has_nothing_inline_and_names_what_it_ends(path: Path) -> None:
    text = path.read_text()
    assert [name for name, pattern in INLINE.items() if pattern.search(text)] == []
    assert re.findall(r"{%\s*endblock\s*%}", text) == []
    assert text.find("{% extends") in (0, -1)


# What is written down


def test_the_table_of_settings_names_every_variable_and_no_other() -> None:
    read = r"""env(?:\.\w+)?\(\s*["']([A-Z_]+)["']|environ(?:\.get\(|\[)["']([A-Z_]+)["']"""
    used = {
        a or b
        for path in [*python_files("config"), *python_files("tests")]
        for a, b in re.findall(read, path.read_text())
    }
    inner = {
        "LISTEN_FD", "BATCHLINE_SUPERVISOR", "DJANGO_SETTINGS_MODULE", "LATER", "LEASE", "QUEUE", "CONTENT_TYPE",
        "PYTEST_XDIST_WORKER_COUNT", "EXAMPLES",
    }  # fmt: skip
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.M))
    assert used - inner == written


def test_the_lock_files_name_no_hosts() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        assert [x for x in lines if "://" in x or x.lstrip().startswith(("-i", "--index", "--extra", "--find"))] == []
        assert all(re.match(r"[a-z0-9._-]+==\S+|\s+(--hash=sha256:|#)", x) for x in lines)
