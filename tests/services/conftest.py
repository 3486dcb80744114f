"""What several tests of services share."""

from datetime import datetime

import pytest

from inventory.models import Call, Team
from inventory.services.calls import call as calls
from tests import factories
from tests.services.plans import BY, FIELDS, Registered


@pytest.fixture
def registered(team: Team, now: datetime) -> Registered:
    feature = factories.make_feature(team=team)

    def register(**fields: object) -> Call:
        number = Call.objects.count()
        into = fields.pop("feature", feature)
        given = {**FIELDS, "key": f"c-{number}", "name": f"Call {number}", **fields}
        return calls.register(feature=into, fields=given, by=BY, at=now)

    return register
