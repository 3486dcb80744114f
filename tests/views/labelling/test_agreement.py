"""The page of a dispute and its ways out: who sees what, and that nothing typed is lost."""

from itertools import product

import pytest
from django.test import Client

from inventory.domain.people import Discipline
from inventory.models import Call, Part, Person, Sheet, Team
from inventory.services.calls import part as parts
from inventory.services.people import team as teams
from tests import factories
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS, both_in, put_in

pytestmark = pytest.mark.django_db
PRODUCT, ENGINEERING = Discipline.PRODUCT, Discipline.ENGINEERING
UNSURE = dict.fromkeys(("first", "late", "needed"), "unsure")


@pytest.fixture
def part(team: Team) -> Part:
    factories.make_price()
    return factories.make_call(feature=factories.make_feature(team=team), name="Ticket summary").parts.get()


@pytest.fixture
def disputed(part: Part, now) -> Part:
    both_in(part, now, product=SOMEBODY_WAITS, engineering=NOBODY_WAITS)
    return part


def shown(client: Client, part: Part) -> str:
    return client.get(f"/parts/{part.pk}/agree").content.decode()


def version(part: Part, side: Discipline) -> int:
    return Sheet.objects.get(part=part, side=side).version


def test_the_first_differing_answer_stands_on_top_with_what_each_leads_to(as_ed: Client, disputed: Part) -> None:
    page = shown(as_ed, disputed)
    assert "<h1>Who or what uses this result first?</h1>" in page
    assert page.index("A person, at once") < page.index("A person, later") < page.index("Both sheets")
    assert "which leads to: Somebody waits for this." in page


def test_who_is_not_sure_is_told_that_the_other_side_knows(as_ed: Client, part: Part, now) -> None:
    put_in(part, PRODUCT, SOMEBODY_WAITS[PRODUCT], now)
    put_in(part, ENGINEERING, UNSURE, now)
    page = shown(as_ed, part)
    assert "Engineering is not sure, and product is." in page
    assert "Product is not sure" not in page


REASON = "Read on Mondays, by nobody who waits"


