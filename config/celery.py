"""The Celery app and its schedule, for installations with a broker. Several schedulers do no harm."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("batchline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["inventory"])
app.conf.beat_schedule = {
    "sweep": {"task": "inventory.sweep", "schedule": 15, "options": {"expires": 15}},
    "send digests": {"task": "inventory.send_digests", "schedule": 60, "options": {"expires": 60}},
    "clean up": {"task": "inventory.clean_up", "schedule": 3600, "options": {"expires": 3600}},
}
