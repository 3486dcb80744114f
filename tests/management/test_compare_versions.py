from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from inventory.models import Differing, Team
from tests import factories
from tests.services.labelling.test_version import OTHERWISE
from tests.services.labelling.test_waiting import both_in


def told() -> str:
    out = StringIO()
    call_command("compare_versions", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_it_says_how_many_and_changes_nothing_but_the_list(
    team: Team, now: datetime, second: Callable[[], Any]
) -> None:
    factories.make_price()
    part = factories.make_call(feature=factories.make_feature(team=team)).parts.get()
    both_in(part, now, OTHERWISE, OTHERWISE)
    assert told() == "Version 1 decides otherwise about 0 of the parts.\n"
    second()
    assert told().startswith("Version 2 decides otherwise about 1 of the parts.\nLeads find them")
    part.refresh_from_db()
    assert (part.state, Differing.objects.get().part) == ("agreed", part)
