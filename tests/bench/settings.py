"""Production settings with one page more; secrets for this run only."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-bench-" + "x" * 50)

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
LOGGING = {"version": 1, "disable_existing_loggers": False}
