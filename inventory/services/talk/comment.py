"""Writes comments: begin a thread, reply, change or delete one's own, resolve a thread and reopen it.

Every write holds the call first, so that what happens in its threads happens one after the other.
"""

from datetime import datetime

from django.db import transaction

from inventory.domain import comment as domain
from inventory.domain.audit import Actor
from inventory.models import Call, Comment, Part, Person
from inventory.services import audit
from inventory.services.talk import comment_notice


class CallRetired(Exception):
    """What is said about a retired call can be read; nothing is added to it."""


class SentOtherwise(Exception):
    """The same form was sent before with another text, which stands: nothing was written."""


class Deleted(Exception):
    """Its writer has deleted it meanwhile."""


@transaction.atomic
def write(
    *, call: Call, part: Part | None = None, text: str, token: str, person: Person, by: Actor, at: datetime
) -> Comment:
    """Begin a thread, about one part of a split call where that is given. `text` is as `domain.comment` stores it;
    `token` names the form it came by: sent twice, it is written once. Raises `CallRetired` and `SentOtherwise`."""
    held = _held(call.pk)
    about = part.name[:200] if part else ""
    drafted = Comment(call=held, part=part, about=about, text=text, token=token, written_by=person)
    return _added(drafted, kind="comment.write", by=by, at=at)


@transaction.atomic
def reply(*, thread: Comment, text: str, token: str, person: Person, by: Actor, at: datetime) -> Comment:
    """Replies stand one level deep; one to a resolved thread opens it again. Raises as `write` does."""
    held = _held(thread.call_id)
    head = Comment.objects.get(pk=thread.thread_id or thread.pk)
    drafted = Comment(call=held, part_id=head.part_id, about=head.about, thread=head, text=text, token=token)
    drafted.written_by = person
    return _added(drafted, kind="comment.reply", by=by, at=at)


@transaction.atomic
def edit(*, comment: Comment, version: int, text: str, by: Actor, at: datetime) -> Comment:
    """Whoever is mentioned anew is told. History keeps that the text changed, not what it said.

    Raises `Stale`, `CallRetired`, `Deleted`.
    """
    found = _fresh(comment)
    if found.deleted_at is not None:
        raise Deleted
    if found.text == text:
        return found
    before = audit.states(found)
    was = set(domain.mentioned(found.text))
    found.version, found.text, found.edited_at = version, text, at
    found.write("text", "edited_at")
    audit.record(kind="comment.edit", by=by, at=at, subject=found, before=before, after=audit.states(found))
    comment_notice.about_mentions(found, [pk for pk in domain.mentioned(text) if pk not in was], by=by, at=at)
    return found


@transaction.atomic
def delete(*, comment: Comment, by: Actor, at: datetime) -> Comment:
    """The text goes for good, and with it the notices of it; that there was one stays. Also on a retired call: what
    should never have been written can be taken away."""
    found = _fresh(comment, retired_too=True)
    if found.deleted_at is not None:
        return found
    before = audit.states(found)
    found.text, found.deleted_at = "", at
    found.write("text", "deleted_at")
    audit.record(kind="comment.delete", by=by, at=at, subject=found, before=before, after=audit.states(found))
    comment_notice.forget(found)
    return found


@transaction.atomic
def resolve(*, thread: Comment, person: Person, by: Actor, at: datetime) -> Comment:
    """Fold a thread away. Raises `CallRetired`."""
    found = _fresh(thread)
    if found.resolved_at is None and found.thread_id is None:
        before = audit.states(found)
        _set_resolved(found, at, person)
        audit.record(kind="comment.resolve", by=by, at=at, subject=found, before=before, after=audit.states(found))
        comment_notice.about_resolved(found, by=by, at=at)
    return found


@transaction.atomic
def reopen(*, thread: Comment, by: Actor, at: datetime) -> Comment:
    """Raises `CallRetired`."""
    found = _fresh(thread)
    if found.resolved_at is not None:
        before = audit.states(found)
        _set_resolved(found, None, None)
        audit.record(kind="comment.reopen", by=by, at=at, subject=found, before=before, after=audit.states(found))
    return found


def _added(drafted: Comment, *, kind: str, by: Actor, at: datetime) -> Comment:
    """Save it, move its thread on, and tell whom it concerns; the one that is there where the form came twice."""
    sent_before = Comment.objects.filter(call=drafted.call, written_by=drafted.written_by, token=drafted.token).first()
    if sent_before is not None:
        if sent_before.text != drafted.text and sent_before.edited_at is None and sent_before.deleted_at is None:
            raise SentOtherwise
        return sent_before
    head = drafted.thread
    before = audit.states(head) if head else {}
    drafted.written_at = drafted.moved_at = at
    drafted.save(force_insert=True)
    if head is not None:
        head.call = drafted.call
        _set_resolved(head, None, None)
        Comment.objects.filter(pk=head.pk).update(moved_at=at)
    after = audit.states(drafted, *([head] if head else []))
    audit.record(kind=kind, by=by, at=at, subject=drafted, before=before, after=after)
    comment_notice.about(drafted, by=by, at=at)
    return drafted


def _held(pk: int, *, retired_too: bool = False) -> Call:
    """The call as it is now, held until the transaction ends."""
    Call.objects.select_for_update(no_key=True).get(pk=pk)
    call = Call.objects.select_related("feature", "team").get(pk=pk)
    if call.retired_at is not None and not retired_too:
        raise CallRetired
    return call


def _fresh(comment: Comment, *, retired_too: bool = False) -> Comment:
    """The comment as it is now, its call held."""
    call = _held(comment.call_id, retired_too=retired_too)
    found = Comment.objects.get(pk=comment.pk)
    found.call = call
    return found


def _set_resolved(thread: Comment, at: datetime | None, by: Person | None) -> None:
    """Without touching the version: that counts the text, and its writer may be changing it just now."""
    thread.resolved_at, thread.resolved_by = at, by
    Comment.objects.filter(pk=thread.pk).update(resolved_at=at, resolved_by=by)
