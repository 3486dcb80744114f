"""Notices: who is told of what, and that a notice says nothing a side has answered."""

from datetime import timedelta

import pytest
from django.test import Client

from inventory.domain.people import Discipline
from inventory.models import Notice, Part, Person, Team
from inventory.services import notice
from inventory.services.labelling import waiting
from tests import factories
from tests.services.labelling.test_waiting import SOMEBODY_WAITS, give

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(team: Team, pia: Person, ed: Person, now) -> Part:
    """Product has answered a part whose engineering owner is Ed."""
    factories.make_price()
    feature = factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)
    part = factories.make_call(feature=feature, name="Ticket summary").parts.get()
    give(part, Discipline.PRODUCT, SOMEBODY_WAITS[Discipline.PRODUCT], now)
    waiting.submit(part=part, side=Discipline.PRODUCT, by=pia.actor, at=now, person=pia)
    return part


def test_the_other_owner_is_told_and_nothing_of_the_sheet(as_ed: Client, as_pia: Client, answered: Part) -> None:
    page = as_ed.get("/notices").content.decode()
    assert "Ticket summary" in page
    assert "The other side has answered, and yours is asked" in page
    assert not any(word in page for word in ("Somebody waits", "minutes", "colleague"))
    assert "Nothing yet" in as_pia.get("/notices").content.decode()


def test_the_header_counts_what_is_new_until_it_is_read(as_ed: Client, answered: Part) -> None:
    seen = Notice.objects.get()
    assert 'Notices<span class="tag">1</span>' in as_ed.get("/notices").content.decode()
    as_ed.post("/notices/read", {"up_to": seen.pk - 1})
    assert Notice.objects.unread().count() == 1  # not yet shown when the page was made
    as_ed.post("/notices/read", {"up_to": seen.pk})
    assert Notice.objects.unread().count() == 0


def test_a_number_that_means_nothing_breaks_nothing(as_ed: Client, answered: Part) -> None:
    for typed in ("", "x", "-1", "²", "9" * 19, "9" * 40):
        assert as_ed.post("/notices/read", {"up_to": typed}).status_code == 302, typed


def test_nobody_reads_or_marks_what_is_anothers(as_pia: Client, answered: Part) -> None:
    as_pia.post("/notices/read", {"up_to": 10**9})
    assert Notice.objects.unread().count() == 1


def test_a_part_that_is_gone_leads_to_its_call(as_ed: Client, answered: Part) -> None:
    Notice.objects.update(part=None)
    assert f'href="/calls/{answered.call_id}"' in as_ed.get("/notices").content.decode()


def test_old_ones_go(answered: Part) -> None:
    until = Notice.objects.get().at + notice.KEPT
    notice.drop_old(at=until)
    assert Notice.objects.count() == 1
    notice.drop_old(at=until + timedelta(seconds=1))
    assert Notice.objects.count() == 0
