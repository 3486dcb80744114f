"""Settings, addresses, Celery, WSGI: starts everything, imported by nothing in inventory."""
