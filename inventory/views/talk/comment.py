"""The talk about a call: an address for every comment, and the forms that write, change, delete and resolve.

The page of the call has the forms; each also has a page of its own, where what could not be saved is shown again.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.forms import comment as forms
from inventory.models import Comment, Stale
from inventory.services.talk import comment as comments
from inventory.services.talk import talk
from inventory.views import _load
from inventory.views._page import Request, page, typed, wants_part
from inventory.views._stale import Difference
from inventory.views.talk import _talk


@require_safe
def shown(request: Request, pk: int) -> HttpResponse:
    """Where the comment stands on the page of its call, on whatever page of the talk that is."""
    return _at(_load.comment(pk))


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Request, pk: int) -> HttpResponse:
    call = _load.call(pk)
    form = _talk.write_form(call, typed(request))
    if request.method != "POST" and call.retired_at is not None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        given = {"text": form.cleaned_data["text"], "token": form.cleaned_data["token"]}
        given |= {"part": form.cleaned_data.get("part"), "person": request.user, "by": request.user.actor}
        try:
            made = comments.write(call=call, **given, at=timezone.now())
        except comments.CallRetired:
            form.add_error(None, forms.RETIRED)
        except comments.SentOtherwise:
            form.sent_before()
        else:
            if wants_part(request):
                return _part(request, "talk", {"shown": _talk.shown(request, call), "said": "Your comment is there."})
            return _at(made)
    if request.method == "POST" and wants_part(request):
        return _part(request, "talk", {"shown": _talk.shown(request, call, form)})
    return _form(request, form, {"call": call, "title": f"About {call.name}", "button": "Comment"})


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: Request, pk: int) -> HttpResponse:
    thread = _head(_load.comment(pk))
    form = _talk.reply_form(thread.pk, typed(request))
    if request.method != "POST" and thread.call.retired_at is not None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        given = {"text": form.cleaned_data["text"], "token": form.cleaned_data["token"]}
        try:
            made = comments.reply(thread=thread, **given, person=request.user, by=request.user.actor, at=timezone.now())
        except comments.CallRetired:
            form.add_error(None, forms.RETIRED)
        except comments.SentOtherwise:
            form.sent_before()
        else:
            return _thread(request, thread, "Your reply is there.") if wants_part(request) else _at(made)
    if request.method == "POST" and wants_part(request):
        return _thread(request, thread, "", form)
    context = {"call": thread.call, "title": f"Reply to {thread.written_by.name}", "button": "Reply"}
    return _form(request, form, context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    comment = _load.comment_of_own(pk, request.user)
    form = _talk.edit_form(comment, typed(request))
    context: dict[str, Any] = {"call": comment.call, "title": "Change your comment", "button": "Save"}
    if request.method == "POST" and form.is_valid():
        given = {"version": form.cleaned_data["version"], "text": form.cleaned_data["text"]}
        try:
            comments.edit(comment=comment, **given, by=request.user.actor, at=timezone.now())
        except Stale as stale:
            context["differences"] = _differences(form, stale)
            return _form(request, form, context, status=409)
        except comments.CallRetired:
            form.add_error(None, forms.RETIRED)
        except comments.Deleted:
            form.add_error(None, forms.GONE)
        else:
            return _at(comment)
    return _form(request, form, context)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, pk: int) -> HttpResponse:
    comment = _load.comment_of_own(pk, request.user)
    if request.method == "POST":
        comments.delete(comment=comment, by=request.user.actor, at=timezone.now())
        return _at(comment)
    said = talk.one(_head(comment), request.user)
    mine = next((each for each in (said.first, *said.replies) if each.comment.pk == comment.pk), None)
    return page(request, "comment/delete.html", {"call": comment.call, "comment": comment, "said": mine})


@require_POST
def resolve(request: Request, pk: int) -> HttpResponse:
    thread = _load.thread_to_resolve(pk, request.user)
    try:
        comments.resolve(thread=thread, person=request.user, by=request.user.actor, at=timezone.now())
    except comments.CallRetired:
        messages.error(request, "Nothing was changed: the call is retired.")
        return _at(thread)
    return _thread(request, thread, "The thread is resolved.") if wants_part(request) else _at(thread)


@require_POST
def reopen(request: Request, pk: int) -> HttpResponse:
    thread = _load.thread_to_resolve(pk, request.user)
    try:
        comments.reopen(thread=thread, by=request.user.actor, at=timezone.now())
    except comments.CallRetired:
        messages.error(request, "Nothing was changed: the call is retired.")
        return _at(thread)
    return _thread(request, thread, "The thread is open again.") if wants_part(request) else _at(thread)


def _at(comment: Comment) -> HttpResponse:
    found = _load.comment(comment.pk)
    return redirect(f"{reverse('call.detail', args=[found.call_id])}{talk.place(found)}#comment-{found.pk}")


def _head(comment: Comment) -> Comment:
    return _load.comment(comment.thread_id) if comment.thread_id else comment


def _thread(request: Request, thread: Comment, said: str, form: forms.Reply | None = None) -> HttpResponse:
    return _part(request, "thread", {"row": _talk.row(talk.one(thread, request.user), form), "said": said})


def _part(request: Request, name: str, context: dict[str, Any]) -> HttpResponse:
    """Always 200: htmx swaps nothing else."""
    return page(request, "comment/talk.html", context, fragment=name)


def _form(request: Request, form: forms.Text, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    status = 422 if form.errors and status == 200 else status
    return page(request, "comment/form.html", {**context, "form": form}, status=status)


def _differences(form: forms.Edit, stale: Stale) -> list[Difference]:
    """Both texts as one would type them. Saved once more, the text typed here replaces the other."""
    theirs = stale.theirs
    assert isinstance(theirs, Comment)
    form.data = {**form.data.dict(), "version": str(theirs.version)}  # type: ignore[attr-defined]
    return [Difference("Your comment", form.as_typed, talk.typed(theirs))]
