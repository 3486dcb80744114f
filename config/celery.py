"""The Celery app and its schedule, for installations with a broker. Several schedulers do no harm."""

import os
import signal
import threading
import time
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("batchline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["inventory"])
app.conf.beat_schedule = {
    "sweep": {"task": "inventory.sweep", "schedule": 15, "options": {"expires": 15}},
    "send digests": {"task": "inventory.send_digests", "schedule": 60, "options": {"expires": 60}},
    "clean up": {"task": "inventory.clean_up", "schedule": 3600, "options": {"expires": 3600}},
}


def step_back(**given: Any) -> None:
    """Behind whoever looks at pages on the same machine; its children follow."""
    os.nice(settings.WORKER_NICENESS)


def end_with_supervisor(**given: Any) -> None:
    """A supervisor that was killed cannot stop the worker it started: that notices."""
    supervisor = os.environ.get("BATCHLINE_SUPERVISOR")
    if supervisor:
        threading.Thread(target=_watch, args=(int(supervisor),), daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


worker_init.connect(step_back)
worker_init.connect(end_with_supervisor)
