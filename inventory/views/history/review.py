"""Marking actions of the history as reviewed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from inventory.forms.review import Mark
from inventory.services.history import review
from inventory.services.history.history import Asked
from inventory.views import _load
from inventory.views._page import Request
from inventory.views.history import _history
from inventory.views.history import audit as audit_views

NOTHING = "There is nothing left to review here that is for you to mark."


@require_POST
def mark(request: Request) -> HttpResponse:
    """The ticked actions of the page, or all that its filters find."""
    person = _load.leader(request.user)
    form = Mark(request.POST)
    if not form.is_valid():
        return _history.shown(request, mark=form, status=422)
    asked, _, _ = _history.asked_by(request)
    given = form.cleaned_data
    if given["seqs"] is None:
        asked = asked.up_to(given["upto"])
    try:
        done = review.mark(
            asked=asked, seqs=given["seqs"], note=given["note"], person=person, by=person.actor, at=timezone.now()
        )
    except review.NothingToReview:
        messages.error(request, _nothing(given["note"]))
    else:
        left = f" {done.left:,} are left: mark again." if done.left else ""
        messages.success(request, f"{done.count:,} {'action is' if done.count == 1 else 'actions are'} reviewed.{left}")
    return redirect(f"{reverse('audit.list')}?{_without_place(request)}")


@require_POST
def mark_one(request: Request, seq: int) -> HttpResponse:
    action = _load.action_to_review(seq, request.user)
    form = Mark({"seq": seq, "all": "", "upto": seq, "note": request.POST.get("note", "")})
    if not form.is_valid():
        return audit_views.shown(request, action, mark=form, status=422)
    given = {"seqs": [action.seq], "note": form.cleaned_data["note"], "person": request.user}
    try:
        review.mark(asked=Asked(), by=request.user.actor, at=timezone.now(), **given)
    except review.NothingToReview:
        messages.error(request, _nothing(form.cleaned_data["note"]))
    else:
        messages.success(request, "Marked as reviewed.")
    return redirect("audit.detail", seq)


@require_POST
def take_back(request: Request, seq: int) -> HttpResponse:
    action = _load.action_to_review(seq, request.user)
    try:
        review.take_back(action=action, by=request.user.actor, at=timezone.now())
    except review.NotReviewed:
        messages.error(request, "It was not marked as reviewed any more.")
    else:
        messages.success(request, "It waits for a review again.")
    return redirect("audit.detail", seq)


def _nothing(note: str) -> str:
    """Somebody was faster. What was typed is told again: the page has no place for it any more."""
    return f"{NOTHING} Your note was: {note}" if note else NOTHING


def _without_place(request: Request) -> str:
    """The address of the first page: what was marked is on none of them any more."""
    kept = request.GET.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    return kept.urlencode()
