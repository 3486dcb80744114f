"""The app's name, and what is hung up when it starts."""

from django.apps import AppConfig
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from inventory.exchange import xlsx_sheet


class InventoryConfig(AppConfig):
    name = "inventory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inventory.models import append_only, search, turns  # noqa: PLC0415  models can be imported from here on

        try:
            xlsx_sheet.check()
        except xlsx_sheet.NotDefused as wrong:
            raise ImproperlyConfigured(str(wrong)) from wrong
        connection_created.connect(turns.take, dispatch_uid="turns")
        post_migrate.connect(append_only.put_back, sender=self, dispatch_uid="append_only")
        post_migrate.connect(search.put_back, sender=self, dispatch_uid="search")
        checks.register(append_only.check, checks.Tags.database)
