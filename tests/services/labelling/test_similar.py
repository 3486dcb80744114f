"""Similar sealed parts: what they share, in which order, and how they are found."""

import re

import pytest
from django.db import connection

from inventory.models import Call, Part
from inventory.services.labelling import reconcile, similar
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, PRODUCT, SOMEBODY_WAITS, both_in, put_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(team) -> Part:
    factories.make_price()
    feature = factories.make_feature(team=team)
    return made(feature, tag="Digest", prompt_name="sum", entry_point="jobs.digest", consumer="Claims desk")


def made(feature, consumer="", **fields):
    part = factories.make_call(feature=feature, **fields).parts.get()
    Part.objects.filter(pk=part.pk).update(consumer=consumer)
    return Part.objects.select_related("call").get(pk=part.pk)


def test_those_that_share_most_come_first_and_say_what(part, now):
    one = made(part.feature, tag="DIGEST")
    three = made(part.feature, tag="digest", prompt_name="SUM", consumer="claims DESK")
    unlike = made(part.feature, tag="other")
    for each in (one, three, unlike):
        both_in(each, now)
    found = similar.sealed(part)
    assert [(each.part, each.same, each.by) for each in found] == [
        (three, ("consumer", "tag", "prompt name"), ""), (one, ("tag",), "")
    ]  # fmt: skip


def test_only_sealed_parts_of_live_other_calls_are_similar(part, now):
    alone, disputed, retired = (made(part.feature, tag="digest") for _ in range(3))
    put_in(alone, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    both_in(disputed, now, product=SOMEBODY_WAITS)
    both_in(retired, now)
    Part.objects.filter(pk=retired.pk).update(is_live=False)
    Call.objects.filter(pk=part.call_id).update(is_split=True)
    sibling = factories.make_part(call=part.call, consumer="claims desk")
    both_in(sibling, now)
    assert similar.sealed(part) == []


def test_empty_traits_are_not_shared(part, now):
    bare = made(part.feature)
    both_in(bare, now)
    Part.objects.filter(pk=bare.pk).update(consumer="")
    assert similar.sealed(made(part.feature)) == []


def test_who_settled_is_named_and_five_are_the_most(part, pia, now):
    settled = made(part.feature, tag="digest", prompt_name="sum")
    both_in(settled, now, product=SOMEBODY_WAITS)
    reconcile.settle(part=settled, label="waiting", reason="Asked them", by=pia.actor, at=now, version=settled.version)
    for _ in range(6):
        both_in(made(part.feature, tag="digest"), now)
    found = similar.sealed(part)
    assert len(found) == 5
    assert (found[0].part, found[0].by, found[0].part.reason) == (settled, "Pia", "Asked them")
    assert similar.against("not_waiting", found) == 1
    assert similar.against("", found) == 0


@pytest.mark.parametrize("rows", [1, 30])
def test_it_takes_the_same_queries_however_many_resemble_it(part, now, rows, django_assert_num_queries):
    for _ in range(rows):
        each = made(part.feature, tag="digest", prompt_name="sum", entry_point="jobs.digest", consumer="Claims desk")
        Part.objects.filter(pk=each.pk).update(state="agreed", label="waiting")
    with django_assert_num_queries(5):
        assert len(similar.sealed(part)) == min(rows, 5)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a table of one row is read as a whole there")
def test_each_trait_is_looked_up_by_its_index(part):
    among = Part.objects.live().filter(state__in=similar.SEALED)
    for trait, index in (
        ("consumer", "part_by_consumer"),
        ("call__tag", "call_by_tag"),
        ("call__prompt_name", "call_by_prompt_name"),
        ("call__entry_point", "call_by_entry_point"),
    ):
        text = similar._sharing(among, trait, "Digest")[: similar.NEAR].explain()
        assert f"USING INDEX {index}" in text or f"USING COVERING INDEX {index}" in text, text
        assert not re.search(r"SCAN inventory_(part|call)\b", text), text
