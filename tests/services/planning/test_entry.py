"""Entries of the ledger opened to their arithmetic, as it stood when the move was done."""

import pytest
from django.test import Client

from inventory.domain.status import Status
from inventory.models import Part, PriceRow, Realised
from inventory.services.calls import call as calls
from inventory.services.planning import arrangement, moving
from inventory.services.planning import entry as entries
from inventory.services.prices import pricing
from inventory.services.prices.explanation import Explained
from tests.services.labelling.test_waiting import both_in
from tests.services.undoing.test_undo import BY, World, done, edit, last, put, split, world  # noqa: F401

pytestmark = pytest.mark.django_db


def opened(entry: Realised | None = None) -> entries.Opened:
    found = entries.opened(entry or Realised.objects.latest("pk"))
    assert found.call is not None
    return found


def only(found: entries.Opened) -> Explained:
    assert found.explanations is not None
    ((_, explained),) = found.explanations.parts
    return explained


def test_an_entry_opens_to_what_its_call_was_and_cost_that_day(world: World) -> None:  # noqa: F811
    done(world, Status.MOVED)
    entry = Realised.objects.get()
    call = world.fresh(world.call)
    edit(world, requests=9999, today_path="batch")
    found = opened(entry)
    explained = only(found)
    assert entry.saving > 0
    assert (explained.real_time, explained.batch) == (entry.cost_before, entry.cost_after)
    assert (explained.requests, found.call.today_path) == (call.requests, "real_time")
    assert [(each.before, each.after, each.is_move) for each in found.pieces] == [
        (entry.cost_before, entry.cost_after, True)
    ]
    assert found.seq == last("move.set_status").seq
    assert sum(line.amount for line in explained.real_time_lines) == pytest.approx(entry.cost_before, abs=5)


def test_what_was_on_its_new_path_already_opens_to_the_old_one(world: World) -> None:  # noqa: F811
    put(world, world.wave)
    for each in (Status.AGREED, Status.PLANNED, Status.MOVING):
        moved(world.part, each, world)
    edit(world, today_path="batch")
    moved(world.part, Status.MOVED, world)
    entry, found = Realised.objects.get(), opened()
    assert (world.part.kind, entry.saving > 0) == ("stay_batch", True)
    assert (only(found).real_time, only(found).batch) == (entry.cost_before, entry.cost_after)
    assert found.pieces[0].part.kind == "stay_batch"


def moved(part: Part, to: Status, world: World) -> None:  # noqa: F811
    moving.set_status(part=part, to=to, version=part.version, leads=True, by=BY, at=world.at)


def test_the_parts_of_a_split_add_up_to_its_first_entry(world: World) -> None:  # noqa: F811
    split(world)
    preview, analysis = world.call.parts.order_by("position")
    both_in(analysis, world.at)
    analysis.refresh_from_db()
    arrangement.put(team=world.team, versions={analysis.pk: analysis.version}, wave=world.wave, by=BY, at=world.at)
    for each in (Status.AGREED, Status.PLANNED, Status.MOVING, Status.MOVED):
        analysis.refresh_from_db()
        moved(analysis, each, world)
    entry, found = Realised.objects.get(), opened()
    assert [each.part.name for each in found.pieces if each.is_move] == ["Full analysis"]
    assert sum(each.before for each in found.pieces) == entry.cost_before
    assert sum(each.after for each in found.pieces) == entry.cost_after
    assert found.corrected is None
    assert preview.pk in {part.pk for part, _ in found.explanations.parts}  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["real_time", "batch"])
def test_prices_corrected_since_are_told_and_the_entry_stays(path: str, world: World) -> None:  # noqa: F811
    put(world, world.wave)
    for each in (Status.AGREED, Status.PLANNED, Status.MOVING):
        moved(world.part, each, world)
    if path == "batch":
        edit(world, today_path="batch")
    moved(world.part, Status.MOVED, world)
    before = Realised.objects.get()
    assert opened().corrected is None
    PriceRow.objects.update(output=50_000_000)
    pricing._book.cache_clear()
    found = opened()
    assert found.corrected == (only(found).real_time, before.cost_after)  # what a batch costs was not corrected
    assert found.entry.cost_before == before.cost_before


def test_an_entry_without_a_price_and_one_history_does_not_tell_of(world: World) -> None:  # noqa: F811
    done(world, Status.MOVED)
    entry = Realised.objects.get()
    Realised.objects.filter(pk=entry.pk).update(cost_before=None, cost_after=None, saving=0)
    assert opened().pieces == ()
    other = Realised.objects.create(
        part_id=world.other.parts.get().pk,
        call_id=world.other.pk,
        team=world.team,
        name="X",
        moved_at=world.at,
        saving=0,
    )
    assert entries.opened(other) == entries.Opened(other)


def test_every_amount_of_the_ledger_leads_to_its_arithmetic(world: World) -> None:  # noqa: F811
    done(world, Status.MOVED)
    entry = Realised.objects.get()
    client = Client()
    client.force_login(world.lead, backend="django.contrib.auth.backends.ModelBackend")
    ledger = client.get("/plan/realised").content.decode()
    assert ledger.count(f'href="/plan/realised/{entry.pk}"') == 3
    page = " ".join(client.get(f"/plan/realised/{entry.pk}").content.decode().split())
    for words in ("In real time", "In a batch", "Prices it rests on", "called it moved", "a month</strong>"):
        assert words in page
    assert client.get("/plan/realised/99999").status_code == 404
    calls.retire(call=world.fresh(world.call), version=world.fresh(world.call).version, reason="R", by=BY, at=world.at)
    assert "Prices it rests on" in client.get(f"/plan/realised/{entry.pk}").content.decode()
    Realised.objects.create(
        part_id=world.other.parts.get().pk,
        call_id=world.other.pk,
        team=world.team,
        name="X",
        moved_at=world.at,
        saving=0,
    )
    told = client.get(f"/plan/realised/{Realised.objects.latest('pk').pk}").content.decode()
    assert "The history does not tell how its call stood then" in told
    assert "not known when it was called moved" in told
