"""Loading the sample walks every service for seconds: one test looks at all of it, the others at a corner."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.domain.status import Status
from inventory.exchange import sample
from inventory.models import Action, Call, Feature, Pair, Part, Person, Realised, Sheet, Team
from inventory.services import audit, demo
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.calls import part as parts
from inventory.services.history import verification
from inventory.services.people import team
from inventory.services.planning import realised
from inventory.services.planning import wave as waves
from inventory.services.prices import pricing
from tests import factories, net

BY = Actor("command", "load_demo")
pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(prices: Book, now: datetime, monkeypatch: pytest.MonkeyPatch) -> demo.Loaded:
    monkeypatch.setattr(pricing, "book", lambda on: prices)  # made once instead of a hundred times
    return demo.load(by=BY, at=now)


def findings() -> list[str]:
    """What `verify_history` finds, but for the prices, which tests load without an action."""
    found = [str(finding) for finding in verification.verify().findings]
    return [text for text in found if not text.startswith(("claude_model", "price_row", "modifier"))]


def rows(*models: Any) -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def part(name: str) -> Part:
    return Part.objects.select_related("call").get(name=name)


@pytest.mark.slow
def test_the_sample_shows_every_pattern_of_the_line(loaded: demo.Loaded, now: datetime) -> None:
    assert (loaded.teams, loaded.features, loaded.calls, loaded.parts) == (3, 12, 40, 43)
    # Somebody waits, however it is disguised.
    for name in (
        "Reply in the chat", "Suggested reply beside the colleague", "Fields of an uploaded document",
        "Answer on the onboarding page", "Address check in the checkout", "Risk note during payment",
        "Step of the agent while a colleague watches", "Question rewritten for the search",
    ):  # fmt: skip
        assert (part(name).label, part(name).kind) == ("waiting", "stay_real_time")
    # Real time by habit.
    for name in (
        "Clauses of the day's documents", "Weekly digest of changed rules", "Tags of new tickets", "Tags of products",
        "Enrichment of archived documents", "Reading all contracts again", "Test runs of new prompts",
    ):  # fmt: skip
        assert (part(name).label, part(name).kind) == ("not_waiting", "move_to_batch")
    # Both in one call, split.
    for name, rest in [
        ("Preview", "Full analysis"), ("Live answer", "History enrichment"),
        ("Immediate answer", "Exhaustive pass over the sources"),
    ]:  # fmt: skip
        assert part(name).call == part(rest).call
        assert (part(name).label, part(rest).label) == ("waiting", "not_waiting")
        assert part(name).call.saving > 0
        assert part(rest).hand_over
    # What does not simply stay or move.
    assert part("Clean-up of scanned text in the upload queue").kind == "bring_back"
    assert part("Scores of closed tickets").kind == "stay_batch"
    assert part("Tags of clauses, with long instructions").why == "batch_dearer"
    assert part("Summary of identity papers").blockers == ["zero data retention or HIPAA-ready handling is required"]
    assert part("Step of the agent at night").why == "blocked"
    assert part("Clauses of the day's documents").guard
    assert part("Reading of other shops' pages").doubts[0] == "model_unknown"
    states = Counter(Part.objects.values_list("state", flat=True))
    assert states == {"agreed": 37, "one_side": 2, "unlabelled": 3, "disputed": 1}
    # A first guess on every feature, nobody invented, and a history that tells of it all.
    assert not Feature.objects.filter(first_guess=None).exists()
    assert set(Sheet.objects.values_list("answered_by", flat=True)) == {None}
    assert Person.objects.count() == 0
    assert findings() == []
    with pytest.raises(demo.LoadedAlready):
        demo.load(by=BY, at=now)


def test_removing_leaves_every_other_row_as_it_was(
    pia: Person, ed: Person, prices: Book, corner: None, now: datetime
) -> None:
    mine = team.register(name="Mine", by=BY, at=now)
    own = features.register(team=mine, fields={"name": "Own"}, by=BY, at=now)
    fields = {"name": "Own call", "provider": "anthropic", "model": "claude-haiku-5-5", "today_path": "real_time"}
    calls.register(feature=own, fields={**fields, "requests": 1, "uncached_input": 1, "output": 1}, by=BY, at=now)
    tables = (Team, Feature, Call, Part, Sheet, Person)
    before = rows(*tables)

    demo.load(by=BY, at=now)
    history = Action.objects.count()
    removed = demo.remove(by=BY, at=now)

    assert rows(*tables) == before
    assert (removed.calls, removed.stayed) == (8, ())
    assert Action.objects.count() == history + 1
    assert [text for text in findings() if "person" not in text and "membership" not in text] == [
        f"team {pia.teams.get().pk} is in the database, but no action tells of it"
    ]


def test_what_somebody_has_added_to_stays_and_is_theirs(prices: Book, corner: None, now: datetime) -> None:
    demo.load(by=BY, at=now)
    feature = Feature.objects.get(name="Live chat")
    added = factories.make_call(feature=feature, name="Added since")
    moved = Call.objects.get(key="sample-chat-title")
    elsewhere = factories.make_feature(name="Elsewhere")
    calls.edit(call=moved, version=moved.version, fields={"feature": elsewhere}, by=BY, at=now)

    removed = demo.remove(by=BY, at=now)

    assert removed.stayed == ("Live chat", "Help desk (sample)")
    assert list(Call.objects.all()) == [added]
    assert set(Feature.objects.values_list("name", "is_demo")) == {("Live chat", False), ("Elsewhere", False)}
    assert not demo.is_loaded()
    assert demo.remove(by=BY, at=now) == demo.Removed(0, ())


def test_a_team_somebody_was_added_to_stays(now: datetime, ed: Person) -> None:
    sample_team = team.register(name="Documents (sample)", is_demo=True, by=BY, at=now)
    team.register(name="Shop (sample)", is_demo=True, by=BY, at=now)
    factories.make_person(team=sample_team)
    assert demo.remove(by=BY, at=now).stayed == ("Documents (sample)",)
    assert Team.objects.filter(name="Shop (sample)").count() == 0


def test_a_team_that_has_planned_a_wave_stays(now: datetime) -> None:
    sample_team = team.register(name="Documents (sample)", is_demo=True, by=BY, at=now)
    waves.register(team=sample_team, fields={"name": "First"}, by=BY, at=now)
    assert demo.remove(by=BY, at=now).stayed == ("Documents (sample)",)


def test_what_was_said_and_realised_of_parts_that_are_gone_goes_with_the_sample(corner: None, now: datetime) -> None:
    demo.load(by=BY, at=now)
    split = Call.objects.filter(is_split=True, parts__in=Pair.objects.values("part_id")).distinct().get()
    parts.unsplit(call=split, version=split.version, reason="One reader", by=BY, at=now)
    move = Part.objects.filter(kind="move_to_batch").select_related("call").first()
    assert move is not None
    # Without a wave, for which its team would stay.
    with transaction.atomic(), net.taken_away():
        before, entries = realised.follow([move], to=Status.MOVED, at=now)
        audit.record(kind="move.set_status", by=BY, at=now, subject=move, before=before, after=entries)

    assert demo.remove(by=BY, at=now).stayed == ()

    assert (Pair.objects.count(), Realised.objects.count()) == (0, 0)
    assert findings() == []


def test_a_name_that_is_taken_is_told_and_nothing_is_loaded(prices: Book, now: datetime) -> None:
    factories.make_team(name="Shop (Sample)")
    with pytest.raises(demo.NameTaken, match=r"Shop \(sample\)"):
        demo.load(by=BY, at=now)
    assert Team.objects.count() == 1


@pytest.mark.parametrize("check", [len, lambda names: len(set(names))])
def test_the_sample_has_forty_calls_with_keys_of_their_own(check: Callable[[list[str]], int]) -> None:
    keys = [call.fields["key"] for team in sample.teams() for feature in team.features for call in feature.calls]
    assert check(keys) == 40
