import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from inventory.domain.audit import Actor
from inventory.domain.people import Discipline
from inventory.models import Action, Call, Change, Feature, Part, Person, Team
from inventory.services import audit
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.history import called, history
from inventory.services.labelling import waiting
from inventory.services.people import team as teams
from tests import factories
from tests.services.labelling.test_waiting import both_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]

FIELDS: dict[str, Any] = {
    "name": "Ticket tags", "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time",
    "requests": 1000, "uncached_input": 6000, "output": 800,
}  # fmt: skip


@pytest.fixture
def feature(team: Team, pia: Person, now: datetime) -> Feature:
    return features.register(team=team, fields={"name": "Tickets"}, by=pia.actor, at=now)


@pytest.fixture
def call(feature: Feature, pia: Person, now: datetime) -> Call:
    return calls.register(feature=feature, fields=FIELDS, by=pia.actor, at=now)


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().replace("&#x27;", "'").replace("&quot;", '"').split())


def answered(part: Part, side: str, person: Person, now: datetime) -> None:
    """The side's whole sheet, saved: somebody waits for it."""
    side_ = Discipline(side)
    while (open_ := waiting.walk(part=part, side=side_).open) is not None:
        choice = {"first": "person_now"}.get(open_.id) or open_.options[0].id
        value = (
            {"choices": [open_.options[-1].id]}
            if open_.many
            else {"choice": choice, "name": "reader", "limit": 5, "unit": "minutes"}
        )
        waiting.answer(part=part, side=side_, question=open_.id, value=value, by=person.actor, at=now, person=person)
    waiting.submit(part=part, side=side_, by=person.actor, at=now, person=person)


def test_an_empty_history_says_so(as_ed: Client) -> None:
    assert "Nothing here" in text(as_ed, "/history")


def test_every_action_is_one_sentence_newest_first(call: Call, as_ed: Client) -> None:
    page = text(as_ed, "/history")
    assert page.index("Pia registered the call “Ticket tags”") < page.index("Pia registered the feature “Tickets”")
    assert f"cost today +${call.cost_today / 1_000_000:,.2f} a month" in page


def test_a_record_that_was_deleted_or_renamed_is_found_by_any_name_it_had(
    call: Call, feature: Feature, pia: Person, as_ed: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    parts.split(
        call=call, version=1, parts=[{"name": "Prévue", **half}, {"name": "Full pass", **half}], by=pia.actor, at=now
    )
    gone = call.parts.order_by("pk")[0].pk
    call.refresh_from_db()
    parts.unsplit(call=call, version=call.version, reason="x", by=pia.actor, at=now)
    for name in ("Labels", "Ticket labels"):
        call.refresh_from_db()
        calls.edit(call=call, version=call.version, fields={"name": name}, by=pia.actor, at=now)
    feature.refresh_from_db()
    calls.retire(call=Call.objects.get(), version=Call.objects.get().version, reason="x", by=pia.actor, at=now)
    row = f'<a href="/history/call/{call.pk}">Ticket labels</a></th><td data-label="Record">Call</td><td data-label="Also called">Labels, Ticket tags, ticket-tags</td>'
    for words in ("tags+TICKET", "labels"):
        assert f'{row}<td data-label="Is">retired</td>' in text(as_ed, f"/history/find?name={words}")
    page = text(as_ed, "/history/find?name=PR%C3%89VUE")
    assert f'<a href="/history/part/{gone}">Prévue</a>' in page
    assert "there no more" in page
    assert "Prévue" in text(as_ed, f"/history/part/{gone}")
    assert "No record was ever called that" in text(as_ed, "/history/find?name=Pia")
    assert "Type a name, or a word of it" in text(as_ed, "/history/find?name=")
    assert "Take out the control characters" in text(as_ed, "/history/find?name=a%07")
    monkeypatch.setattr(called, "ROWS", 2)
    first = text(as_ed, "/history/find?name=t")
    following = first.partition("?name=t&amp;before=")[2].partition('"')[0]
    assert following
    second = text(as_ed, f"/history/find?name=t&before={following}")
    assert not set(found_in(first)) & set(found_in(second))
    assert found_in(second)


def found_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="(/history/[^"]+)"', page)


