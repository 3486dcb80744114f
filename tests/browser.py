"""Where a browser is on this machine, and how to get one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

# The shell without a window draws the same pages at two thirds of the processor time.
_COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# No call home, no sandbox inside containers. All pages are of one site: a process for each takes the time of its start.
ARGUMENTS = (
    "--process-per-site", "--disable-site-isolation-trials",
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def found() -> str | None:
    """The path of a browser: the one named by CHROMIUM, one of the system, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    ways: list[Callable[[], str | None]] = [lambda: named, *(partial(shutil.which, each) for each in _COMMANDS)]
    for way in (*ways, lambda: _MAC, _playwrights_own):  # the last starts a process: only where the others fail
        path = way()
        if path and Path(path).is_file():
            return path
    return None


def installed() -> str | None:
    """Try to install one, the system's way and then playwright's; its path, or None."""
    ways: list[Sequence[str]] = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        ways = [["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium-headless-shell"], *ways]
    for way in ways:
        sys.stdout.write(f"No browser yet. Trying: {' '.join(way)}\n")
        sys.stdout.flush()
        try:
            subprocess.run(way, check=False, timeout=600, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if found():
            return found()
    return None


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path
