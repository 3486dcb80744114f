"""A file that says more than calls: the parts of a split call, who uses what, and who owns a feature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from inventory.domain.people import Discipline
from inventory.exchange import call_file, csv_out
from inventory.models import Action, Call, Change, Feature, Part, Person, Sheet, Team
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.history import verification
from inventory.services.intake import staging, undo
from tests import factories
from tests.services.intake.test_round_trip import BY, edited, exported, problems, table, taken_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
CALL = {
    "team": "Documents", "feature": "Tickets", "call_key": "a", "name": "Tags", "model": "claude-haiku-4-5",
    "requests_per_month": "1000", "input_tokens": "500", "output_tokens": "40",
}  # fmt: skip
HOME = {name: CALL[name] for name in ("team", "feature", "call_key", "input_tokens", "output_tokens")}
URGENT = {**HOME, "part": "Urgent", "requests_per_month": "300", "consumer": "An agent", "deadline": "5 seconds"}
LATER = {**HOME, "part": "Later", "requests_per_month": "700", "consumer": "The report", "hand_over": "By mail"}
SPLIT = (CALL, URGENT, LATER)


def file(*rows: Mapping[str, str]) -> bytes:
    headings = [c for c in call_file.COLUMNS if any(c in row for row in (CALL, *rows))]
    return csv_out.written([headings, *([row.get(name, "") for name in headings] for row in rows)])


def people() -> tuple[Person, Person]:
    team = factories.make_team(name="Others")
    return (
        factories.make_person(name="Pia", team=team, discipline=Discipline.PRODUCT),
        factories.make_person(name="Ed", team=team, discipline=Discipline.ENGINEERING),
    )


def shown(call: Call) -> list[tuple[str, int, str, str]]:
    found = call.parts.order_by("position")
    return [(part.name, part.requests, part.consumer, part.hand_over) for part in found]


def test_a_split_call_comes_in_with_its_parts_priced_and_covering_it(now: datetime) -> None:
    summary = taken_in(file(*SPLIT), now)
    call = Call.objects.get()
    assert (call.is_split, call.kind, summary.new_calls, summary.new_parts) == (True, "split", 1, 2)
    assert shown(call) == [("Urgent", 300, "An agent", ""), ("Later", 700, "The report", "By mail")]
    assert [part.in_split for part in call.parts.all()] == [True, True]
    assert call.cost_today == sum(part.cost_today or 0 for part in call.parts.all()) == summary.cost_today
    assert taken_in(file(*SPLIT), now).seq is None
    assert taken_in(file(URGENT, LATER), now).seq is None, "the row of a known call may be left out"
    assert taken_in(file(URGENT, CALL), now).seq is None, "in whatever order, and a part left out stays"
    assert not [f for f in verification.verify().findings if str(f).startswith(("call", "part"))]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((CALL, URGENT), "row 3, part: a split call has at least 2 parts and at most 10: it would have 1"),
        (
            (CALL, URGENT, {**LATER, "requests_per_month": "600"}),
            "row 2, requests_per_month: its parts would fall short: 50,000 input tokens, not cacheable; "
            "4,000 output tokens a month are in no part",
        ),
        ((CALL, URGENT, {**LATER, "model": "gpt"}), "row 4, model: has no price in the book: name a model it knows"),
        ((CALL, URGENT, {**LATER, "part": "urgent"}), "row 4, part: stands in another row of this call already"),
        ((CALL, URGENT, {**LATER, "requests_per_month": "many"}), "row 4, requests_per_month: must be a whole number"),
        ((CALL, URGENT, {**LATER, "tag": "x"}), "row 4, tag: belongs to the call: write it in row 2, or empty it here"),
        ((CALL, URGENT, {**LATER, "team": "Sales"}), "row 4, team: is not what row 2 says of this call"),
        (({**CALL, "consumer": "All"}, URGENT, LATER), "row 2, consumer: belongs to one part of this split call"),
        ((URGENT, LATER), "row 2, call_key: has rows of parts, but none of its own"),
        (
            (CALL, {**CALL, "call_key": "b"}, URGENT),
            "row 4, call_key: stands apart from row 2: keep the rows of a call",
        ),
        ((CALL, *({**URGENT, "part": f"P{n}"} for n in range(11))), "row 13, part: is one too many"),
    ],
)
def test_what_makes_no_split_is_told_where_it_stands(
    now: datetime, rows: tuple[dict[str, str], ...], said: str
) -> None:
    found = problems(file(*rows), now)
    assert [each for each in found if each.startswith(said)], found
    assert not Call.objects.exists()


def test_parts_of_a_known_split_are_changed_added_and_never_taken_away(now: datetime) -> None:
    taken_in(file(*SPLIT), now)
    urgent = {**URGENT, "requests_per_month": "400", "consumer": "A doctor"}
    third = {**LATER, "part": "Never", "requests_per_month": "1"}
    summary = taken_in(file(CALL, urgent, third), now)
    call = Call.objects.get()
    assert shown(call) == [
        ("Urgent", 400, "A doctor", ""),
        ("Later", 700, "The report", "By mail"),
        ("Never", 1, "The report", "By mail"),
    ]
    assert (summary.changed, summary.new_parts, summary.new_calls) == (1, 1, 0)
    short = {**LATER, "requests_per_month": "100"}
    assert "its parts would fall short" in problems(file(CALL, short), now)[0]
    whole = {**CALL, "requests_per_month": "2000"}
    more = {**LATER, "requests_per_month": "1700"}
    taken_in(file(whole, more), now)
    assert Call.objects.get().requests == 2000, "call and parts change together"


def test_a_call_that_was_whole_is_split_by_a_file_and_whole_again_when_that_is_taken_back(now: datetime) -> None:
    pia, _ = people()
    taken_in(file(CALL, {**CALL, "call_key": "b"}), now)
    whole = Part.objects.get(call__key="a")
    sheet = Sheet.objects.create(
        part=whole,
        side="product",
        test_version=1,
        answers={"x": 1},
        outcome="waiting",
        submitted_at=now,
        answered_by=pia,
    )
    names = [field.name for field in Part._meta.concrete_fields if field.name != "version"]
    sheets = [field.name for field in Sheet._meta.concrete_fields if field.name != "version"]
    before = list(Part.objects.order_by("pk").values(*names)), list(Sheet.objects.values(*sheets))
    cost = Call.objects.get(key="a").cost_today
    summary = taken_in(file(*SPLIT), now)
    call = Call.objects.get(key="a")
    assert (call.is_split, call.kind, summary.changed, summary.new_parts) == (True, "split", 1, 2)
    assert shown(call) == [("Urgent", 300, "An agent", ""), ("Later", 700, "The report", "By mail")]
    assert not Sheet.objects.exists()
    assert not Part.objects.filter(pk=whole.pk).exists()
    assert call.cost_today == sum(part.cost_today or 0 for part in call.parts.all()) == cost
    assert ours() == []
    told = Change.objects.filter(action__seq=summary.seq).values_list("record", "record_id", "after")
    assert {(record, pk) for record, pk, after in told if not after} == {
        ("part", str(whole.pk)), ("sheet", str(sheet.pk)),
    }  # fmt: skip
    assert taken_in(file(*SPLIT), now).seq is None, "the same file again changes nothing"
    undo.undo(action=Action.objects.get(seq=summary.seq), by=BY, at=now)
    assert (list(Part.objects.order_by("pk").values(*names)), list(Sheet.objects.values(*sheets))) == before
    assert Call.objects.get(key="a").is_split is False
    assert ours() == []


def ours() -> list[str]:
    """What the history does not know of calls, parts and sheets; a sheet made by a test alone is nothing new."""
    found = [str(f) for f in verification.verify().findings]
    return [f for f in found if f.startswith(("call", "part", "action"))]


def test_a_file_splits_no_call_into_less_than_it_was(now: datetime) -> None:
    taken_in(file(CALL), now)
    assert problems(file(CALL, URGENT, {**LATER, "requests_per_month": "600"}), now) == [
        "row 2, requests_per_month: its parts would fall short: 50,000 input tokens, not cacheable; "
        "4,000 output tokens a month are in no part"
    ]
    assert "a split call has at least 2 parts" in problems(file(CALL, URGENT), now)[0]
    assert "belongs to one part of this split call" in problems(file({**CALL, "consumer": "x"}, URGENT, LATER), now)[0]
    assert Call.objects.get().is_split is False


def test_a_label_that_counts_is_not_taken_away_by_a_file(now: datetime) -> None:
    taken_in(file(CALL), now)
    Part.objects.update(label="waiting", state="agreed")
    assert problems(file(*SPLIT), now) == [
        "row 3, part: splits a call whose label counts, and that label would be lost: split it on its page, and say "
        "why there"
    ]
    Part.objects.update(state="check_needed")
    assert taken_in(file(*SPLIT), now).new_parts == 2


def test_an_answer_saved_meanwhile_is_not_lost_unseen(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is worked out anew, with the sheet; history keeps it."""
    taken_in(file(CALL), now)
    part, work_out = Part.objects.get(), staging.Staged.work_out

    def meanwhile(own: staging.Staged, *given: Any) -> None:
        work_out(own, *given)
        monkeypatch.setattr(staging.Staged, "work_out", work_out)
        Sheet.objects.create(part=part, side="product", test_version=1, answers={"x": 2})

    monkeypatch.setattr(staging.Staged, "work_out", meanwhile)
    summary = taken_in(file(*SPLIT), now)
    (kept,) = Change.objects.filter(action__seq=summary.seq, record="sheet")
    assert '"answers":{"x":2}' in kept.before


