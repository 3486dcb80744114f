"""`load_prices` loads all of a file, or nothing and says why."""

import json

import pytest
from django.core.management import CommandError, call_command

from inventory.exchange import price_book
from inventory.models import PriceRow


@pytest.mark.django_db
def test_it_loads_the_packaged_book_and_says_what_it_did(capsys):
    call_command("load_prices")
    call_command("load_prices")

    assert capsys.readouterr().out.splitlines() == [
        "Prices as of 2026-11-22: 350 new, 0 changed, 0 as they were.",
        "Prices as of 2026-11-22: 0 new, 0 changed, 350 as they were.",
    ]


@pytest.mark.django_db
def test_a_wrong_row_stops_it_and_is_named(tmp_path):
    found = json.loads(price_book.PACKAGED.read_text())
    found["rows"][4]["prices"]["output"] = "-1"
    file = tmp_path / "prices.json"
    file.write_text(json.dumps(found))

    with pytest.raises(CommandError) as refused:
        call_command("load_prices", str(file))

    assert str(refused.value) == (
        "Nothing was loaded.\nrows[5] claude-mythos-5-2 on aws, output: must not be negative, nor above 1,000,000: -1"
    )
    assert not PriceRow.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("load_prices", str(tmp_path / name))
