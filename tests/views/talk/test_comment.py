"""The talk on the page of a call: with and without htmx, with every attack a text can carry."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.domain.part import State
from inventory.models import Action, Call, Comment, Notice, Person, Team
from inventory.services import notice
from inventory.services.people import account
from inventory.services.talk import comment
from tests import factories
from tests.services.talk.test_comment import answer, say

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
XSS = '<script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) "><b>'


@pytest.fixture
def call(team: Team, pia: Person, ed: Person) -> Call:
    feature = factories.make_feature(team=team, product_owner=pia)
    return factories.make_call(feature=feature, name="Ticket summary")


@pytest.fixture
def viewer(team: Team) -> Person:
    return factories.make_person(name="Vera", discipline="other", team=team, role="viewer")


@pytest.fixture
def as_viewer(viewer: Person) -> Client:
    client = Client()
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, call: Call, query: str = "") -> str:
    return client.get(f"/calls/{call.pk}{query}").content.decode()


def write(client: Client, call: Call, text: str, **fields: str):
    return client.post(f"/calls/{call.pk}/comments", {"text": text, "token": uuid4().hex, **fields})


def test_everybody_signed_in_may_write_and_lands_at_the_comment(
    as_viewer: Client, as_stranger: Client, call: Call
) -> None:
    for client in (as_viewer, as_stranger):
        answered = write(client, call, "First line\r\nsecond <line>")
        made = Comment.objects.latest("pk")
        assert answered.headers["Location"] == f"/calls/{call.pk}#comment-{made.pk}"
        assert made.text == "First line\nsecond <line>"
        shown = page(client, call)
        assert f'id="comment-{made.pk}"' in shown
        assert "First line\nsecond &lt;line&gt;" in shown


def test_nobody_else_writes(call: Call) -> None:
    assert write(Client(), call, "Look").headers["Location"].startswith("/sign-in")
    assert Comment.objects.count() == 0


def test_a_form_sent_twice_is_one_comment(as_pia: Client, call: Call) -> None:
    token = re.search(r'name="token" value="([0-9a-f]{32})"', page(as_pia, call))[1]
    places = [write(as_pia, call, "Look", token=token).headers["Location"] for _ in range(2)]
    assert (places[0], Comment.objects.count()) == (places[1], 1)
    assert Action.objects.count() == 1


def test_the_same_form_with_another_text_is_refused_in_words_and_can_be_sent_again(as_pia: Client, call: Call) -> None:
    token = uuid4().hex
    assert write(as_pia, call, "Look", token=token).status_code == 302
    answer = write(as_pia, call, "Look there", token=token)
    assert (answer.status_code, Comment.objects.count()) == (422, 1)
    told = answer.content.decode()
    assert "was sent already, with another text" in told
    assert "Look there</textarea>" in told
    fresh = re.search(r'name="token" value="([0-9a-f]{32})"', told)[1]
    assert fresh != token
    assert write(as_pia, call, "Look there", token=fresh).status_code == 302
    assert sorted(Comment.objects.values_list("text", flat=True)) == ["Look", "Look there"]


@pytest.mark.parametrize("token", ["", "x", "A" * 32, "0" * 33, "\x00" * 32])
def test_a_token_that_is_none_loses_nothing(as_pia: Client, call: Call, token: str) -> None:
    assert write(as_pia, call, "Look", token=token).status_code in (302, 422)
    assert token == "\x00" * 32 or Comment.objects.count() == 1


CANNOT_BE_SAVED = [
    ("", "Write something first."),
    (" \r\n ", "Write something first."),
    ("a\x00b", "Take out the control characters"),
    ("a\x1bb", "Take out the control characters"),
    ("x" * 40_000, "Shorten it to 5,000 characters: it has 40,000."),
    ("@Nobody look", "Nobody here is called “Nobody”."),
    ("@" + "x" * 4_000, "Nobody here is called"),
]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_cannot_be_saved_is_said_at_the_field_and_kept(
    as_pia: Client, call: Call, headers: dict[str, str]
) -> None:
    for typed, said in CANNOT_BE_SAVED:
        answered = as_pia.post(f"/calls/{call.pk}/comments", {"text": typed}, headers=headers)
        shown = answered.content.decode()
        assert answered.status_code == (200 if headers else 422), said
        assert said in shown
        assert typed.strip().replace("\x00", "") in shown.replace("\x00", ""), said
        assert ("<html" in shown) == (not headers), said
    assert Comment.objects.count() == 0


def test_text_and_names_are_never_markup(as_pia: Client, as_ed: Client, call: Call, ed: Person) -> None:
    Person.objects.filter(pk=ed.pk).update(name="<b>Ed</b>")
    write(as_pia, call, f"{XSS} @<b>Ed</b>")
    made = Comment.objects.get()
    answer(made, ed, timezone.now(), XSS)
    assert f"@[{ed.pk}]" in made.text
    for path in (
        f"/calls/{call.pk}",
        "/notices",
        f"/comments/{made.pk}/edit",
        f"/comments/{made.pk}/delete",
        "/history",
    ):
        shown = as_pia.get(path).content.decode()
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert "<b>" not in shown


def test_a_link_in_a_text_stays_text(as_pia: Client, call: Call) -> None:
    write(as_pia, call, "https://example.com/x")
    assert 'href="https://example.com' not in page(as_pia, call)


# Mentions


def test_a_mention_shows_the_living_name_and_tells(as_pia: Client, as_ed: Client, call: Call, ed: Person) -> None:
    write(as_pia, call, "@ed, look")
    made = Comment.objects.get()
    assert made.text == f"@[{ed.pk}], look"
    Person.objects.filter(pk=ed.pk).update(name="Edward")
    assert '<span class="mention">@Edward</span>, look' in page(as_pia, call)
    assert "\n@Edward, look</textarea>" in as_pia.get(f"/comments/{made.pk}/edit").content.decode()
    shown = as_ed.get("/notices").content.decode()
    assert "Somebody mentioned you" in shown
    assert f'href="/comments/{made.pk}"' in shown
    assert ", look" not in shown


def test_an_unclear_name_offers_choices_and_can_stay_as_text(as_pia: Client, call: Call, team: Team) -> None:
    factories.make_person(name="Kim Lee", team=team)
    factories.make_person(name="Kim Ode", team=team)
    shown = write(as_pia, call, "@Kim look").content.decode()
    assert "write @Kim Lee, @Kim Ode" in shown
    assert "@Kim look</textarea>" in shown
    assert "Save it as it stands, and tell nobody." in shown
    assert write(as_pia, call, "@Kim look", as_it_is="on").status_code == 302
    assert (Comment.objects.get().text, Notice.objects.count()) == ("@Kim look", 0)


def test_a_number_typed_mentions_nobody(as_pia: Client, call: Call, ed: Person) -> None:
    write(as_pia, call, f"@[{ed.pk}] @[0]")
    assert Notice.objects.count() == 0
    assert f"@[{ed.pk}] @[0]" in page(as_pia, call)


def test_whoever_was_switched_off_cannot_be_mentioned_anew_but_stays_mentioned(
    as_pia: Client, call: Call, ed: Person, admin: Person, now: datetime
) -> None:
    write(as_pia, call, "@Ed look")
    made = Comment.objects.get()
    account.deactivate(person=ed, version=1, heir=None, by=admin.actor, at=now)
    assert "Nobody here is called “Ed”" in write(as_pia, call, "@Ed look").content.decode()
    edited = as_pia.post(f"/comments/{made.pk}/edit", {"text": "@Ed look again", "version": 1})
    made.refresh_from_db()
    assert (edited.status_code, made.text) == (302, f"@[{ed.pk}] look again")


def test_the_hint_lists_the_team_first(as_stranger: Client, call: Call) -> None:
    names = re.findall(r"<li>([^<]+)</li>", page(as_stranger, call).partition("data-mentions")[2])
    assert names == ["Ed", "Pia", "Stan"]
    Person.objects.filter(name="Stan").update(name="Adam")  # by name alone he would come first
    names = re.findall(r"<li>([^<]+)</li>", page(as_stranger, call).partition("data-mentions")[2])
    assert names == ["Ed", "Pia", "Adam"]


# Replies, changes, deletion, resolving


def test_htmx_gets_the_thread_alone(as_pia: Client, call: Call, pia: Person, now: datetime) -> None:
    first = say(call, pia, now)
    for path in ("reply", "resolve", "reopen"):
        shown = as_pia.post(f"/comments/{first.pk}/{path}", {"text": "Well"}, headers=HTMX).content.decode()
        assert shown.strip().startswith(f'<div class="thread" id="thread-{first.pk}">')
        assert 'role="status"' in shown
    shown = as_pia.post(f"/calls/{call.pk}/comments", {"text": "New"}, headers=HTMX).content.decode()
    assert shown.strip().startswith('<section class="talk" id="talk"')
    assert "New" in shown


def test_a_reply_that_cannot_be_saved_stays_typed_in_its_thread(
    as_pia: Client, call: Call, pia: Person, now: datetime
) -> None:
    first = say(call, pia, now)
    for headers, status in ((HTMX, 200), ({}, 422)):
        answered = as_pia.post(f"/comments/{first.pk}/reply", {"text": "@Nobody here"}, headers=headers)
        assert answered.status_code == status
        assert "@Nobody here</textarea>" in answered.content.decode()


def test_what_is_anothers_is_not_there_to_change(
    as_ed: Client, as_admin: Client, call: Call, pia: Person, now: datetime
) -> None:
    first = say(call, pia, now)
    for client in (as_ed, as_admin):
        for path in ("edit", "delete"):
            assert client.get(f"/comments/{first.pk}/{path}").status_code == 404
            answered = client.post(f"/comments/{first.pk}/{path}", {"text": "Mine now", "version": 1})
            assert answered.status_code == 404
    first.refresh_from_db()
    assert (first.text, first.deleted_at) == ("Look", None)


@pytest.mark.parametrize("pk", [0, 999_999, 10**18, 10**40])
@pytest.mark.parametrize("path", ["", "/reply", "/edit", "/delete"])
def test_what_does_not_exist_is_not_there(as_pia: Client, pk: int, path: str) -> None:
    assert as_pia.get(f"/comments/{pk}{path}").status_code == 404


def test_a_stale_change_shows_both_and_can_be_repeated(
    as_pia: Client, call: Call, pia: Person, ed: Person, now: datetime
) -> None:
    first = say(call, pia, now)
    path = f"/comments/{first.pk}/edit"
    as_pia.post(path, {"text": "Saved first, @Ed", "version": 1})
    stale = as_pia.post(path, {"text": "Typed later", "version": 1})
    shown = stale.content.decode()
    assert stale.status_code == 409
    assert "<td>Typed later</td><td>Saved first, @Ed</td>" in shown
    assert 'name="version" value="2"' in shown
    assert as_pia.post(path, {"text": "Typed later", "version": 2}).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "0"])
def test_a_lost_version_is_answered(as_pia: Client, call: Call, pia: Person, now: datetime, version: str) -> None:
    first = say(call, pia, now)
    answered = as_pia.post(f"/comments/{first.pk}/edit", {"text": "Typed", "version": version})
    assert answered.status_code == 422
    assert "\nTyped</textarea>" in answered.content.decode()
    assert "lost track" in answered.content.decode()


def test_a_deleted_text_is_nowhere_and_its_place_stays(
    as_pia: Client, as_ed: Client, call: Call, pia: Person, now: datetime
) -> None:
    first = say(call, pia, now, "Secret words")
    assert "cannot be restored" in as_pia.get(f"/comments/{first.pk}/delete").content.decode()
    assert as_pia.post(f"/comments/{first.pk}/delete").status_code == 302
    assert "Deleted by its writer." in page(as_ed, call)
    seq = [f"/history/{action.seq}" for action in Action.objects.all()]
    for path in (f"/calls/{call.pk}", f"/history/comment/{first.pk}", f"/history/call/{call.pk}", *seq):
        answered = as_ed.get(path)
        assert answered.status_code == 200
        assert "Secret words" not in answered.content.decode()
    assert as_pia.get(f"/comments/{first.pk}/edit").status_code == 404


def test_the_history_of_a_call_tells_of_its_talk(as_ed: Client, call: Call, pia: Person, now: datetime) -> None:
    say(call, pia, now)
    assert "Pia wrote a comment on “Ticket summary”" in as_ed.get(f"/history/call/{call.pk}").content.decode()


def test_who_may_edit_and_who_began_a_thread_resolve_it(
    as_viewer: Client, as_stranger: Client, as_ed: Client, call: Call, viewer: Person, pia: Person, now: datetime
) -> None:
    own, other = say(call, viewer, now), say(call, pia, now)
    assert as_viewer.post(f"/comments/{own.pk}/resolve").status_code == 302
    assert as_ed.post(f"/comments/{own.pk}/reopen").status_code == 302
    for client in (as_viewer, as_stranger):
        assert client.post(f"/comments/{other.pk}/resolve").status_code == 404
        assert f"/comments/{other.pk}/resolve" not in page(client, call)
    assert as_ed.post(f"/comments/{other.pk}/resolve").status_code == 302
    shown = page(as_ed, call)
    assert "1 resolved thread<" in shown
    assert shown.index("1 resolved thread<") < shown.index(f'id="thread-{other.pk}"')


def test_a_retired_call_is_read_and_not_written(as_pia: Client, call: Call, pia: Person, now: datetime) -> None:
    first = say(call, pia, now, "Still here")
    Call.objects.filter(pk=call.pk).update(retired_at=now)
    shown = page(as_pia, call)
    assert "Still here" in shown
    assert "textarea" not in shown
    for path in (f"/calls/{call.pk}/comments", f"/comments/{first.pk}/reply"):
        assert as_pia.get(path).status_code == 404
        answered = as_pia.post(path, {"text": "Typed"})
        assert answered.status_code == 422
        assert "This call was retired meanwhile" in answered.content.decode()
        assert "\nTyped</textarea>" in answered.content.decode()
    assert as_pia.post(f"/comments/{first.pk}/edit", {"text": "Typed", "version": 1}).status_code == 422
    assert as_pia.post(f"/comments/{first.pk}/resolve").status_code == 302
    first.refresh_from_db()
    assert (first.text, first.resolved_at) == ("Still here", None)


# Parts and blindness


def test_a_thread_is_about_a_part_of_its_own_call_only(as_pia: Client, call: Call, pia: Person) -> None:
    factories.make_part(call=call, name="Deep pass")
    Call.objects.filter(pk=call.pk).update(is_split=True)
    part, foreign = call.parts.get(name="Deep pass"), factories.make_call().parts.get()
    for wrong in (foreign.pk, "x", 10**30):
        answered = write(as_pia, call, "Look", part=str(wrong))
        assert answered.status_code == 422
        assert "This call has no such part any more" in answered.content.decode()
    write(as_pia, call, "Look", part=str(part.pk))
    assert "About Deep pass" in page(as_pia, call)
    assert Comment.objects.get().part == part


@pytest.mark.parametrize("state", State)
def test_while_answers_are_blind_a_hint_says_not_to_tell_them(as_pia: Client, call: Call, state: State) -> None:
    call.parts.update(state=state, label="waiting" if state.is_sealed else "")
    is_said = "Do not tell here what you have answered" in page(as_pia, call)
    assert is_said == (state in (State.UNLABELLED, State.ONE_SIDE, State.CHECK_NEEDED))


# Addresses in a long talk


def said_long_ago(
    call: Call, by: Person, said: list[tuple[str, datetime]], thread: Comment | None = None
) -> list[Comment]:
    given = {"call": call, "written_by": by, "thread": thread}
    rows = [Comment(text=text, written_at=at, moved_at=at, token=uuid4().hex, **given) for text, at in said]
    return Comment.objects.bulk_create(rows)


def test_every_comment_is_on_the_page_its_address_leads_to(
    as_ed: Client, call: Call, pia: Person, now: datetime
) -> None:
    heads = said_long_ago(call, pia, [(f"Thread {n}", now + timedelta(minutes=n)) for n in range(23)])
    long, later = heads[4], now + timedelta(hours=1)
    replies = said_long_ago(call, pia, [(f"Reply {n}", later + timedelta(minutes=n)) for n in range(60)], long)
    replies.append(answer(long, pia, later + timedelta(hours=1), "Reply 60"))
    comment.resolve(thread=heads[7], person=pia, by=pia.actor, at=now)
    ends = (0, 4, 7, 9, 10, 19, 20, 22)  # of the pages, the one with the replies and the one that is resolved
    for each in (*(heads[n] for n in ends), replies[0], *replies[9::20], replies[-1]):
        place = as_ed.get(f"/comments/{each.pk}").headers["Location"]
        address, _, mark = place.partition("#")
        assert mark == f"comment-{each.pk}"
        assert f'id="{mark}"' in as_ed.get(address).content.decode(), place
    shown = page(as_ed, call)
    assert "21–23 of 23 threads" in shown
    assert "51 earlier replies" in shown
    assert shown.index("Thread 22") < shown.index("Thread 4<")  # what moved last stands last


@pytest.mark.parametrize(
    "query", ["?talk=0", "?talk=x", "?talk=999", "?talk=²", "?thread=x", f"?thread={10**30}", "?thread=1&replies=-4"]
)
def test_an_address_that_means_nothing_shows_the_talk(
    as_pia: Client, call: Call, pia: Person, now: datetime, query: str
) -> None:
    say(call, pia, now, "Here it is")
    assert "Here it is" in page(as_pia, call, query)


def test_a_thread_of_another_call_is_not_shown(as_pia: Client, call: Call, pia: Person, now: datetime) -> None:
    other = say(factories.make_call(), pia, now, "Elsewhere")
    assert "Elsewhere" not in page(as_pia, call, f"?thread={other.pk}")


def test_the_page_takes_the_same_queries_however_much_is_said(
    as_ed: Client, call: Call, pia: Person, ed: Person, now: datetime
) -> None:
    def more(count: int) -> int:
        for n in range(count):
            (first,) = said_long_ago(call, pia, [(f"@[{ed.pk}] {n}", now)])
            said_long_ago(call, ed, [(f"@[{pia.pk}]", now)] * 3, first)
        comment.resolve(thread=first, person=pia, by=pia.actor, at=now)
        with CaptureQueriesContext(connection) as queries:
            page(as_ed, call)
        return len(queries)

    more(1)
    assert more(1) == more(9)


def test_nothing_is_told_twice_to_whom_it_concerns(
    as_pia: Client, as_ed: Client, call: Call, ed: Person, pia: Person
) -> None:
    write(as_ed, call, "@Pia look, it is on your feature")
    assert list(Notice.objects.values_list("person__name", "event")) == [("Pia", "mentioned")]
    assert notice.shown(pia)[0].get_absolute_url() == f"/comments/{Comment.objects.get().pk}"
