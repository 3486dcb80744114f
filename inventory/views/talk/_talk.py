"""The talk of a call as pages show it: each thread with the form to reply by, and the form that begins one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventory.forms import comment as forms
from inventory.models import Call, Comment, Part
from inventory.services.talk import talk
from inventory.services.talk.talk import Talk, Thread
from inventory.views._page import Request


@dataclass(slots=True)
class Row:
    """A thread with its form; `is_open` where something was typed that could not be saved."""

    thread: Thread
    form: forms.Reply
    is_open: bool = False


@dataclass(slots=True)
class Shown:
    talk: Talk
    open: list[Row]
    resolved: list[Row]
    form: forms.Write


def shown(
    request: Request, call: Call, form: forms.Write | None = None, *, parts: Sequence[Part] | None = None
) -> Shown:
    """`parts` of the call, where they are at hand already."""
    asked = {name: request.GET.get(name, "") for name in ("thread", "replies")}
    found = talk.talk(call, request.user, parts=parts, number=request.GET.get("talk", ""), **asked)
    mine = form or write_form(call)
    return Shown(found, [row(each) for each in found.open], [row(each) for each in found.resolved], mine)


def row(thread: Thread, form: forms.Reply | None = None) -> Row:
    return Row(thread, form or reply_form(thread.pk), is_open=form is not None)


def write_form(call: Call, data: Any = None) -> forms.Write:
    return forms.Write(data, call=call, people=talk.mentionable, auto_id="id_talk_%s")


def reply_form(pk: int, data: Any = None) -> forms.Reply:
    return forms.Reply(data, people=talk.mentionable, auto_id=f"id_reply_{pk}_%s")


def edit_form(comment: Comment, data: Any = None) -> forms.Edit:
    """Whoever is mentioned already can be left in, whatever became of them."""
    also = talk.mentioned(comment)
    initial = {} if data is not None else {"text": talk.typed(comment), "version": comment.version}
    return forms.Edit(data, people=lambda: talk.mentionable(also), initial=initial)
