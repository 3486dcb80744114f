"""The same settings, made fast and closed for tests."""

import os
from datetime import timedelta

from django.utils import timezone

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)

from config.settings import *  # noqa: F403
from config.settings import DATABASES, IS_SQLITE, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
CELERY_BROKER_URL = ""
if IS_SQLITE:  # what tests commit need not survive a power cut
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # no test sees what another left

# As if it were so many days later, for everything that asks this clock: no test may lean on the date of its day.
if LATER := int(os.environ.get("LATER", "0")):
    _today = timezone.now
    timezone.now = lambda: _today() + timedelta(days=LATER)
