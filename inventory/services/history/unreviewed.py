"""The actions that wait for a review, by their index: found at once among however many that do not."""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import Exists, OuterRef, QuerySet

from inventory.domain import audit, lots
from inventory.domain.chain import Finding
from inventory.models import Action, Review, Unreviewed

MOST = 100  # findings told
LEFT_OUT = "waits for a review and is not in the list of those that do"
TOO_MANY = "is in the list of those that wait for a review and does not"


def some(most: int, *, since: int, until: int | None, before: int | None, after: int | None) -> QuerySet[Action]:
    """The newest within these bounds, or with `after` the oldest."""
    rows = between(max(since, after or 0), until)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = rows.order_by("-seq" if after is None else "seq").values_list("seq", flat=True)[:most]
    return Action.objects.filter(seq__in=list(found))


def between(since: int, until: int | None) -> QuerySet[Unreviewed]:
    rows = Unreviewed.objects.filter(seq__gt=since)
    return rows if until is None else rows.filter(seq__lte=until)


def among(rows: QuerySet[Action]) -> QuerySet[Action]:
    """Those of `rows` that wait, of which none is before the first of all: the oldest are found at once too."""
    first = Unreviewed.objects.order_by("seq").values_list("seq", flat=True).first()
    return rows.none() if first is None else rows.filter(Exists(_own()), seq__gte=first)


def add(*seqs: int) -> None:
    Unreviewed.objects.bulk_create([Unreviewed(seq=seq) for seq in seqs])


def remove(seqs: Iterable[int]) -> None:
    for lot in lots.of(seqs):
        Unreviewed.objects.filter(seq__in=lot).delete()


def differing() -> Iterator[Finding]:
    """The index held against history and reviews: each statement sees what was committed when it began, all of it."""
    reviewed = Exists(Review.objects.filter(seq=OuterRef("seq")))
    left_out = _reviewable(Action.objects.filter(~reviewed, ~Exists(_own())))
    right = _reviewable(Action.objects.filter(seq=OuterRef("seq")))
    too_many = Unreviewed.objects.filter(reviewed | ~Exists(right))
    yield from _told(left_out.order_by("seq").values_list("seq", flat=True)[:MOST], LEFT_OUT)
    yield from _told(too_many.order_by("seq").values_list("seq", flat=True)[:MOST], TOO_MANY)


def _told(seqs: Collection[int], text: str) -> Iterator[Finding]:
    return (Finding(seq, text) for seq in seqs)


def _own() -> QuerySet[Unreviewed]:
    return Unreviewed.objects.filter(seq=OuterRef("seq"))


def _reviewable(rows: QuerySet[Action]) -> QuerySet[Action]:
    for prefix in audit.NONE_TO_REVIEW:
        rows = rows.exclude(kind__startswith=prefix)
    return rows
