"""The list of features and that of doubts as rows of a file, with the columns they have on their pages."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inventory.domain import lots
from inventory.exchange.columns import Column, Form
from inventory.models import Feature, Part, Team
from inventory.services.calls import feature as features
from inventory.services.calls import line
from inventory.services.files.exchange import doubt_words

OWNERS = (
    Column("product_owner", "Product owner", width=20),
    Column("engineering_owner", "Engineering owner", width=20),
)
FEATURES = (
    Column("feature", "Feature", width=26), Column("team", "Team", width=22), *OWNERS,
    Column("calls", "Calls", Form.WHOLE, 10), Column("guess", "Can move, first guess", Form.PERCENT, 20),
    Column("audited", "Can move, audited", Form.PERCENT, 18), Column("today", "Today, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY), Column("saves", "Saves, $ a month", Form.MONEY),
    Column("one_sided", "Of it on one side's answer, $ a month", Form.MONEY, 32),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
    Column("unpriced", "Parts without a known price", Form.WHOLE, 26), Column("retired_at", "Retired", Form.MOMENT, 17),
)  # fmt: skip
DOUBTS = (
    Column("part", "Part", width=30), Column("feature", "Feature", width=26), Column("team", "Team", width=22),
    Column("doubts", "Doubts", width=70), *OWNERS, Column("today", "Today, $ a month", Form.MONEY),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
)  # fmt: skip
Lots = Iterator[list[dict[str, Any]]]


def all_features(asked: Mapping[str, Any], picked: Sequence[int]) -> tuple[int, Lots]:
    chosen = {**asked, "team": Team.objects.get(pk=asked["team"]) if asked.get("team") else None}
    found = features.listing(**chosen)
    keys = array("q", (found.filter(pk__in=picked) if picked else found).values_list("pk", flat=True).iterator())
    return len(keys), (_features(some) for some in lots.of(keys))


def all_doubts(asked: Mapping[str, Any], picked: Sequence[int]) -> tuple[int, Lots]:
    found = Part.objects.live().doubtful(asked.get("doubt", "")).dearest_first()
    found = found.filter(team=asked["team"]) if "team" in asked else found
    keys = array("q", (found.filter(pk__in=picked) if picked else found).values_list("pk", flat=True).iterator())
    return len(keys), (_doubts(some) for some in lots.of(keys))


def _features(keys: Sequence[int]) -> list[dict[str, Any]]:
    found = Feature.objects.select_related("team", "product_owner", "engineering_owner").in_bulk(keys)
    figures = line.figures(found.values())
    return [_feature(found[pk], figures[pk]) for pk in keys if pk in found]


def _feature(feature: Feature, figures: line.Figures) -> dict[str, Any]:
    return {
        "feature": feature.name, "team": feature.team.name, **_owners(feature), "calls": figures.calls,
        "guess": feature.first_guess, "audited": figures.audited, "today": figures.today, "after": figures.target,
        "saves": figures.saving, "one_sided": figures.one_sided_saving, "possible": figures.possible,
        "unpriced": figures.unpriced, "retired_at": feature.retired_at,
    }  # fmt: skip


def _doubts(keys: Sequence[int]) -> list[dict[str, Any]]:
    found = Part.objects.with_owners().in_bulk(keys)
    return [_doubt(found[pk]) for pk in keys if pk in found]


def _doubt(part: Part) -> dict[str, Any]:
    return {
        "part": part.name, "feature": part.feature.name, "team": part.team.name,
        "doubts": "; ".join(doubt_words(part, code) for code in part.doubts), **_owners(part.feature),
        "today": part.cost_today, "possible": part.possible,
    }  # fmt: skip


def _owners(feature: Feature) -> dict[str, str]:
    owners = {"product_owner": feature.product_owner, "engineering_owner": feature.engineering_owner}
    return {name: person.name if person else "" for name, person in owners.items()}
