"""The page of the agreement figures: pairs of one team and month, and what it says where there are few."""

import re
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Pair, Team
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in

pytestmark = pytest.mark.django_db
ANSWERS = {"first": {"choice": "person_now"}}
HERE = timezone.get_default_timezone()  # months are those of the installation
LAST_OF_OCTOBER = datetime(2026, 10, 31, 23, 59, tzinfo=HERE)
FIRST_OF_NOVEMBER = datetime(2026, 11, 1, tzinfo=HERE)


def pair(team: Team, product: str, engineering: str, at: datetime = LAST_OF_OCTOBER) -> None:
    Pair.objects.create(
        part_id=1, team=team, test_version=1, at=at, product=product, engineering=engineering,
        product_answers=ANSWERS, engineering_answers=ANSWERS,
    )  # fmt: skip


def text(client: Client, query: str = "") -> str:
    return client.get(f"/agreement{query}").content.decode()


def test_no_pair_yet_says_what_one_is(as_ed: Client) -> None:
    assert "No pair yet" in text(as_ed)


def test_a_few_alike_are_few_and_without_variety(as_ed: Client, team: Team) -> None:
    pair(team, "waiting", "waiting")
    page = text(as_ed)
    assert "1 pair: fewer than 30" in page
    assert "not enough variety" in page
    assert not re.search(r"\bnan\b", page.lower())


def test_both_sheets_in_make_a_pair_with_the_words_of_the_question(as_ed: Client, team: Team, now) -> None:
    factories.make_price()
    part = factories.make_call(feature=factories.make_feature(team=team)).parts.get()
    both_in(part, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    page = text(as_ed)
    assert "agree on 0 % of what they answer apart" in page
    assert "Product alone says that somebody waits 1 time, engineering alone 0" in page
    assert "Who or what uses this result first?" in page


def test_it_is_narrowed_to_a_team_and_a_month(as_ed: Client, team: Team) -> None:
    pair(team, "waiting", "not_waiting")
    pair(factories.make_team(name="Search"), "waiting", "waiting", FIRST_OF_NOVEMBER)
    assert "agree on 50 %" in text(as_ed)
    assert "agree on 0 %" in text(as_ed, f"?team={team.pk}")
    assert "agree on 0 %" in text(as_ed, "?month=2026-10")
    assert "agree on 100 %" in text(as_ed, "?month=2026-11")
    assert "No pair yet" in text(as_ed, f"?team={team.pk}&month=2026-11")


@pytest.mark.parametrize("query", ["?team=x&month=2026-13", "?month=%00", "?team=" + "9" * 30, "?month=2026-10-01"])
def test_what_means_nothing_narrows_nothing(as_ed: Client, team: Team, query: str) -> None:
    pair(team, "waiting", "not_waiting")
    assert "agree on 0 %" in text(as_ed, query)


def test_nobody_is_named(as_ed: Client, team: Team, now) -> None:
    factories.make_price()
    both_in(factories.make_call(feature=factories.make_feature(team=team)).parts.get(), now)
    main = text(as_ed).partition("<main")[2]
    assert "Ed" not in main.replace("Edit", "")
