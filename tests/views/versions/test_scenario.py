"""The pages of scenarios: beside the plan, opened, made, changed, copied, deleted."""

import json
import re
from datetime import datetime
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from inventory import tasks
from inventory.domain import money
from inventory.domain.scenario import Step, scaled
from inventory.models import Action, Call, Job, Part, Person, Scenario, Team
from inventory.services.calls import call as calls
from inventory.services.versions import scenario
from tests import factories
from tests.following import CELL, LINK, cents, followed
from tests.services.plans import FIELDS, move
from tests.views.files.test_listed import exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
TYPED = {"name": "Mine", "description": "", "labels": "as_now", "cache": "as_now"}


def made(person: Person, now: datetime, **fields: object) -> Scenario:
    given = {"name": "One", **fields}
    found = scenario.register(team=None, fields=given, by=person.actor, at=now, person=person)
    assert tasks.run_job(found.job.pk)
    return Scenario.objects.get(pk=found.pk)


def text(client: Client, name: str, *args: object, **query: object) -> str:
    return client.get(reverse(name, args=args), query).content.decode()


def test_scenarios_stand_beside_the_plan_with_their_differences(
    as_pia: Client, team: Team, pia: Person, now: datetime
) -> None:
    part = factories.make_call(feature=factories.make_feature(team=team), cacheable_prefix=0).parts.get()
    part.call.priced_on = now.date()
    move(part)
    found = made(pia, now, name="Only easy ones", most_risk=1, most_effort=1)
    Part.objects.update(risk_set=3, risk_why="It was missed before")
    as_pia.post(reverse("scenario.again", args=[found.pk]))
    assert tasks.run_job(Job.objects.order_by("-pk")[0].pk)
    page = text(as_pia, "scenario.list")
    assert "Only easy ones" in page
    assert "New prices from January" in page  # still to be made
    address = reverse("scenario.detail", args=[found.pk])
    change = rf'href="{address}#saving" aria-label="Saves a month: \$0\.00, −\$10\.00: what made the difference"'
    assert re.search(change, page)
    opened = text(as_pia, "scenario.detail", found.pk)
    assert "with a risk above 1" in opened
    row = re.search(r'<tr id="after">(.*?)</tr>', opened)
    cells = [re.sub("<.*?>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]
    assert cells == ["$10.00", "$20.00", "+$10.00", "+$10.00"]  # the plan, all of it, the difference, moves left out


def test_a_starting_point_is_filled_in_and_saved_with_its_job(as_ed: Client) -> None:
    page = text(as_ed, "scenario.new", start="low_risk")
    assert 'value="Low risk only"' in page
    assert '<option value="2" selected>' in page
    answer = as_ed.post(reverse("scenario.new"), {**TYPED, "name": "Low risk only", "most_risk": "2"})
    found = Scenario.objects.get()
    assert answer.headers["Location"] == reverse("scenario.detail", args=[found.pk])
    assert (found.most_risk, found.created_by.name, found.job.kind) == (2, "Ed", "work_out_scenario")
    assert "It is being worked out" in text(as_ed, "scenario.detail", found.pk)
    assert tasks.run_job(found.job.pk)
    assert "It is being worked out" not in text(as_ed, "scenario.detail", found.pk)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Fill this in."),
        ({"cache": "share"}, "Type the share of requests"),
        ({"cache_share": "60"}, "Choose “This share, everywhere”"),
        ({"cache": "share", "cache_share": "160"}, "Type 100 or less"),
        ({"volume": "-100"}, "Type more than -100"),
        ({"volume": "950"}, "Type 900 or less: that is ten times as much"),
        ({"discount": "100"}, "Type less than 100"),
        ({"prices_on": "January"}, "Type a date like 2027-01-01."),
        ({"prices_on": "0001-01-01"}, "Type a year from 2020 to 2100."),
        ({"most_risk": "9"}, "Select a valid choice"),
        ({"labels": "x"}, "Select a valid choice"),
        ({"team": "999999"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_typed_is_lost(
    as_ed: Client, typed: dict[str, str], said: str
) -> None:
    answer = as_ed.post(reverse("scenario.new"), {**TYPED, "description": "Kept words", **typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert not Scenario.objects.exists()


def test_a_name_that_is_taken_is_told_at_its_field(as_ed: Client, ed: Person, now: datetime) -> None:
    made(ed, now, name="Mine")
    answer = as_ed.post(reverse("scenario.new"), TYPED)
    assert answer.status_code == 422
    assert "There is a scenario of that name already" in answer.content.decode()


def test_who_saves_second_sees_both_values(as_ed: Client, ed: Person, now: datetime) -> None:
    found = made(ed, now)
    scenario.edit(scenario=found, version=1, fields={"name": "Theirs"}, by=ed.actor, at=now, person=ed)
    answer = as_ed.post(reverse("scenario.edit", args=[found.pk]), {**TYPED, "name": "Yours", "version": "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<td>Yours</td><td>Theirs</td>" in page
    assert 'name="version" value="2"' in page
    assert as_ed.post(reverse("scenario.delete", args=[found.pk]), {"version": "1"}).status_code == 409
    assert Scenario.objects.get().name == "Theirs"


def test_the_list_offers_to_work_out_again_what_is_out_of_date(as_pia: Client, pia: Person, now: datetime) -> None:
    found = made(pia, now, name="As it stands")
    again = 'aria-label="Work it out again: As it stands"'
    assert again not in text(as_pia, "scenario.list")
    Scenario.objects.filter(pk=found.pk).update(result_version=found.version + 1)
    assert again in text(as_pia, "scenario.list")


def test_copy_again_and_delete(as_ed: Client, ed: Person, now: datetime) -> None:
    found = made(ed, now, most_risk=2)
    as_ed.post(reverse("scenario.copy", args=[found.pk]))
    copied = Scenario.objects.get(name="One, copy")
    assert copied.most_risk == 2
    as_ed.post(reverse("scenario.again", args=[found.pk]))
    as_ed.post(reverse("scenario.again", args=[found.pk]))  # while a job is at it
    assert Job.objects.filter(kind="work_out_scenario").count() == 3
    answer = as_ed.post(reverse("scenario.delete", args=[found.pk]), {"version": "1"})
    assert answer.status_code == 302
    assert list(Scenario.objects.all()) == [copied]
    assert Action.objects.filter(kind="scenario.delete").count() == 1


def test_figures_that_are_out_of_date_say_so(as_ed: Client, ed: Person, team: Team, now: datetime) -> None:
    found = made(ed, now)
    scenario.edit(scenario=found, version=1, fields={"most_risk": 1}, by=ed.actor, at=now, person=ed)
    assert "its assumptions have changed since" in text(as_ed, "scenario.detail", found.pk)
    assert "Out of date" in text(as_ed, "scenario.list", chosen=found.pk)


def test_odd_addresses_narrow_nothing(as_ed: Client) -> None:
    for query in ({"chosen": ["x", "-1", "9" * 30]}, {"team": "x"}, {"start": "x", "team": "x"}):
        assert as_ed.get(reverse("scenario.list"), query).status_code == 200
        assert as_ed.get(reverse("scenario.new"), query).status_code == 200


def test_each_difference_opens_to_the_lines_that_make_it(
    as_pia: Client, team: Team, pia: Person, now: datetime
) -> None:
    features = [factories.make_feature(team=team, name=name) for name in ("Near", "Far")]
    for n in range(3):
        call = factories.make_call(feature=features[n % 2], name=f"Part {n}", requests=1000 + 10 * n)
        call.priced_on = now.date()
        move(call.parts.get())
    factories.make_call(feature=features[0], name="Undecided")
    Part.objects.filter(name="Part 1").update(risk_set=4, risk_why="It was missed before")
    found = made(pia, now, name="All of it", labels="all_sealed", most_risk=3, volume=Decimal("0.5"))
    address = reverse("scenario.lines", args=[found.pk])
    seen = followed(as_pia, [reverse("scenario.detail", args=[found.pk])])
    assert {address, f"{address}?step=volume", f"{address}?step=moves"} <= seen.keys()
    page = text(as_pia, "scenario.lines", found.pk, step="moves")
    assert ("Part 1</a>" in page, "Part 0</a>" in page) == (True, False)
    assert f"/calls/{Part.objects.get(name='Part 1').call_id}/explained" in page
    rows = json.loads(exported(as_pia, "scenario_lines", "json", "step=volume&feature=Far&sort=name", of=found.pk))
    assert [row["name"] for row in rows] == ["Part 1"]
    assert "No line fits" in text(as_pia, "scenario.lines", found.pk, step="chosen")
    text(as_pia, "scenario.lines", found.pk, step="x", team="y", sort="z", page="q")


def test_each_amount_of_a_line_opens_to_its_arithmetic_under_the_assumptions(
    as_pia: Client, team: Team, pia: Person, now: datetime
) -> None:
    """The row of that assumption says the same, and where it leads is what is worked out below."""
    feature = factories.make_feature(team=team, name="Near")
    for n in range(3):
        call = calls.register(
            feature=feature, fields={**FIELDS, "name": f"Part {n}", "requests": 1000 + n}, by=pia.actor, at=now
        )
        move(call.parts.get()) if n else None
    Part.objects.filter(name="Part 1").update(risk_set=4, risk_why="It was missed before")
    assumed = {"labels": "all_sealed", "most_risk": 3, "volume": Decimal("0.5"), "discount": Decimal("0.1")}
    found = made(pia, now, **assumed)
    steps = found.assumptions().steps()
    page = text(as_pia, "scenario.lines", found.pk)
    lines = [(unescape(href), label, shown) for href, label, shown in LINK.findall(page) if "worked out for" in label]
    assert len(lines) > 8
    assert {href.partition("step=")[2].partition("#")[0] for href, *_ in lines} == {
        "discount",
        "volume",
        "labels",
        "moves",
    }
    for href, label, shown in lines:
        answer = as_pia.get(href)
        step, _, anchor = href.partition("?step=")[2].partition("#")
        table = answer.content.decode().partition(f'id="{anchor}"')[2].partition("</table>")[0]
        rows = [dict(CELL.findall(row)) for row in table.split("<tr")[2:]]
        column = {"today": "Today, a month", "after": "After", "saved": "Saves", "possible": "Possible"}[
            label.split()[1].rstrip(":")
        ]
        assert rows[1 + steps.index(Step(step))][column] == shown, (href, label)
        for name in rows[0]:
            *made_of, total = [cents(row[name]) if row[name] != "–" else 0 for row in rows]
            assert abs(sum(made_of) - total) <= len(made_of)
        opened = answer.context["opened"]
        (told,) = opened.parts
        wait = told.explained.real_time or 0
        target = told.explained.batch if told.part.kind == "move_to_batch" else wait
        assert opened.is_kept
        assert told.reached.today == scaled(wait, opened.factor)
        assert told.reached.after == scaled(target or 0, opened.factor)
    largest = [each for each in LINK.findall(text(as_pia, "scenario.detail", found.pk)) if "worked out for" in each[1]]
    assert len(largest) >= 3
    for href, label, shown in largest:
        (told,) = as_pia.get(href).context["opened"].parts
        name = {"today": "today", "after": "after", "saved": "saving"}[label.split()[1].rstrip(":")]
        assert cents(money.shown(getattr(told.reached.less(told.plan), name))) == cents(shown), label
    call = Call.objects.get(name="Part 0")
    calls.edit(call=call, version=call.version, fields={"requests": 5000}, by=pia.actor, at=now)
    assert "Changed since:" in text(as_pia, "scenario.explained", found.pk, call.pk)
    assert "Changed since:" not in as_pia.get(lines[0][0]).content.decode() or str(call.pk) in lines[0][0]
    other = factories.make_call(name="Not in it")
    assert as_pia.get(reverse("scenario.explained", args=[found.pk, other.pk])).status_code == 404


def test_what_was_worked_out_before_lines_were_kept_says_how_to_have_them(
    as_pia: Client, team: Team, pia: Person, now: datetime
) -> None:
    factories.make_call(feature=factories.make_feature(team=team))
    found = made(pia, now, volume=Decimal("0.5"))
    result = {name: value for name, value in found.result.items() if name != "run"}
    Scenario.objects.filter(pk=found.pk).update(result=result)
    page = text(as_pia, "scenario.detail", found.pk)
    assert "Work it out again to have each difference open" in page
    assert reverse("scenario.lines", args=[found.pk]) not in page
    assert "Not kept yet" in text(as_pia, "scenario.lines", found.pk)