def test_who_uses_a_call_comes_in_with_its_row(now: datetime) -> None:
    uses = {
        "consumer": "An agent",
        "reaches": "On the screen",
        "read_when": "At once",
        "deadline": "5 s",
        "meanwhile": "…",
    }
    taken_in(file({**CALL, **uses}), now)
    part = Part.objects.get()
    assert {name: getattr(part, name) for name in uses} == uses
    assert taken_in(file(CALL), now).seq is None, "an empty cell changes nothing"
    taken_in(file({**CALL, "consumer": "The report"}), now)
    part.refresh_from_db()
    assert (part.consumer, part.deadline) == ("The report", "5 s")


def test_owners_come_in_by_name_or_e_mail_once_for_a_feature(now: datetime) -> None:
    pia, ed = people()
    owned = {**CALL, "product_owner": "pia", "engineering_owner": ed.email.upper()}
    taken_in(file(owned, {**CALL, "call_key": "b"}), now)
    feature = Feature.objects.get(name="Tickets")
    assert (feature.product_owner, feature.engineering_owner) == (pia, ed)
    assert taken_in(file(owned), now).seq is None
    said = problems(file({**CALL, "product_owner": "Ed"}), now)
    assert said == [
        "row 2, product_owner: is nobody who can sign in and answers for product. Write one of Pia, or leave it empty"
    ]
    said = problems(file(owned, {**owned, "call_key": "b", "product_owner": "Ed"}), now)
    assert "row 3, product_owner: is not what row 2 says of its feature" in said
    factories.make_person(name="Pia", discipline=Discipline.PRODUCT)
    assert "is the name of several people: write the e-mail, such as" in problems(file(owned), now)[0]
    other = factories.make_person(name="Otto", discipline=Discipline.PRODUCT)
    summary = taken_in(file({**CALL, "product_owner": "Otto"}), now)
    feature.refresh_from_db()
    assert (feature.product_owner, summary.changed_features) == (other, 1)


