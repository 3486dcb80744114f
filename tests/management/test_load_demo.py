"""`load_demo` shows amounts also on a machine that was never started."""

from django.core.management import call_command

from inventory.models import Part, PriceRow


def test_the_sample_is_priced_before_the_first_start(corner: None, db: None):
    PriceRow.objects.all().delete()
    call_command("load_demo")
    assert [part.name for part in Part.objects.filter(cost_today=None)] == []
    assert Part.objects.count() > 8
