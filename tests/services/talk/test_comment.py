"""Comments: one action a write, nothing of the text in the history, and whom each of them tells."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from inventory.domain.notice import Event
from inventory.models import Action, Call, Change, Comment, Notice, Person, Stale, Team
from inventory.services import demo, notice
from inventory.services.calls import call as calls
from inventory.services.calls import part as parts
from inventory.services.history import verification
from inventory.services.people import account
from inventory.services.talk import comment
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(team: Team, pia: Person, ed: Person) -> Call:
    feature = factories.make_feature(team=team, product_owner=pia, engineering_owner=ed)
    return factories.make_call(feature=feature, name="Ticket summary")


def say(call: Call, person: Person, at: datetime, text: str = "Look", **fields: Any) -> Comment:
    given = {"call": call, "text": text, "token": uuid4().hex, "person": person, "by": person.actor, "at": at}
    return comment.write(**{**given, **fields})


def answer(thread: Comment, person: Person, at: datetime, text: str = "Yes", **fields: Any) -> Comment:
    given = {"thread": thread, "text": text, "token": uuid4().hex, "person": person, "by": person.actor, "at": at}
    return comment.reply(**{**given, **fields})


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("person__name", "event"))


def kinds() -> list[str]:
    return list(Action.objects.order_by("seq").values_list("kind", flat=True))


def test_every_write_is_one_action_and_its_text_is_in_none(call: Call, pia: Person, ed: Person, now: datetime) -> None:
    first = say(call, pia, now, "Secret one")
    reply = answer(first, ed, now, "Secret two")
    comment.edit(comment=reply, version=1, text="Secret three", by=ed.actor, at=now)
    comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
    comment.reopen(thread=first, by=pia.actor, at=now)
    comment.delete(comment=reply, by=ed.actor, at=now)
    names = ("write", "reply", "edit", "resolve", "reopen", "delete")
    assert kinds() == [f"comment.{name}" for name in names]
    assert Action.objects.first().title == "Ticket summary"
    assert not any("Secret" in before + after for before, after in Change.objects.values_list("before", "after"))
    assert list(Comment.objects.order_by("pk").values_list("text", flat=True)) == ["Secret one", ""]


def test_nothing_is_written_where_nothing_changes(call: Call, pia: Person, now: datetime) -> None:
    first = say(call, pia, now)
    comment.edit(comment=first, version=1, text="Look", by=pia.actor, at=now)
    comment.reopen(thread=first, by=pia.actor, at=now)
    comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
    comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
    comment.delete(comment=first, by=pia.actor, at=now)
    comment.delete(comment=first, by=pia.actor, at=now)
    assert kinds() == ["comment.write", "comment.resolve", "comment.delete"]


def test_a_form_sent_twice_is_one_comment(call: Call, pia: Person, ed: Person, now: datetime) -> None:
    first = say(call, pia, now, token="a" * 32)
    assert say(call, pia, now, token="a" * 32) == first
    assert say(call, ed, now, token="a" * 32) != first
    assert answer(first, ed, now, token="b" * 32) == answer(first, ed, now, token="b" * 32)
    assert Comment.objects.count() == 3


def test_a_stale_text_is_refused_with_the_other(call: Call, pia: Person, now: datetime) -> None:
    first = say(call, pia, now)
    comment.edit(comment=first, version=1, text="Mine", by=pia.actor, at=now)
    with pytest.raises(Stale) as refused:
        comment.edit(comment=first, version=1, text="Other", by=pia.actor, at=now)
    assert refused.value.theirs.text == "Mine"


def test_resolving_does_not_make_a_text_stale(call: Call, pia: Person, ed: Person, now: datetime) -> None:
    first = say(call, pia, now)
    comment.resolve(thread=first, person=ed, by=ed.actor, at=now)
    answer(first, ed, now)
    assert comment.edit(comment=first, version=1, text="Still mine", by=pia.actor, at=now).version == 2


def test_a_deleted_comment_cannot_be_changed(call: Call, pia: Person, now: datetime) -> None:
    first = say(call, pia, now)
    comment.delete(comment=first, by=pia.actor, at=now)
    with pytest.raises(comment.Deleted):
        comment.edit(comment=first, version=2, text="Back", by=pia.actor, at=now)


def test_a_retired_call_takes_nothing_but_can_lose_a_text(call: Call, pia: Person, prices, now: datetime) -> None:
    first = say(call, pia, now)
    calls.retire(call=call, version=call.version, reason="Gone", by=pia.actor, at=now)
    writes = [
        lambda: say(call, pia, now),
        lambda: answer(first, pia, now),
        lambda: comment.edit(comment=first, version=1, text="No", by=pia.actor, at=now),
        lambda: comment.resolve(thread=first, person=pia, by=pia.actor, at=now),
        lambda: comment.reopen(thread=first, by=pia.actor, at=now),
    ]
    for write in writes:
        with pytest.raises(comment.CallRetired):
            write()
    assert comment.delete(comment=first, by=pia.actor, at=now).text == ""


def test_a_reply_opens_a_resolved_thread_and_a_reply_to_a_reply_joins_it(
    call: Call, pia: Person, ed: Person, now: datetime
) -> None:
    first = say(call, pia, now)
    reply = answer(first, ed, now)
    comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
    later = answer(reply, pia, now + timedelta(hours=1))
    first.refresh_from_db()
    assert (later.thread, first.resolved_at, first.moved_at) == (first, None, now + timedelta(hours=1))


def test_a_reply_is_no_thread_and_cannot_be_resolved(call: Call, pia: Person, now: datetime) -> None:
    reply = answer(say(call, pia, now), pia, now)
    comment.resolve(thread=reply, person=pia, by=pia.actor, at=now)
    assert kinds() == ["comment.write", "comment.reply"]


def test_the_database_refuses_a_deleted_text_and_half_a_resolve(call: Call, pia: Person, now: datetime) -> None:
    first = say(call, pia, now)
    for wrong in ({"deleted_at": now}, {"resolved_at": now}, {"resolved_by": pia}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.filter(pk=first.pk).update(**wrong)


def test_the_history_holds_whole_when_a_split_takes_the_part_away(
    team: Team, pia: Person, prices, now: datetime
) -> None:
    profile = {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
    fields = {**profile, "name": "Digest", "provider": "anthropic", "model": "claude-sonnet-5-5"}
    by = {"by": pia.actor, "at": now}
    made = calls.register(feature=factories.make_feature(team=team), fields={**fields, "today_path": "real_time"}, **by)
    two = [{**profile, "name": name} for name in ("One", "Two")]
    split = parts.split(call=made, version=made.version, parts=two, **by)
    part = split.parts.order_by("position").last()
    first = say(split, pia, now, part=part)
    parts.unsplit(call=split, version=split.version, reason="Whole", **by)
    first.refresh_from_db()
    assert (first.about, Comment.objects.select_related("part").get(pk=first.pk).part) == (part.name, None)
    about = [str(each) for each in verification.verify().findings if "comment" in str(each)]
    assert about == []


def test_the_sample_goes_with_what_was_said_about_it(pia: Person, prices, corner: None, now: datetime) -> None:
    demo.load(at=now)
    first = say(Call.objects.filter(is_demo=True).first(), pia, now)
    answer(first, pia, now)
    demo.remove(by=pia.actor, at=now)
    assert Comment.objects.count() == 0
    assert [str(each) for each in verification.verify().findings if "comment" in str(each)] == []


# Whom it tells


def test_owners_hear_of_a_new_thread_and_whoever_began_it_does_not(
    call: Call, pia: Person, ed: Person, stranger: Person, now: datetime
) -> None:
    say(call, pia, now)
    assert told() == [("Ed", "commented")]
    say(call, stranger, now)
    assert told()[1:] == [("Pia", "commented"), ("Ed", "commented")]


def test_several_reasons_make_one_notice_of_the_nearest(
    call: Call, pia: Person, ed: Person, stranger: Person, now: datetime
) -> None:
    first = say(call, stranger, now, f"@[{ed.pk}] @[{ed.pk}]")
    assert sorted(told()) == [("Ed", "mentioned"), ("Pia", "commented")]
    Notice.objects.all().delete()
    answer(first, pia, now, f"@[{stranger.pk}] see")
    assert told() == [("Stan", "mentioned")]


def test_the_nearest_reason_one_wants_counts(call: Call, pia: Person, ed: Person, now: datetime) -> None:
    chosen = {Event.MENTIONED: "", Event.COMMENTED: "mail"}
    notice.choose(person=ed, version=1, chosen=chosen, by=ed.actor, at=now)
    say(call, pia, now, f"@[{ed.pk}]")
    found = Notice.objects.get()
    assert (found.event, found.in_app, found.to_mail) == ("commented", False, True)


def test_a_reply_tells_who_wrote_in_the_thread(
    call: Call, pia: Person, ed: Person, stranger: Person, admin: Person, now: datetime
) -> None:
    first = say(call, stranger, now)
    gone = answer(first, admin, now)
    comment.delete(comment=gone, by=admin.actor, at=now)
    Notice.objects.all().delete()
    answer(first, ed, now)
    assert told() == [("Stan", "replied")]
    answer(first, stranger, now)
    assert told()[1:] == [("Ed", "replied")]


def test_a_change_tells_whom_it_mentions_anew_and_nobody_twice(
    call: Call, pia: Person, ed: Person, stranger: Person, now: datetime
) -> None:
    first = say(call, pia, now)
    text = f"@[{ed.pk}] @[{stranger.pk}] @[{pia.pk}]"
    comment.edit(comment=first, version=1, text=text, by=pia.actor, at=now)
    assert told() == [("Ed", "commented"), ("Stan", "mentioned")]


def test_whoever_cannot_sign_in_any_more_hears_nothing(
    call: Call, pia: Person, stranger: Person, admin: Person, team: Team, now: datetime
) -> None:
    gone = factories.make_person(name="Gone", team=team)
    account.deactivate(person=gone, version=1, heir=None, by=admin.actor, at=now)
    say(call, pia, now, f"@[{gone.pk}] @[999999]")
    assert told() == [("Ed", "commented")]


def test_resolving_tells_who_wrote_once_until_they_have_read_it(
    call: Call, pia: Person, ed: Person, stranger: Person, now: datetime
) -> None:
    first = say(call, stranger, now)
    answer(first, pia, now)
    Notice.objects.all().delete()
    for _ in range(3):
        comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
        comment.reopen(thread=first, by=pia.actor, at=now)
    assert told() == [("Stan", "resolved")]
    Notice.objects.update(read_at=now)
    comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
    assert told() == [("Stan", "resolved")] * 2


def test_what_is_deleted_is_no_news(call: Call, pia: Person, now: datetime) -> None:
    comment.delete(comment=say(call, pia, now), by=pia.actor, at=now)
    assert told() == []


def test_whoever_hears_by_mail_alone_hears_again_once_the_last_has_gone_out(
    call: Call, pia: Person, stranger: Person, now: datetime
) -> None:
    notice.choose(person=stranger, version=1, chosen={Event.RESOLVED: "mail"}, by=stranger.actor, at=now)
    first = say(call, stranger, now)

    def resolved_and_reopened() -> int:
        comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
        comment.reopen(thread=first, by=pia.actor, at=now)
        return Notice.objects.filter(person=stranger, event="resolved").count()

    assert [resolved_and_reopened() for _ in range(2)] == [1, 1]
    Notice.objects.update(to_mail=False)  # as when the mail of the day has gone
    assert resolved_and_reopened() == 2
