"""The app's name, and what is hung up when it starts."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inventory.models import append_only, search  # noqa: PLC0415  models can be imported from here on

        post_migrate.connect(append_only.put_back, sender=self, dispatch_uid="append_only")
        post_migrate.connect(search.put_back, sender=self, dispatch_uid="search")
        checks.register(append_only.check, checks.Tags.database)
