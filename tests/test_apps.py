import openpyxl
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured


def test_no_process_starts_where_openpyxl_would_resolve_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(ImproperlyConfigured, match="without defusedxml"):
        apps.get_app_config("inventory").ready()
