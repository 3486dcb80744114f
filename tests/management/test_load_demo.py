"""`load_demo` shows amounts also on a machine that was never started."""

import pytest
from django.core.management import call_command

from inventory.models import Part, PriceRow


@pytest.mark.django_db
def test_the_sample_is_priced_before_the_first_start():
    PriceRow.objects.all().delete()
    call_command("load_demo")
    assert Part.objects.filter(cost_today__isnull=True).count() < 3
