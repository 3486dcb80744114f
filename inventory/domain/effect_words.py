"""How it reads what came of an action, or of all between two moments. Amounts are micro-dollars a month."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from inventory.domain import money
from inventory.domain.audit_words import NOTHING
from inventory.domain.effect import Figures

MOST_OUTCOME = 160  # characters
AMOUNTS = (
    ("Cost today, a month", "today"), ("Saving, a month", "saving"), ("Possible besides, a month", "possible"),
    ("Cost after the moves, which a commit rests on", "after"),
)  # fmt: skip


def outcome(own: Sequence[tuple[str, str, str]], parts: Sequence[str], changes: int) -> str:
    """What came of it, in short: the one field that was changed with both values, or the names of several; where parts
    changed their label or move, from what to what; how many changes where there are too many to tell."""
    told = [said if count == 1 else f"{count} parts: {said}" for said, count in Counter(parts).most_common(3)]
    names = [f"{label[:1].lower()}{label[1:]}" for label, _, _ in own]
    if len(own) == 1:
        _, was, now = own[0]
        told.append(f"{names[0]}: {now}" if was == NOTHING else f"{names[0]} {was} → {now}")
    elif own:
        told.append(", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""))
    if changes:
        told.append(f"{changes:,} changes")
    found = "; ".join(told)
    return found if len(found) <= MOST_OUTCOME else found[: MOST_OUTCOME - 1].rstrip() + "…"


def effects(*, today: int, saving: int, possible: int) -> list[str]:
    """What it did to the figures of a month, the saving first; micro-dollars."""
    told = [("saving", saving), ("possible saving", possible), ("cost today", today)]
    return [f"{what} {money.shown(amount, sign=True)} a month" for what, amount in told if amount]


def coverage(found: Figures) -> str:
    """`12 of 80 parts, 24.0 % of the cost today`."""
    spend = "" if found.of_spend is None else f", {_percent(found.of_spend)} of the cost today"
    return f"{found.labelled:,} of {found.parts:,} parts{spend}"


def figures(before: Figures, after: Figures, *, all_of_them: bool) -> list[tuple[str, str, str, str, str]]:
    """Each figure of the plan at two moments and the difference, in words; or only those that differ. An amount comes
    with its name among the figures, by which it opens."""
    told = []
    for what, name in AMOUNTS:
        was, now = getattr(before, name), getattr(after, name)
        if all_of_them or was != now:
            told.append((what, name, money.shown(was), money.shown(now), money.shown(now - was, sign=True)))
    was, now = coverage(before), coverage(after)
    if all_of_them or was != now:
        told.insert(3 if all_of_them else len(told), ("Labelled", "", was, now, _gained(before, after)))
    return told


def _gained(before: Figures, after: Figures) -> str:
    """How many parts more are labelled, and by how many points the share of the cost grew."""
    more = after.labelled - before.labelled
    points = ((after.of_spend or Decimal(0)) - (before.of_spend or Decimal(0))) * 100
    return f"{_signed(more, ',')} part{'' if abs(more) == 1 else 's'}, {_signed(points, '.1f')} points"


def _signed(number: int | Decimal, form: str) -> str:
    text = format(abs(number), form)
    lead = "" if not text.strip("0.") else "−" if number < 0 else "+"
    return lead + text


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f} %"
