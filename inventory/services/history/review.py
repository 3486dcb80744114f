"""Marking actions as reviewed, so that a review has an end. That somebody did is an action too, but none to review."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from inventory.domain.audit import Actor
from inventory.models import Action, ChainHead, Person, Review
from inventory.services import access, audit
from inventory.services.history import history, unreviewed
from inventory.services.history.history import Asked

MOST = 2000  # marked at once


class NothingToReview(Exception):
    """All of it is reviewed, is nothing to review, or is for somebody else to."""


class NotReviewed(Exception):
    """There is no mark to take back."""


@dataclass(frozen=True, slots=True)
class Marked:
    count: int
    left: int  # of what was asked for, beyond what is marked at once


def for_person(rows: QuerySet[Action], person: Person) -> QuerySet[Action]:
    """Those of `rows` this person may mark: leads those of their teams, administrators all."""
    return rows if person.is_administrator else rows.filter(team_id__in=access.teams_led(person))


@transaction.atomic
def mark(*, asked: Asked, seqs: Collection[int] | None, note: str, person: Person, by: Actor, at: datetime) -> Marked:
    """Mark these actions, or the oldest of all that are asked for where `seqs` is None. Raises `NothingToReview`."""
    ChainHead.objects.select_for_update(no_key=True).filter(pk=1).first()  # two who mark the same wait here
    rows = for_person(unreviewed.among(history.matching(asked)), person)
    if seqs is not None:
        rows = rows.filter(seq__in=seqs)
    found = list(rows.order_by("seq")[: MOST + 1])
    left = rows.count() - MOST if len(found) > MOST else 0
    chosen = found[:MOST]
    if not chosen:
        raise NothingToReview
    made = Review.objects.bulk_create([Review(seq=each.seq, note=note, by=person, at=at) for each in chosen])
    unreviewed.remove(each.seq for each in made)
    changes = audit.Changes()
    changes.add({}, audit.states(*made))
    teams = {each.team_id for each in chosen}
    audit.append(
        kind="review.mark", by=by, at=at, record=Review.RECORD, record_id=str(made[0].pk), title=_title(chosen),
        team_id=teams.pop() if len(teams) == 1 else None, changes=changes, reason=note,
    )  # fmt: skip
    return Marked(len(chosen), left)


@transaction.atomic
def take_back(*, action: Action, by: Actor, at: datetime) -> None:
    """It waits for a review again. Raises `NotReviewed`."""
    found = Review.objects.select_for_update(no_key=True).filter(seq=action.seq).first()
    if found is None:
        raise NotReviewed
    before = audit.states(found)
    changes = audit.Changes()
    changes.add(before, {})
    pk = found.pk
    found.delete()
    unreviewed.add(action.seq)
    audit.append(
        kind="review.take_back", by=by, at=at, record=Review.RECORD, record_id=str(pk), title=_title([action]),
        team_id=action.team_id, changes=changes,
    )  # fmt: skip


def _title(actions: list[Action]) -> str:
    first, last = actions[0].seq, actions[-1].seq
    return f"action {first}" if first == last else f"{len(actions):,} actions, {first} to {last}"
