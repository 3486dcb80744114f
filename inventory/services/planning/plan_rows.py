"""The sums the plan's totals are made of: parts that are alike, added up by the database. Micro-dollars a month."""

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from inventory.models import Feature, Part

KEY = ("team_id", "in_split", "kind", "why", "one_sided")
ADDED = {
    "parts": Count("*"), "priced": Count("cost_today"), "today": Sum("cost_today"), "after": Sum("cost_target"),
    "spare": Sum("possible"),
}  # fmt: skip
GUESSED = {
    "guessed": Sum("cost_today", filter=Q(feature__first_guess__isnull=False)),
    "guess": Sum(F("cost_today") * F("feature__first_guess")),
}


class Row(NamedTuple):
    """Parts that are alike in what the totals group by, and what they add up to. `guessed` is what those of features
    with a first guess spend today, `guess` that spend times the percent of each guess."""

    team: int
    in_split: bool
    kind: str
    why: str
    one_sided: bool
    parts: int
    priced: int
    today: int | None
    after: int | None
    possible: int | None
    guessed: int | None
    guess: int | None


def added_up(parts: QuerySet[Part]) -> list[Row]:
    """In one statement. SQLite walks a covering index in its order, and looks up each feature on its way; PostgreSQL
    would read the whole table for that, by several processes at once."""
    if connection.vendor == "postgresql":
        return _in_two_steps(parts)
    return [Row(*row) for row in parts.order_by().values_list(*KEY).annotate(**ADDED, **GUESSED)]


def _in_two_steps(parts: QuerySet[Part]) -> list[Row]:
    """By feature first, which is one walk along the covering index on PostgreSQL too; then, with the guess of each
    feature, what is left of that. In plain SQL, because a queryset groups no queryset."""
    inner, params = parts.order_by().values(*KEY, "feature_id").annotate(**ADDED).query.sql_with_params()
    keys, sums = (", ".join(each) for each in (KEY, (f"SUM({name})" for name in ADDED)))
    guessed = "SUM(today) FILTER (WHERE first_guess IS NOT NULL), SUM(today * first_guess)"
    features = f"(SELECT id, first_guess FROM {Feature._meta.db_table}) AS feature"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {sums}, {guessed} FROM ({inner}) AS alike JOIN {features} ON id = feature_id"
            f" GROUP BY {keys}",
            params,
        )
        return [_row(found) for found in cursor.fetchall()]


def _row(found: tuple[Any, ...]) -> Row:
    """With whole numbers: what PostgreSQL adds up is decimal."""
    sums = (None if amount is None else int(amount) for amount in found[len(KEY) :])
    return Row._make((*found[: len(KEY)], *sums))