@pytest.mark.parametrize("what", ["split", "retired", "no lead any more", "no member any more"])
def test_a_reason_is_kept_where_the_part_or_the_role_is_gone_meanwhile(
    as_pia: Client, disputed: Part, pia: Person, team: Team, now, what: str
) -> None:
    version = Part.objects.get(pk=disputed.pk).version
    call = Call.objects.get(pk=disputed.call_id)
    if what == "split":
        half = {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
        names = [{"name": name, **half} for name in ("A", "B")]
        parts.split(call=call, version=call.version, parts=names, by=pia.actor, at=now)
    elif what == "retired":
        Part.objects.update(is_live=False)
    else:
        factories.make_person(team=team, role="lead")
        mine = pia.memberships.get()
        given = {"membership": mine, "version": mine.version, "by": pia.actor, "at": now}
        teams.remove(**given) if "member" in what else teams.change_role(**given, role="member")
    sent = {"version": version, "label": "not_waiting", "reason": REASON}
    answer = as_pia.post(f"/parts/{disputed.pk}/agree/settle", sent)
    page = answer.content.decode()
    assert answer.status_code == (403 if "any more" in what else 410)
    assert f"Nobody waits: it can go to batch. {REASON}" in page
    assert f"/calls/{call.pk}" in page
    assert as_pia.post(f"/parts/{disputed.pk}/agree/open").status_code == answer.status_code


def test_who_never_led_meets_what_does_not_exist(as_ed: Client, disputed: Part) -> None:
    sent = {"version": 1, "label": "waiting", "reason": REASON}
    assert as_ed.post(f"/parts/{disputed.pk}/agree/settle", sent).status_code == 404


def test_a_blind_sheet_is_not_on_the_page(as_ed: Client, as_pia: Client, part: Part, now) -> None:
    put_in(part, PRODUCT, SOMEBODY_WAITS[PRODUCT], now)
    for client in (as_ed, as_pia):
        page = shown(client, part)
        assert "Not both sides have answered yet." in page
        assert "colleague" not in page
        assert "Both sheets" not in page


def test_the_other_sides_answers_are_taken_over(as_ed: Client, disputed: Part) -> None:
    sent = as_ed.post(f"/parts/{disputed.pk}/agree/adopt", {"version": version(disputed, ENGINEERING)})
    assert sent.headers["Location"] == f"/parts/{disputed.pk}/test/result"
    disputed.refresh_from_db()
    assert disputed.state == "agreed"


def test_ones_own_sheet_opens_at_the_question_that_differs(as_ed: Client, disputed: Part) -> None:
    sent = as_ed.post(f"/parts/{disputed.pk}/agree/edit", {"version": version(disputed, ENGINEERING)})
    assert sent.headers["Location"] == f"/parts/{disputed.pk}/test/first"


def test_an_old_page_changes_nothing_and_says_so(as_ed: Client, disputed: Part) -> None:
    for way, typed in product(("adopt", "edit"), ({}, {"version": "1"}, {"version": "x"}, {"version": "9" * 20})):
        sent = as_ed.post(f"/parts/{disputed.pk}/agree/{way}", typed, follow=True)
        assert "Nothing was saved" in sent.content.decode(), (way, typed)
        disputed.refresh_from_db()
        assert disputed.state == "disputed", (way, typed)


def test_a_lead_settles_with_a_reason(as_pia: Client, disputed: Part) -> None:
    typed = {"label": "not_waiting", "reason": "Read on Mondays.", "version": disputed.version}
    sent = as_pia.post(f"/parts/{disputed.pk}/agree/settle", typed, follow=True)
    page = sent.content.decode()
    assert "a lead settled it: Read on Mondays." in page
    assert "Read on Mondays." in shown(as_pia, disputed)


def test_bad_input_is_answered_at_the_field_and_kept(as_pia: Client, disputed: Part) -> None:
    for typed, said in (
        ({"reason": "Because"}, "Select the label that shall count"),
        ({"label": "not_waiting"}, "Type why"),
        ({"label": "hybrid", "reason": "Because"}, "hybrid"),
        ({"label": "not_waiting", "reason": "x" * 40_000}, "1,000"),
        ({"label": "waiting", "reason": "Because", "version": "²"}, "reload"),
    ):
        sent = as_pia.post(f"/parts/{disputed.pk}/agree/settle", {"version": disputed.version, **typed})
        page = sent.content.decode()
        assert sent.status_code == 422, said
        assert said in page
        assert typed.get("reason", "")[:100] in page, said


def test_who_settles_second_sees_both_values_and_may_decide_again(as_pia: Client, disputed: Part) -> None:
    typed = {"label": "waiting", "reason": "Mine", "version": disputed.version}
    as_pia.post(f"/parts/{disputed.pk}/agree/settle", {**typed, "label": "not_waiting", "reason": "Theirs"})
    sent = as_pia.post(f"/parts/{disputed.pk}/agree/settle", typed)
    page = sent.content.decode()
    assert sent.status_code == 409
    assert "Mine" in page
    assert "Theirs" in page


def test_a_member_is_not_offered_what_is_a_leads(as_ed: Client, disputed: Part) -> None:
    page = shown(as_ed, disputed)
    assert "Settle the label" not in page
    assert "A lead settles it" in page
    assert as_ed.post(f"/parts/{disputed.pk}/agree/settle").status_code == 404


def test_a_part_that_was_split_meanwhile_says_so(as_ed: Client, disputed: Part, now) -> None:
    as_ed.post(
        f"/calls/{disputed.call_id}/split",
        {
            "part-TOTAL_FORMS": 2, "part-INITIAL_FORMS": 0, "version": disputed.call.version, "reason": "two readers",
            **{f"part-{i}-{name}": value for i in (0, 1) for name, value in {
                "name": f"Part {i}", "requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 400,
            }.items()},
        },
    )  # fmt: skip
    sent = as_ed.post(f"/parts/{disputed.pk}/agree/adopt", {"version": 1})
    assert sent.status_code == 410
    assert "was split meanwhile" in sent.content.decode()


def test_what_was_answered_after_an_opening_is_marked_as_not_blind(
    as_ed: Client, as_pia: Client, part: Part, now
) -> None:
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    Team.objects.update(opens_after=0)
    as_pia.post(f"/parts/{part.pk}/agree/open")
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    assert part.state == "agreed"
    for client in (as_ed, as_pia):
        assert "is not blind" in shown(client, part)
        assert "is not blind" in client.get(f"/parts/{part.pk}/test/result").content.decode()


def test_a_label_of_one_side_is_marked_where_the_sides_are_compared(as_ed: Client, team: Team, part: Part, now) -> None:
    put_in(part, PRODUCT, NOBODY_WAITS[PRODUCT], now)
    assert "one-sided" not in shown(as_ed, part)
    Team.objects.update(one_side_enough=True)
    Part.objects.update(one_sided=True, label="not_waiting")
    assert "marked as one-sided" in shown(as_ed, part)


def test_opening_too_early_says_from_when(as_pia: Client, part: Part, now) -> None:
    put_in(part, ENGINEERING, NOBODY_WAITS[ENGINEERING], now)
    page = as_pia.post(f"/parts/{part.pk}/agree/open", follow=True).content.decode()
    assert "still has time" in page or "is open to everybody" in page


def test_days_until_opening_are_a_setting_of_the_team(as_pia: Client, team: Team, pia: Person) -> None:
    typed = {"name": team.name, "version": team.version, "opens_after": "12"}
    as_pia.post(f"/teams/{team.pk}/edit", typed)
    team.refresh_from_db()
    assert team.opens_after == 12
    sent = as_pia.post(f"/teams/{team.pk}/edit", {**typed, "version": team.version, "opens_after": "1e9"})
    assert (sent.status_code, "1e9" in sent.content.decode()) == (422, True)
