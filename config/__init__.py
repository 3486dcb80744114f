"""Settings, addresses, Celery, WSGI: starts everything, imported by nothing in inventory."""

# Loaded with Django, so that the web process publishes to the broker of the settings and not to a default one.
from config.celery import app as celery_app

__all__ = ["celery_app"]