def test_the_pages_of_a_record_hold_all_its_actions_once_in_order(
    call: Call, pia: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROWS", 3)
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    for n in range(4):
        call.refresh_from_db()
        calls.edit(call=call, version=call.version, fields={"tag": str(n)}, by=pia.actor, at=now)
        two = [{"name": f"A{n}", **half}, {"name": f"B{n}", **half}]
        call.refresh_from_db()
        parts.split(call=call, version=call.version, parts=two, by=pia.actor, at=now)
        answered(call.parts.order_by("pk")[0], "product", pia, now) if n == 2 else None
        call.refresh_from_db()
        parts.unsplit(call=call, version=call.version, reason="x", by=pia.actor, at=now)
    for record, pk in (("call", call.pk), ("feature", call.feature_id), ("part", call.parts.get().pk)):
        asked = history.Asked(record=(record, str(pk)))
        expected = [line.seq for line in history.lines(history.matching(asked).order_by("-seq"), pia)]
        seen, places = [], {}
        while True:
            found = history.listing(viewer=pia, asked=asked, **places)
            seen += [line.seq for line in found.lines]
            if found.older is None:
                break
            places = {"before": found.older}
        assert seen == expected
        back = history.listing(viewer=pia, asked=asked, after=expected[-1]).lines
        assert [line.seq for line in back] == expected[-4:-1]


def test_the_reason_is_shown(call: Call, pia: Person, as_ed: Client, now: datetime) -> None:
    calls.edit(call=call, version=1, fields={"name": "Tags"}, by=pia.actor, at=now, reason="A <b>clearer</b> name")
    page = text(as_ed, "/history")
    assert "Pia changed the call “Tags”" in page
    assert "A &lt;b&gt;clearer&lt;/b&gt; name" in page


def test_a_person_is_shown_by_the_living_name(call: Call, pia: Person, as_ed: Client) -> None:
    Person.objects.filter(pk=pia.pk).update(name="Pia Renamed")
    assert "Pia Renamed registered the call" in text(as_ed, "/history")
    Person.objects.filter(pk=pia.pk).update(name="")
    assert "A former member registered the call" in text(as_ed, "/history")


def test_commands_and_unknown_kinds_are_shown_plainly(team: Team, now: datetime, as_ed: Client) -> None:
    audit.record(
        kind="wave.start", by=Actor("command", "nightly"), at=now, subject=team, before={}, after=audit.states(team)
    )
    assert "The command nightly did wave start: “Documents”" in text(as_ed, "/history")


def test_an_action_opens_to_its_fields_before_and_after(call: Call, pia: Person, as_ed: Client, now: datetime) -> None:
    other = factories.make_feature(team=call.team, name="Mails")
    fields = {
        "feature": other,
        "requests": 2000,
        "hit_share": Decimal("0.5"),
        "cacheable_prefix": 3000,
        "streaming": True,
        "today_path": "batch",
    }
    calls.edit(call=call, version=1, fields=fields, by=pia.actor, at=now)
    page = text(as_ed, f"/history/{Action.objects.latest('seq').seq}")
    for before, after in [
        ("Feature", '<td data-label="Before">Tickets</td><td data-label="After">Mails</td>'),
        ("Requests a month", '<td data-label="Before">1,000</td><td data-label="After">2,000</td>'),
        ("Cache hit share", '<td data-label="Before">0 %</td><td data-label="After">50 %</td>'),
        ("Streaming", '<td data-label="Before">–</td><td data-label="After">yes</td>'),
        ("Runs today", '<td data-label="Before">Real time</td><td data-label="After">Batch</td>'),
    ]:
        assert f'<th scope="row">{before}</th>{after}' in page
    assert f"${call.cost_today / 1_000_000:,.2f}" in page


def test_a_creation_lists_what_was_given(call: Call, as_ed: Client) -> None:
    page = text(as_ed, "/history/2").partition('class="touched"')[2]
    assert '<th scope="row">Model</th><td data-label="After">claude-sonnet-5-5</td>' in page
    assert "Before" not in page
    assert "Workspace" not in page


def test_the_history_of_a_call_has_what_was_done_to_its_parts_and_their_sheets(
    call: Call, pia: Person, as_pia: Client, now: datetime
) -> None:
    other = calls.register(feature=call.feature, fields={**FIELDS, "name": "Other"}, by=pia.actor, at=now)
    part = call.parts.get()
    answered(part, "product", pia, now)
    page = text(as_pia, f"/history/call/{call.pk}")
    assert page.count("<li><time") == Action.objects.exclude(kind="feature.register").exclude(title="Other").count()
    assert "Other" not in page
    assert text(as_pia, f"/history/call/{other.pk}").count("<li><time") == 1
    assert "Ticket tags" in text(as_pia, f"/history/feature/{call.feature_id}")


def test_the_history_of_a_call_keeps_parts_that_a_split_took_away(
    call: Call, pia: Person, ed: Person, as_ed: Client, now: datetime
) -> None:
    part = call.parts.get()
    parts.edit(part=part, version=part.version, fields={"consumer": "agents"}, by=pia.actor, at=now)
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    call.refresh_from_db()
    parts.split(
        call=call, version=call.version, parts=[{"name": "A", **half}, {"name": "B", **half}], by=pia.actor, at=now
    )
    page = text(as_ed, f"/history/call/{call.pk}")
    assert "Pia said who uses “Ticket tags”" in page
    assert "Pia split the call “Ticket tags”" in page
    assert "Ticket tags" in text(as_ed, f"/history/part/{part.pk}")


@pytest.mark.parametrize(
    "path",
    [
        "/history/99",
        "/history/" + "9" * 20,
        "/history/call/99",
        "/history/call/" + "9" * 30,
        "/history/nothing/1",
        "/history/call/a b",
    ],
)
def test_what_does_not_exist_is_not_found(path: str, as_ed: Client) -> None:
    text(as_ed, path, status=404)


# Blind: until both sides are in, an answer is its own side's alone.


@pytest.fixture
def one_side(call: Call, pia: Person, now: datetime) -> Part:
    part = call.parts.get()
    answered(part, "product", pia, now)
    return part


def answer_pages() -> list[str]:
    return [
        f"/history/{seq}" for seq in Action.objects.filter(kind__startswith="waiting.").values_list("seq", flat=True)
    ]


def test_the_other_side_sees_that_it_was_answered_and_nothing_else(
    one_side: Part, as_ed: Client, as_pia: Client, as_admin: Client
) -> None:
    for client in (as_ed, as_admin):  # the administrator is an engineer
        assert "(answered for product; hidden until both are in)" in text(client, "/history")
        last_two = answer_pages()[-2:]  # the last answer and the saving: those before would count the questions
        for path in last_two:
            page = text(client, path)
            assert "hidden until both sides are in" in page
            assert "reader" not in page
            assert "person_now" not in page
            assert "Outcome" not in page
    assert "hidden until" not in text(as_pia, "/history")
    assert any("reader" in text(as_pia, path) for path in answer_pages())


def test_how_many_questions_a_side_was_asked_is_as_blind_as_its_answers(
    call: Call, pia: Person, as_pia: Client, as_ed: Client, now: datetime
) -> None:
    answered(call.parts.get(), "product", pia, now)
    asked = Action.objects.filter(kind="waiting.answer").count()
    assert asked > 1
    assert text(as_pia, "/history").count("answered the waiting test of “") == asked
    assert text(as_ed, "/history").count("answered the waiting test of “") == 1
    seqs = [int(path.rpartition("/")[2]) for path in answer_pages()]
    assert [as_ed.get(f"/history/{seq}").status_code for seq in seqs] == [404] * (asked - 1) + [200, 200]
    told = [text(as_ed, f"/history?before={seq + 1}").count("answered the waiting test of “") for seq in seqs]
    assert told == [0] * (asked - 1) + [1, 1]


def test_answers_given_in_turns_with_another_call_are_as_uncounted(
    call: Call, pia: Person, as_ed: Client, now: datetime
) -> None:
    both = call.parts.get(), factories.make_call(feature=call.feature).parts.get()
    for question, value in (("first", "person_later"), ("late", "longer"), ("needed", "all")):
        for part in both:
            given = {"part": part, "side": Discipline.PRODUCT, "question": question, "value": value}
            waiting.answer(**given, by=pia.actor, at=now, person=pia)
    assert text(as_ed, "/history").count("answered the waiting test of “") == 2


def test_why_a_sheet_was_taken_back_is_as_blind_as_the_sheet(
    one_side: Part, pia: Person, as_ed: Client, as_pia: Client, now: datetime
) -> None:
    waiting.reopen(part=one_side, side=Discipline.PRODUCT, by=pia.actor, at=now, reason="The broker is long gone")
    last = f"/history/{Action.objects.latest('seq').seq}"
    for path in ("/history", last):
        assert "long gone" not in text(as_ed, path)
        assert "long gone" in text(as_pia, path)


def test_once_both_are_in_everybody_sees_both(
    one_side: Part, ed: Person, as_ed: Client, as_stranger: Client, now: datetime
) -> None:
    answered(one_side, "engineering", ed, now)
    for client in (as_ed, as_stranger):
        assert "hidden until" not in text(client, "/history")
        assert any("reader" in text(client, path) for path in answer_pages())


def test_an_opened_sheet_is_seen_by_all(one_side: Part, as_ed: Client, now: datetime) -> None:
    one_side.sheets.update(opened_at=now)
    assert any("reader" in text(as_ed, path) for path in answer_pages())


def test_a_sheet_that_went_with_its_part_stays_as_blind_as_it_was(
    one_side: Part, call: Call, pia: Person, as_ed: Client, as_pia: Client, now: datetime
) -> None:
    call.refresh_from_db()
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    parts.split(
        call=call, version=call.version, parts=[{"name": "A", **half}, {"name": "B", **half}], by=pia.actor, at=now
    )
    last = Action.objects.latest("seq").seq
    for path in [*answer_pages(), f"/history/{last}"]:
        assert "reader" not in as_ed.get(path).content.decode()
    assert "hidden until both" in text(as_ed, f"/history/{last}")
    assert any("reader" in text(as_pia, path) for path in answer_pages())


def test_a_split_does_not_show_what_one_side_had_confirmed_alone(
    one_side: Part, call: Call, pia: Person, ed: Person, as_ed: Client, as_pia: Client, now: datetime
) -> None:
    answered(one_side, "engineering", ed, now)
    kept = one_side.sheets.get(side="product").answers
    Part.objects.filter(pk=one_side.pk).update(state="check_needed", sealed_at=now)
    later = {"by": pia.actor, "at": now + timedelta(hours=1)}
    given = {"part": one_side, "side": Discipline.PRODUCT, "person": pia, **later}
    waiting.answer(question="first", value={"choice": kept["first"]["choice"], "name": "a new face"}, **given)
    waiting.submit(**given)
    call.refresh_from_db()
    half = {"requests": 1000, "uncached_input": 6000, "output": 400}
    names = [{"name": name, **half} for name in ("A", "B")]
    parts.split(call=call, version=call.version, parts=names, reason="Two readers", **later)
    assert not any("a new face" in as_ed.get(path).content.decode() for path in answer_pages())
    assert any("a new face" in as_pia.get(path).content.decode() for path in answer_pages())


# Filters, in the address.


def test_filters_narrow_by_team_person_kind_and_record(
    call: Call, ed: Person, stranger: Person, as_ed: Client, now: datetime
) -> None:
    calls.edit(call=call, version=1, fields={"name": "By Ed"}, by=ed.actor, at=now)
    elsewhere = stranger.memberships.get().team
    features.register(team=elsewhere, fields={"name": "Far"}, by=stranger.actor, at=now)

    def count(query: str) -> int:
        return text(as_ed, f"/history?{query}").count("<li><time")

    assert count("") == 4
    assert (count(f"team={elsewhere.pk}"), count(f"person={ed.pk}"), count("kind=call.edit")) == (1, 1, 1)
    assert (count(f"record=call:{call.pk}"), count(f"record=call:{call.pk}&person={ed.pk}")) == (2, 1)


MEANS_NOTHING = [
    "team=x",
    "team=999999",
    "person=" + "9" * 20,
    "kind=%00",
    "record=call",
    "record=call:1%00",
    "before=-1",
    "after=x",
    "kind=call.edit'--",
    "team=1.234,56",
]


def test_a_filter_that_means_nothing_is_told_and_left_out(call: Call, as_ed: Client) -> None:
    for query in MEANS_NOTHING:
        page = text(as_ed, f"/history?{query}")
        assert "that exists: it is left out." in page, query
        assert page.count("<li><time") == 2, query


def test_pages_go_back_and_forth_and_keep_the_filters(team: Team, now: datetime, as_ed: Client) -> None:
    for n in range(120):
        before = audit.states(team)
        team.name = f"Name {n}"
        audit.record(
            kind="team.edit", by=Actor("command", "x"), at=now, subject=team, before=before, after=audit.states(team)
        )
    first = text(as_ed, "/history?kind=team.edit")
    assert ("Newer" in first, "?kind=team.edit&amp;before=71" in first) == (False, True)
    second = text(as_ed, "/history?kind=team.edit&before=71")
    assert "?kind=team.edit&amp;after=70" in second
    third = text(as_ed, "/history?kind=team.edit&before=21")
    assert ("Older" in third, third.count("<li><time")) == (False, 20)
    assert text(as_ed, "/history?kind=team.edit&after=70").count("<li><time") == 50


def test_an_action_of_many_records_is_shown_in_pages(team: Team, now: datetime, as_ed: Client) -> None:
    changes = audit.Changes()
    changes.add({}, {("team", n): {"name": f"Team no. {n}"} for n in range(1000, 1120)})
    audit.append(
        kind="exchange.import",
        by=Actor("command", "x"),
        at=now,
        record="file",
        record_id="1",
        title="f.csv",
        team_id=None,
        changes=changes,
    )
    assert text(as_ed, "/history/1").count('class="touched"') == 50
    assert "Team no. 1119" in text(as_ed, "/history/1?page=3")


def test_htmx_gets_the_lines_alone(call: Call, as_ed: Client) -> None:
    page = as_ed.get("/history", headers={"HX-Request": "true"}).content.decode()
    assert page.strip().startswith('<div id="lines">')


def test_the_head_of_the_chain_is_on_the_page(call: Call, as_ed: Client) -> None:
    head = audit.head()
    assert f"{head.seq}:{head.hash}" in text(as_ed, "/history")


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/history").status_code == 302


def test_the_number_of_queries_is_the_same_for_one_action_and_for_many(
    call: Call, ed: Person, now: datetime, as_ed: Client, django_assert_max_num_queries: Any
) -> None:
    def count(path: str) -> int:
        with django_assert_max_num_queries(30) as counted:
            as_ed.get(path)
        return len(counted)

    def one(n: int) -> None:
        found = calls.register(feature=call.feature, fields={**FIELDS, "name": f"Call {n}"}, by=ed.actor, at=now)
        both_in(found.parts.get(), now)

    one(1)
    paths = ["/history", f"/history/feature/{call.feature_id}", f"/history/call/{call.pk}"]
    before = [count(path) for path in paths]
    one(2)
    one(3)
    assert [count(path) for path in paths] == before
    assert Change.objects.count() > 20


def test_a_line_by_which_a_label_counts_on_one_sides_answer_is_marked(
    call: Call, team: Team, pia: Person, ed: Person, as_ed: Client, now: datetime
) -> None:
    mark = "counts on one side's answer alone"
    answered(call.parts.get(), "product", pia, now)
    assert mark not in text(as_ed, "/history")
    teams.edit(team=team, version=team.version, name=team.name, one_side_enough=True, by=pia.actor, at=now)
    assert text(as_ed, "/history").count(mark) == 1
    assert text(as_ed, f"/history/part/{call.parts.get().pk}").count(mark) == 1
    assert mark in text(as_ed, f"/calls/{call.pk}").partition("Lately")[2]
    answered(call.parts.get(), "engineering", ed, now)
    assert text(as_ed, "/history").count(mark) == 1


def test_the_page_of_a_call_says_what_of_its_cost_rests_on_one_side(call: Call, as_ed: Client) -> None:
    said = "One-sided: 1 part counts on one side's answer alone, $4.00 a month today; $1.50 of the saving rests on it."
    assert said not in strip_tags(text(as_ed, f"/calls/{call.pk}"))
    call.parts.update(one_sided=True, state="one_side", label="not_waiting", cost_today=4_000_000, saving=1_500_000)
    assert said in strip_tags(text(as_ed, f"/calls/{call.pk}"))


def test_answers_read_as_the_version_of_the_test_worded_them(
    call: Call, as_pia: Client, now: datetime, second: Callable[[], Any]
) -> None:
    """The second version has no such option any more."""
    part = call.parts.get()
    by = Actor("person", "0")
    given: dict[str, Any] = {"first": "person_later", "late": "longer", "needed": "all", "notice": "nobody"}
    for question, value in given.items():
        waiting.answer(part=part, side=Discipline.PRODUCT, question=question, value=value, by=by, at=now)
    second()
    seq = Action.objects.latest("seq").seq
    assert "nobody that day" in text(as_pia, f"/history/{seq}")