def test_growth_and_owners_said_in_different_lots_are_all_kept(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    pia, ed = people()
    monkeypatch.setattr(staging, "ROWS", 1)
    rows = (
        {**CALL, "growth_per_month": "3 %"}, {**CALL, "call_key": "b", "product_owner": "Pia"},
        {**CALL, "call_key": "c", "engineering_owner": "Ed"},
    )  # fmt: skip
    for _ in range(2):
        summary = taken_in(file(*rows), now)
        feature = Feature.objects.get(name="Tickets")
        assert (str(feature.growth), feature.product_owner, feature.engineering_owner) == ("0.030000", pia, ed)
    assert summary.seq is None
    other = factories.make_person(name="Otto", discipline=Discipline.PRODUCT)
    last = taken_in(file({**rows[0], "growth_per_month": "4 %"}, {**rows[1], "product_owner": "Otto"}), now)
    feature.refresh_from_db()
    assert feature.product_owner == other
    undo.undo(action=Action.objects.get(seq=last.seq), by=BY, at=now)
    feature.refresh_from_db()
    assert (str(feature.growth), feature.product_owner) == ("0.030000", pia)


def test_undo_takes_back_parts_uses_and_owners(now: datetime) -> None:
    people()
    taken_in(file(*SPLIT, {**CALL, "call_key": "z", "name": "Whole"}), now)
    names = [field.name for field in Part._meta.concrete_fields if field.name not in ("id", "version")]
    before = (
        list(Part.objects.order_by("pk").values(*names)),
        list(Call.objects.order_by("pk").values_list("cost_today")),
    )
    rows = (
        {**CALL, "product_owner": "Pia"}, {**URGENT, "requests_per_month": "400", "consumer": "A doctor"},
        {**LATER, "part": "New"}, {**CALL, "call_key": "z", "name": "Whole", "consumer": "Somebody"},
        {**CALL, "call_key": "y"}, {**URGENT, "call_key": "y"}, {**LATER, "call_key": "y"},
    )  # fmt: skip
    summary = taken_in(file(*rows), now)
    assert (summary.new_calls, summary.new_parts, summary.changed) == (1, 3, 2)
    undo.undo(action=Action.objects.get(seq=summary.seq), by=BY, at=now)
    assert (
        list(Part.objects.order_by("pk").values(*names)),
        list(Call.objects.order_by("pk").values_list("cost_today")),
    ) == before
    assert Feature.objects.get(name="Tickets").product_owner is None
    assert not [f for f in verification.verify().findings if str(f).startswith(("call", "part", "feature"))]


def test_a_file_with_parts_comes_back_unchanged_and_is_held_against_the_export(now: datetime) -> None:
    pia, ed = people()
    taken_in(file({**CALL, "product_owner": "Pia", "engineering_owner": "Ed"}, URGENT, LATER), now)
    for kind in ("csv", "xlsx"):
        summary = taken_in(exported(kind), now)
        assert (summary.rows, summary.unchanged, summary.seq) == (3, 1, None)
    data, part = exported("csv"), Part.objects.get(name="Urgent")
    parts.edit(part=part, version=part.version, fields={"consumer": "A nurse"}, by=BY, at=now)
    feature = Feature.objects.get(name="Tickets")
    features.edit(feature=feature, version=feature.version, fields={"engineering_owner": None}, by=BY, at=now)
    assert taken_in(data, now).seq is None, "what the app changed stays"
    head, whole, urgent, later = table(data)
    at = {name: head.index(name) for name in head}
    urgent[at["part"]], urgent[at["deadline"]], later[at["hand_over"]] = "Very urgent", "1 second", ""
    whole[at["product_owner"]] = ""
    both = csv_out.written([head, later, urgent, whole])
    taken_in(both, now)
    assert shown(Call.objects.get()) == [("Very urgent", 300, "A nurse", ""), ("Later", 700, "The report", "")]
    feature.refresh_from_db()
    assert (feature.product_owner, feature.engineering_owner) == (None, None)
    urgent[at["consumer"]] = "A doctor"
    said = problems(csv_out.written([head, whole, urgent, later]), now)
    assert said == ["row 3, consumer: was An agent at the export and is A nurse in the app now: choose one"]
    taken_in(csv_out.written([head, whole, urgent, later]), now, prefer="file")
    assert shown(Call.objects.get())[0] == ("Very urgent", 300, "A doctor", "")


def test_a_part_that_is_gone_is_told(now: datetime) -> None:
    taken_in(file(*SPLIT), now)
    data, call = exported("csv"), Call.objects.get()
    parts.unsplit(call=call, version=call.version, by=BY, at=now, reason="Simpler")
    found = problems(data, now)
    assert "row 3, part: was taken away since the export. To add it anew, empty exported_as" in found


def test_a_label_rests_on_what_a_file_says_of_a_part(now: datetime) -> None:
    taken_in(file(*SPLIT), now)
    part = Part.objects.get(name="Later")
    Part.objects.filter(pk=part.pk).update(label="not_waiting", state="agreed", outcome="not_waiting")
    taken_in(file(CALL, {**LATER, "consumer": "A person"}), now)
    part.refresh_from_db()
    assert part.state == "check_needed"
    assert Change.objects.filter(record="part", record_id=str(part.pk)).count() == 2


def test_the_name_of_a_model_repeated_in_a_part_is_that_of_its_call(now: datetime) -> None:
    taken_in(file(CALL, {**URGENT, "model": CALL["model"]}, {**LATER, "model": "claude-sonnet-5-5"}), now)
    assert dict(Part.objects.values_list("name", "model")) == {"Urgent": "", "Later": "claude-sonnet-5-5"}
    assert taken_in(file(CALL, {**URGENT, "model": CALL["model"]}), now).seq is None
    assert edited(exported("csv"))
    assert Team.objects.count() == 1
