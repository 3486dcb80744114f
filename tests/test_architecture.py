"""The rules of the code that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 300, 40

# Each exception with its reason.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "inventory/domain/waiting_1_consumer.py:_hop": "the declaration of one page of questions, with their wording",
}
WRITES_WITHOUT_ACTION: dict[str, str] = {
    "digest._gone": "that a mail has gone out is like the end of a job: it changes no record",
    "job.save_file": "a job's own machinery: the job's action was written when somebody asked for it",
    "queue.take": "a hold is like the lease of a job: it runs out, and changes no record",
}
LINK = "nobody is signed in: the actor is whoever the one-time link lets in"
WRITES_BY_A_LINK = dict.fromkeys(("people.begin", "people.enter", "invitation.accept", "invitation.join"), LINK)
WRITES_OUTSIDE_SERVICES: dict[str, str] = {}


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
    return ((p.stem, p) for p in python_files("inventory/services") if p.stem != "__init__")


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


def imported_services(path: Path) -> dict[str, str]:
    """How this file calls the services it imports."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("inventory.services")
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


WRITES = {
    "create",
    "save",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "write",
}


BELOW = {"services", "models", "exchange", "domain"}  # the last two know no database


def model_writes(path: Path) -> set[str]:
    """Calls that write a row: `X.objects.….update(…)`, `record.save()`."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            text = ast.unparse(node.func)
            if "objects" in text or node.func.attr == "save":
                found.add(f"{name_of(path)}:{text.split('(')[0]}")
    return found


def test_rows_are_written_by_services_only() -> None:
    above = [p for p in python_files("inventory") if not BELOW.intersection(p.parts)]
    found = set().union(*map(model_writes, above))
    assert found - set(WRITES_OUTSIDE_SERVICES) == set()


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
    }  # fmt: skip
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.M))
    assert used - inner == written


def test_the_lock_files_name_no_hosts() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        assert [x for x in lines if "://" in x or x.lstrip().startswith(("-i", "--index", "--extra", "--find"))] == []
        assert all(re.match(r"[a-z0-9._-]+==\S+|\s+(--hash=sha256:|#)", x) for x in lines)
