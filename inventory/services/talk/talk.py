"""What is said about a call, as its page shows it: a page of threads, or one thread whole, in a few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import F, Prefetch, Window
from django.db.models.functions import RowNumber

from inventory.domain import comment as domain
from inventory.domain.comment import Named
from inventory.domain.digits import is_number
from inventory.domain.part import State
from inventory.models import Call, Comment, Membership, Part, Person
from inventory.models.comment import Comments
from inventory.models.people import active_names
from inventory.services import access

THREADS = 10  # on a page
REPLIES = 10  # of a thread, the last of them
WHOLE = 50  # on a page of one thread alone
HINTED = 60  # names of whom one can mention
BLIND = (State.UNLABELLED, State.ONE_SIDE, State.CHECK_NEEDED)


@dataclass(frozen=True, slots=True)
class Said:
    """One comment; its text in pieces, each with whether it is a mention."""

    comment: Comment
    pieces: Sequence[tuple[str, bool]]
    is_mine: bool


@dataclass(slots=True)
class Thread:
    """`earlier` replies are not shown here; of one thread alone, `pages` has them all."""

    first: Said
    replies: Sequence[Said]
    earlier: int
    may_resolve: bool
    may_write: bool
    pages: Page[Comment] | None = None

    @property
    def pk(self) -> int:
        return self.first.comment.pk

    @property
    def is_resolved(self) -> bool:
        return self.first.comment.resolved_at is not None


@dataclass(slots=True)
class Talk:
    """`only`: one thread alone was asked for."""

    call: Call
    threads: Sequence[Thread]
    page: Page[Comment] | None = None
    only: bool = False
    total: int = 0
    is_blind: bool = False
    may_write: bool = False
    people: Sequence[str] = field(default_factory=list)

    @property
    def resolved(self) -> list[Thread]:
        return [] if self.only else [each for each in self.threads if each.is_resolved]

    @property
    def open(self) -> list[Thread]:
        return list(self.threads) if self.only else [each for each in self.threads if not each.is_resolved]


def talk(
    call: Call,
    viewer: Person,
    *,
    parts: Sequence[Part] | None = None,
    number: str = "",
    thread: str = "",
    replies: str = "",
) -> Talk:
    """Page `number`, the last where that names none; or the `thread` alone, `replies` being the page of it."""
    if is_number(thread):
        found = _threads(call).filter(pk=int(thread)).first()
        if found is not None:
            return _around(Talk(call, [_whole(found, call, viewer, replies)], only=True), call, parts)
    pages = Paginator(_threads(call).in_order(), THREADS)
    page = pages.get_page(number if number.isascii() and number.isdecimal() else pages.num_pages)
    heads = list(page) if pages.count else []  # an empty page is asked for row by row: slow
    return _around(Talk(call, _shown(heads, _last_replies(heads), call, viewer), page), call, parts)


def one(thread: Comment, viewer: Person) -> Thread:
    """One thread as it stands among others."""
    found = _threads(thread.call).get(pk=thread.pk)
    return _shown([found], _last_replies([found]), thread.call, viewer)[0]


def place(comment: Comment) -> str:
    """The query under which the page of the call shows this comment; none where it does so by itself."""
    head = comment.thread or comment
    after = Comment.objects.filter(thread=head, pk__gt=comment.pk).count() if comment.thread_id else 0
    ordered = list(_threads(comment.call).in_order().values_list("pk", flat=True))
    on_last_page = (len(ordered) - 1) // THREADS * THREADS
    if head.pk in ordered[on_last_page:] and head.resolved_at is None and after < REPLIES:
        return ""
    before = Comment.objects.filter(thread=head, pk__lt=comment.pk).count() if comment.thread_id else 0
    return f"?thread={head.pk}&replies={before // WHOLE + 1}"


def mentionable(also: Iterable[int] = ()) -> list[Named]:
    """Everybody active, and those of `also` whatever became of them."""
    teams = Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name", "pk"))
    people = (Person.objects.active() | Person.objects.filter(pk__in=list(also))).order_by("pk")
    return [
        Named(each.pk, each.name, tuple(membership.team.name for membership in each.memberships.all()))
        for each in people.prefetch_related(teams)
    ]


def mentioned(comment: Comment) -> list[int]:
    return domain.mentioned(comment.text)


def typed(comment: Comment) -> str:
    """Its text as its writer would type it now."""
    also = mentioned(comment)
    return domain.typed(comment.text, mentionable(also) if also else ())


def _threads(call: Call) -> Comments:
    return Comment.objects.filter(call=call).threads().select_related("written_by", "resolved_by", "part")


def _around(found: Talk, call: Call, parts: Sequence[Part] | None) -> Talk:
    found.total = _threads(call).count() if found.page is None else found.page.paginator.count
    found.may_write = call.retired_at is None
    found.is_blind = found.may_write and any(
        part.state in BLIND for part in (call.parts.all() if parts is None else parts)
    )
    if found.may_write:
        found.people = active_names(first=call.team_id, most=HINTED)
    return found


def _whole(head: Comment, call: Call, viewer: Person, number: str) -> Thread:
    pages = Paginator(Comment.objects.filter(thread=head).select_related("written_by").order_by("pk"), WHOLE)
    page = pages.get_page(number if number.isascii() and number.isdecimal() else pages.num_pages)
    thread = _shown([head], list(page), call, viewer)[0]
    thread.earlier, thread.pages = 0, page if pages.num_pages > 1 else None
    return thread


def _last_replies(heads: Sequence[Comment]) -> list[Comment]:
    """The last few of each thread, oldest first, each with the `nth` it is of its thread."""
    if not heads:
        return []
    place = Window(RowNumber(), partition_by=F("thread"), order_by=F("pk").desc())
    nth = Window(RowNumber(), partition_by=F("thread"), order_by=F("pk").asc())
    rows = Comment.objects.filter(thread__in=heads).annotate(place=place, nth=nth).filter(place__lte=REPLIES)
    return list(rows.select_related("written_by").order_by("pk"))


def _shown(heads: Sequence[Comment], replies: Sequence[Comment], call: Call, viewer: Person) -> list[Thread]:
    if not heads:
        return []
    everything = [*heads, *replies]
    for each in everything:
        each.call = call
    people = {pk for each in everything for pk in domain.mentioned(each.text)}
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    said = {each.pk: Said(each, domain.named(each.text, names), each.written_by_id == viewer.pk) for each in everything}
    threads = []
    for head in heads:
        mine = [each for each in replies if each.thread_id == head.pk]
        last = max((getattr(each, "nth", 0) for each in mine), default=0)
        threads.append(
            Thread(
                first=said[head.pk],
                replies=[said[each.pk] for each in mine],
                earlier=max(0, last - len(mine)),
                may_resolve=call.retired_at is None and access.may_resolve(viewer, head, call.team_id),
                may_write=call.retired_at is None,
            )
        )
    return threads
