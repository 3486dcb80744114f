"""How gunicorn runs the web process: a few threads in a few processes that share the loaded code."""

import gc
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any


def _bind() -> str:
    """The supervisor holds the port and hands it over: it stays taken while the web process is started again."""
    if "LISTEN_FD" in os.environ:
        return f"fd://{os.environ['LISTEN_FD']}"
    return f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"


bind = _bind()
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 10
loglevel = "warning"
if Path("/dev/shm").is_dir():
    worker_tmp_dir = "/dev/shm"  # its heartbeat file must not wait for a slow disk


def when_ready(server: Any) -> None:
    """Loaded, not yet forked. What is loaded by now lives for ever: collections need not walk it again."""
    gc.collect()
    gc.freeze()
    supervisor = os.environ.get("BATCHLINE_SUPERVISOR")
    if supervisor:
        threading.Thread(target=_end_with, args=(int(supervisor),), daemon=True).start()


def _end_with(supervisor: int) -> None:
    """A supervisor that was killed cannot stop its children: they notice."""
    while os.getppid() == supervisor:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
