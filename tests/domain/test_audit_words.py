import re
from pathlib import Path

import pytest

from inventory.domain import audit_words, effect_words

SERVICES = Path(__file__).parents[2] / "inventory" / "services"
RECORDED = sorted({
    kind for file in SERVICES.rglob("*.py") for kind in re.findall(r'kind="([a-z]+\.[a-z_]+)"', file.read_text())
})  # fmt: skip


@pytest.mark.parametrize("kind", RECORDED)
def test_every_kind_of_action_has_its_sentence(kind: str) -> None:
    assert kind in audit_words.SENTENCES


def test_a_kind_nobody_has_words_for_is_named_plainly() -> None:
    assert audit_words.sentence("wave.start_now", title="“Autumn”", team="") == "did wave start now: “Autumn”"
    assert audit_words.sentence("wave.start", title="", team="") == "did wave start"


def test_a_title_with_braces_stays_as_it_is() -> None:
    assert audit_words.sentence("call.edit", title="“{team} {0}”", team="A") == "changed the call “{team} {0}”"


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (("person", "7", "Pia"), "Pia"),
        (("person", "7", ""), "A former member"),
        (("command", "load_demo", ""), "The command load_demo"),
        (("job", "12", ""), "Job 12"),
        (("robot", "x", ""), "x"),
    ],
)
def test_whoever_acted_is_named(actor: tuple[str, str, str], said: str) -> None:
    assert audit_words.who(*actor) == said


def test_effects_are_money_a_month_with_the_saving_first() -> None:
    assert effect_words.effects(today=0, saving=1_240_000_000, possible=-260_000_000) == [
        "saving +$1,240.00 a month",
        "possible saving −$260.00 a month",
    ]
    assert effect_words.effects(today=0, saving=0, possible=0) == []


@pytest.mark.parametrize(
    ("field", "stored", "shown"),
    [
        ("cost_today", 1_240_400_000, "$1,240.40"),
        ("requests", 46000, "46,000"),
        ("hit_share", "0.72", "72 %"),
        ("hit_share", "0.000001", "0.0001 %"),
        ("hit_share", "broken", "broken"),
        ("streaming", True, "yes"),
        ("streaming", False, "no"),
        ("cost_today", None, "–"),
        ("reason", "", "–"),
        ("blockers", ["zero retention", "streamed"], "zero retention, streamed"),
        ("params", {"plan": 1}, "plan: 1"),
    ],
)
def test_a_value_is_shown_in_words(field: str, stored: object, shown: str) -> None:
    assert audit_words.value(field, stored) == shown


def test_a_field_is_called_as_its_form_calls_it_where_we_have_no_better_name() -> None:
    assert [audit_words.label("cost_target", "cost target"), audit_words.label("api_key", "name of the API key"), audit_words.label("team_id")] == [
        "Cost after, a month", "Name of the API key", "Team",
    ]  # fmt: skip
