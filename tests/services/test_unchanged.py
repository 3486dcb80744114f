"""What is kept until the next action: never older than history."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from inventory.domain.audit import Actor
from inventory.models import Part, Team
from inventory.services import audit, home
from inventory.services.planning import plan
from tests import factories

BY = Actor("command", "test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _with_a_cache(settings: Settings) -> Iterator[None]:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


def renamed(team: Team, name: str) -> None:
    with transaction.atomic():
        before = audit.states(team)
        team.name = name
        team.save()
        audit.record(kind="team.edit", by=BY, at=factories.AT, subject=team, before=before, after=audit.states(team))


def spends(team: Team, amount: int) -> Part:
    part = factories.make_call(feature=factories.make_feature(team=team)).parts.get()
    Part.objects.filter(pk=part.pk).update(cost_today=amount)
    return part


def test_figures_are_kept_until_the_next_action_and_no_longer() -> None:
    team = factories.make_team(name="Documents")
    spends(team, 5)
    assert plan.totals().overall.sums.today == plan.totals(team=team).overall.sums.today == 5
    with CaptureQueriesContext(connection) as queries:
        assert plan.totals().teams[0].name == "Documents"
    assert len(queries) == 1
    renamed(team, "Papers")
    assert plan.totals().teams[0].name == "Papers"


def test_each_team_has_its_own() -> None:
    one, other = factories.make_team(), factories.make_team()
    spends(one, 5), spends(other, 7)
    found = [plan.totals(team=each).overall.sums.today for each in (one, other, None)]
    assert found == [plan.totals(team=each).overall.sums.today for each in (one, other, None)] == [5, 7, 12]


def test_inside_a_transaction_nothing_is_kept() -> None:
    """A write may stand there whose action does not yet, and which may be taken back."""
    team = factories.make_team()
    part = spends(team, 5)
    with transaction.atomic():
        Part.objects.filter(pk=part.pk).update(cost_today=9)
        assert plan.totals().overall.sums.today == 9
        transaction.set_rollback(True)
    assert plan.totals().overall.sums.today == 5


def test_what_needs_a_person_is_summed_up_once_until_the_next_action() -> None:
    team = factories.make_team()
    ed = factories.make_person(team=team, discipline="engineering")
    spends(team, 7)

    def asked() -> tuple[int, int, int]:
        needs = home.needs(ed, today=factories.AT.date())
        return needs.answer.count, needs.answer.today, home.calls()

    assert asked() == (1, 7, 1)
    spends(team, 5)
    assert asked() == (1, 7, 1)  # past the services nobody hears of it
    renamed(team, "Other")
    assert asked() == (2, 12, 2)
    pia = factories.make_person(team=team, discipline="product")
    assert home.needs(pia, today=factories.AT.date()).answer.count == 2
