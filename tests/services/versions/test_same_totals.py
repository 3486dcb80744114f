"""After edits in any order every page says the same: plan, time, waves, realised, scenario, version and workbook."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from inventory import tasks
from inventory.domain import money, status
from inventory.domain.schedule import Term
from inventory.domain.status import Status
from inventory.models import Call, Frozen, Part, Person, Realised, Scenario, Team, Wave
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.files import exchange
from inventory.services.planning import board, ledger, moving, plan, schedule
from inventory.services.planning import wave as waves
from inventory.services.prices import pricing
from inventory.services.versions import scenario
from tests.services.plans import BY, Registered, frozen, move

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
LATER = date(2027, 1, 1)
HALF = {"requests": 1000, "uncached_input": 5000, "cacheable_prefix": 1000, "output": 500}


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 30))])
def test_every_page_has_the_same_totals(
    registered: Registered, team: Team, pia: Person, now: datetime, seed: int
) -> None:
    random = Random(seed)
    for n in range(6):
        registered(today_path=random.choice(["real_time", "batch"]), requests=100 + n, cacheable_prefix=0)
    first = waves.register(team=team, fields={"name": "First", "starts_on": LATER, "ramp_months": 2}, by=BY, at=now)
    open_ended = waves.register(team=team, fields={"name": "Open"}, by=BY, at=now)
    for _ in range(25):
        edited(random, [None, first, open_ended], now)
    assert_same(team, pia, now)


def edited(random: Random, places: list[Wave | None], now: datetime) -> None:
    """One edit of one call or part."""
    part = random.choice(list(Part.objects.live().select_related("call", "team").order_by("pk")))
    call, who = part.call, {"by": BY, "at": now}
    given: dict[str, Any] = {"call": call, "version": call.version, **who}
    match random.randrange(6):
        case 0 if not call.is_split:
            calls.edit(fields={"requests": random.randint(1000, 9000)}, **given)
        case 1:
            calls.edit(fields={"today_path": random.choice(["real_time", "batch"])}, **given)
        case 2 if not call.is_split and call.requests >= 1000:
            more = {"requests": call.requests}
            parts.split(
                parts=[{"name": "Now", **HALF, **more}, {"name": "Later", **HALF, **more}],
                reason="Two readers",
                **given,
            )
        case 3 if Call.objects.live().count() > 4:
            calls.retire(reason="", **given)
        case 4:
            step(random, part, now)
        case _:
            relabelled(part, random.choice(places))


def relabelled(part: Part, wave: Wave | None) -> None:
    """With its siblings priced, as the services do."""
    move(part, wave)
    whole = list(part.call.parts.all())
    pricing.apply(part.call, whole, book=pricing.book(part.call.priced_on))
    for each in whole:
        each.save()
    part.call.save()


def step(random: Random, part: Part, now: datetime) -> None:
    to = random.choice(status.NEXT[Status(part.status)])
    try:
        moving.set_status(part=part, to=to, version=part.version, reason="Read at once", leads=True, by=BY, at=now)
    except moving.Refused:
        return


def assert_same(team: Team, person: Person, now: datetime) -> None:
    sums = plan.totals().overall.sums
    whole = (sums.today, sums.after, sums.saving)
    assert whole[0] - whole[1] == whole[2]
    stored = Part.objects.live().values_list("cost_today", "cost_target", "saving")
    assert tuple(sum(each or 0 for each in column) for column in zip(*stored, strict=True)) == whole

    on_board = board.board(team=team).whole
    assert (on_board.today, on_board.after, on_board.saving) == whole
    five = schedule.told(term=Term(2027 * 12, 12)).five
    assert five.projected == sums.saving
    done = ledger.told(today=now.date()).overall
    assert done.left + done.still == sums.saving

    made = scenario.register(team=None, fields={"name": "As it stands"}, by=BY, at=now, person=person)
    assert made.job is not None
    assert tasks.run_job(made.job.pk)
    found = Scenario.objects.get().found()
    assert found is not None
    assert [(each.today, each.after, each.saving) for each in (found.plan, found.last)] == [whole, whole]

    assert frozen(person, now).state == "done"
    version = Frozen.objects.get()
    assert (version.today, version.after, version.saving) == whole
    assert version.planned == five.planned

    file = BytesIO()
    exchange.export_plan(file, at=now)
    book = load_workbook(file, data_only=True)
    heads, line = list(book["Summary"].iter_rows(max_row=2, values_only=True))
    told = [line[heads.index(f"{name}, $ a month")] for name in ("Today", "After", "Saves")]
    assert [money.cents(money.micro(Decimal(repr(each)))) for each in told] == [money.cents(each) for each in whole]
    assert_realised_is_the_same(book, now)


def assert_realised_is_the_same(book: Workbook, now: datetime) -> None:
    """Page, workbook and database, month by month and entry by entry."""
    found = ledger.told(today=now.date())
    _, *rows = book["Realised"].iter_rows(values_only=True)
    assert [(row[0].date(), row[1] == "planned", micro(row[6])) for row in rows] == [
        (each.day, each.is_planned, each.amount) for each in found.left
    ]
    this = next(row for row in rows if row[0].date() == now.date().replace(day=1))
    done = found.overall
    assert [micro(each) for each in this[2:7]] == [
        done.saved + done.left,
        done.saved,
        done.saved,
        done.verified,
        done.left,
    ]
    _, *entries = book["Ledger"].iter_rows(values_only=True)
    assert sum(micro(row[12]) for row in entries if row[5] == "yes") == done.saved
    assert sum(micro(row[12]) for row in entries if row[4] == "Taken back") == done.ended
    assert len(entries) == Realised.objects.count()
    heads, *parts = book["Parts"].iter_rows(values_only=True)
    left = [row[heads.index("Saves, $ a month")] for row in parts if row[heads.index("Counts as realised")] != "yes"]
    assert sum(micro(each) for each in left) == done.left


def micro(cell: Any) -> int:
    return money.micro(Decimal(repr(cell))) if cell is not None else 0
