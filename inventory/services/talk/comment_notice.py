"""Tells of what is said about a call: whom it mentions, who wrote in its thread, the owners of the feature."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from inventory.domain import comment as comments
from inventory.domain import notice as domain
from inventory.domain.audit import Actor
from inventory.domain.notice import Event
from inventory.models import Comment, Feature, Notice
from inventory.services import notice
from inventory.services.labelling.part_notice import OWNERS
from inventory.services.notice import News


def about(comment: Comment, *, by: Actor, at: datetime) -> None:
    """Tell whom it mentions, who wrote in its thread, and of a new thread the owners of the feature: each once, for the
    nearest reason they want to hear of."""
    reasons: dict[int, list[Event]] = {}
    near: list[tuple[Event, Iterable[int]]] = [(Event.MENTIONED, comments.mentioned(comment.text))]
    if comment.thread is not None:
        near.append((Event.REPLIED, _writers(comment.thread)))
    else:
        near.append((Event.COMMENTED, _owners(comment.call.feature_id)))
    for event, pks in near:
        for pk in pks:
            reasons.setdefault(pk, []).append(event)
    _tell(comment, reasons, by=by, at=at)


def about_mentions(comment: Comment, people: Iterable[int], *, by: Actor, at: datetime) -> None:
    """Tell whom a changed comment mentions anew, unless they have heard of it for another reason."""
    heard = Notice.objects.filter(comment=comment, event__in=domain.OF_A_COMMENT).values_list("person", flat=True)
    new = set(people) - set(heard)
    _tell(comment, dict.fromkeys(new, (Event.MENTIONED,)), by=by, at=at)


def about_resolved(thread: Comment, *, by: Actor, at: datetime) -> None:
    """Tell who wrote in it; not again while the last time is still to be read, in the app or by mail."""
    last = Notice.objects.filter(Q(in_app=True) | Q(to_mail=True), comment=thread, event=Event.RESOLVED, read_at=None)
    new = set(_writers(thread)) - set(last.values_list("person", flat=True))
    _tell(thread, dict.fromkeys(new, (Event.RESOLVED,)), by=by, at=at)


def forget(comment: Comment) -> None:
    """What was deleted is no news."""
    Notice.objects.filter(comment=comment, event__in=domain.OF_A_COMMENT).delete()


def _owners(feature_id: int) -> list[int]:
    return [pk for pk in Feature.objects.values_list(*OWNERS).get(pk=feature_id) if pk is not None]


def _writers(thread: Comment) -> list[int]:
    """Who wrote in it and has not deleted all of that."""
    said = Comment.objects.of_thread(thread).filter(deleted_at=None)
    return list(said.order_by("written_by").values_list("written_by", flat=True).distinct())


def _tell(comment: Comment, reasons: Mapping[int, Sequence[Event]], *, by: Actor, at: datetime) -> None:
    about = comment.about or comment.call.name[:200]
    fields = {"comment": comment, "call_id": comment.call_id, "about": about, "at": at}
    notice.write({person: News(mine, fields) for person, mine in reasons.items()}, by=by)
