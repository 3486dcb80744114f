"""The whole history as a file, and blind answers in it."""

import io
from datetime import datetime

import pytest

from inventory.domain.people import Discipline
from inventory.models import Action, Part, Person, Team
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.history import history_file, verification
from tests.services.labelling.test_waiting import both_in
from tests.views.history.test_audit import FIELDS, answered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]


@pytest.fixture
def part(team: Team, pia: Person, now: datetime) -> Part:
    feature = features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=now)
    return calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=now).parts.get()


def written(now: datetime) -> list[str]:
    file = io.BytesIO()
    history_file.write(file, at=now)
    return file.getvalue().decode().splitlines(keepends=True)


def test_what_is_written_verifies_by_itself_and_by_its_head(part: Part, now: datetime, monkeypatch) -> None:
    monkeypatch.setattr(history_file, "AT_ONCE", 2)
    both_in(part, now)
    head = audit.head()
    report = history_file.verify(written(now), published={head.seq: head.hash})
    whole = verification.verify()
    assert report.findings == ()
    assert (report.head, report.changes, report.withheld) == (whole.head, whole.changes, 0)


def test_answers_that_are_still_blind_are_withheld_from_everybody_and_their_place_is_checked(
    part: Part, pia: Person, now: datetime
) -> None:
    answered(part, Discipline.PRODUCT, pia, now)
    lines = written(now)
    assert "person_now" not in "".join(lines)
    report = history_file.verify(lines)
    assert report.is_whole
    assert report.withheld == Action.objects.filter(kind__startswith="waiting.").count()


def test_an_empty_history_is_a_file_that_verifies(db: None, now: datetime) -> None:
    assert history_file.verify(written(now)).is_whole


def test_actions_from_before_the_salt_still_verify(part: Part, now: datetime) -> None:
    """As the first schema wrote them: the link covers no salt."""
    old = Action(
        seq=audit.head().seq + 1, at=now, actor_kind="command", actor_id="x", kind="team.edit", record="team",
        record_id="1", changes_count=0, schema=1, previous=audit.head().hash,
    )  # fmt: skip
    assert "salt" not in audit.chained(old)
    old.salt = "never read"
    assert "salt" not in audit.chained(old)
    old.schema = 2
    assert audit.chained(old)["salt"] == "never read"
