"""What is known of models, discounts and factors, what retires, and which versions were frozen, as rows of a file."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from inventory.exchange.columns import Column, Form
from inventory.models import ClaudeModel, Discount, Frozen, FrozenPrice, Modifier, Part, PriceRow
from inventory.models.pricing import PRICE_NAMES
from inventory.services.files.plain import Asked, Plain, Row, each, name_of
from inventory.services.history import calls_then, moment
from inventory.services.prices import discount, pricing, retirement

SOURCE = (Column("source", "Source", width=50), Column("as_of", "As of", Form.DAY, 12))
RATES = tuple(Column(name, f"{words}, $ a million", Form.RATE, 26) for name, words in PRICE_NAMES.items())
RETIRING = (
    Column("part", "Part", width=30), Column("feature", "Feature", width=26), Column("team", "Team", width=22),
    Column("model", "Model", width=24), Column("on", "Retires", Form.DAY, 12),
    Column("today", "Today, $ a month", Form.MONEY), Column("after", "After, $ a month", Form.MONEY),
    Column("successor", "On a successor", width=24),
    Column("successor_today", "Today on it, $ a month", Form.MONEY, 24),
    Column("successor_after", "After on it, $ a month", Form.MONEY, 24),
)  # fmt: skip
MODELS = (
    Column("model", "Model", width=28), Column("key", "Id", width=28), Column("status", "Status", width=40),
    Column("released_on", "Released", Form.DAY, 12), Column("retires_on", "Retires", Form.DAY, 12),
    Column("retirement", "Retirement, in words", width=50),
    Column("min_cacheable", "Smallest prefix it caches, tokens", Form.WHOLE, 30),
)  # fmt: skip
UPCOMING = (
    Column("valid_from", "From", Form.DAY, 12), Column("model", "Model", width=28),
    Column("platform", "Platform", width=14), Column("platform_id", "Id there", width=36),
    Column("above", "Prompts of more than, tokens", Form.WHOLE, 26), *RATES,
)  # fmt: skip
DISCOUNTS = (
    Column("platform", "Platform", width=14), Column("share", "Off every token price", Form.SHARE, 20),
    Column("on_fees", "Off fees of tools", Form.TRUTH, 16), Column("valid_from", "Holds from", Form.DAY, 12),
    Column("reason", "Why", width=60),
)  # fmt: skip
MODIFIERS = (
    Column("key", "What", width=28), Column("value", "Value", Form.NUMBER, 14), Column("unit", "Unit", width=24),
    Column("applies_to", "Applies to", width=50), *SOURCE,
)  # fmt: skip
VERSIONS = (
    Column("number", "Version", Form.WHOLE, 10), Column("note", "What it is for", width=44),
    Column("plan", "Plan of", width=22), Column("frozen_at", "Frozen", Form.MOMENT, 17),
    Column("by", "By", width=22), Column("parts", "Parts", Form.WHOLE, 10),
    Column("today", "Today, $ a month", Form.MONEY), Column("after", "After, $ a month", Form.MONEY),
    Column("saves", "Saves, $ a month", Form.MONEY), Column("planned", "In plan, $ a month", Form.MONEY),
)  # fmt: skip
THEN = (
    Column("model", "Model", width=28), Column("provider", "Runs on", width=14), Column("geo", "Geography", width=10),
    Column("discount", "Negotiated off", Form.SHARE, 14), Column("on", "Priced on", Form.DAY, 12),
    Column("platform_id", "Row of the book", width=36),
    Column("above", "Prompts of more than, tokens", Form.WHOLE, 26), *RATES, *SOURCE,
)  # fmt: skip
AS_OF = (
    Column("call", "Call", width=30), Column("feature", "Feature", width=26), Column("runs", "Runs", width=14),
    Column("move", "Move", width=18), Column("today", "Cost, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY), Column("saves", "Saves, $ a month", Form.MONEY),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
    Column("gone", "Taken back since", Form.TRUTH, 16),
)  # fmt: skip


def _retiring(found: Sequence[Part], asked: Asked) -> list[Row]:
    """A row a successor; one alone where none is known."""
    return [row for each in retirement.rows(found, on=asked.on) for row in _successors(each)]


def _successors(each: retirement.Retiring) -> Iterator[Row]:
    part = each.part
    own = {
        "part": part.name, "feature": part.feature.name, "team": part.team.name, "model": each.model, "on": each.on,
        "today": part.cost_today, "after": part.cost_target,
    }  # fmt: skip
    for choice in each.choices:
        on_it = {"successor_today": choice.today, "successor_after": choice.after}
        yield {**own, "successor": choice.model.name, **on_it}
    if not each.choices:
        yield own


def _model(one: ClaudeModel) -> Row:
    own = {name: getattr(one, name) for name in ("key", "released_on", "retires_on", "retirement", "min_cacheable")}
    return {"pk": one.pk, "model": one.name, "status": one.status_note or one.get_status_display(), **own}


def _price(row: PriceRow) -> Row:
    own = {column.name: getattr(row, column.name) for column in UPCOMING if column.name != "model"}
    return {"pk": row.pk, "model": row.model.name, **own}


def _discount(one: Discount) -> Row:
    return {"pk": one.pk, **{column.name: getattr(one, column.name) for column in DISCOUNTS}}


def _modifier(one: Modifier) -> Row:
    return {column.name: getattr(one, column.name) for column in MODIFIERS}


def _version(one: Frozen) -> Row:
    own = {name: getattr(one, name) for name in ("number", "note", "frozen_at", "parts", "today", "after", "planned")}
    return {"pk": one.pk, "plan": one.about, "by": name_of(one.frozen_by, "a command"), "saves": one.saving, **own}


def _then(found: Sequence[FrozenPrice], asked: Asked) -> list[Row]:
    """A row for each row of the book; one alone where the book had no price."""
    return [{**_priced(price), **_copied(row)} for price in found for row in (price.rows or [{}])]


def _priced(price: FrozenPrice) -> Row:
    own = {name: getattr(price, name) for name in ("model", "provider", "geo", "on")}
    return {**own, "discount": price.discount}


def _copied(row: Row) -> Row:
    """Days are texts in it."""
    day = row.get("as_of")
    return {**row, "as_of": date.fromisoformat(day) if day else None}


def _as_of(asked: Asked) -> Sequence[calls_then.CallThen]:
    given = asked.narrowed
    at = moment.of(day=date.fromisoformat(given["day"]) if given["day"] else None, action=given.get("action"))
    return calls_then.every(at, team=given.get("team"), feature=given.get("feature"))


def _call_then(one: calls_then.CallThen) -> Row:
    own: dict[str, Any] = {"call": one.name, "feature": one.feature, "runs": one.path, "move": one.kind}
    own |= {"today": one.today, "after": one.after, "saves": one.saving}
    return {**own, "possible": one.possible, "gone": one.is_gone}


def _prices_then(asked: Asked) -> Any:
    return FrozenPrice.objects.filter(frozen=asked.narrowed["of"]).order_by("provider", "model", "geo", "pk")


LISTS = {
    "retiring": Plain("Models that retire", RETIRING, lambda asked: retirement.parts(on=asked.on), _retiring),
    "models": Plain(
        "Models", MODELS, lambda asked: ClaudeModel.objects.order_by("-released_on", "key"), each(_model)
    ),
    "upcoming": Plain("Later prices", UPCOMING, lambda asked: PriceRow.objects.upcoming(asked.on), each(_price)),
    "discounts": Plain("Discounts", DISCOUNTS, lambda asked: discount.listing(), each(_discount)),
    "modifiers": Plain("Factors and fees", MODIFIERS, lambda asked: pricing.modifiers(asked.on), each(_modifier)),
    "versions": Plain(
        "Versions", VERSIONS, lambda asked: Frozen.objects.of(asked.narrowed.get("team") or 0).newest_first(),
        each(_version),
    ),
    "version_prices": Plain("Prices", THEN, _prices_then, _then),
    "as_of": Plain("As of a day", AS_OF, _as_of, each(_call_then)),
}  # fmt: skip
