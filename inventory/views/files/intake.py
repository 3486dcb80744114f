"""A file of calls on its way in: name its columns, answer its questions, look it over, tick rows, import."""

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory import tasks
from inventory.exchange.call_help import HELP
from inventory.forms import intake as forms
from inventory.models import Job, Upload
from inventory.models.upload import KINDS
from inventory.services.intake import undo
from inventory.services.intake import upload as uploads
from inventory.views import _load
from inventory.views._page import Request, page

ROWS = 50
CONFLICTS = 20  # rows of a page, of those that hold choices
FIELDS = 800  # of a page's form; Django refuses one with more than 1,000
_CLASH = re.compile(r"clash-(\d{1,8})-(\d{1,3})", re.ASCII)
NOT_NOW = "Nothing was done: the file is further on than the page was. This is how it stands now."


@require_safe
def shown(request: Request, pk: int) -> HttpResponse:
    """Wherever the file is on its way; what one may see of it does not depend on who asks, since only its owner may."""
    upload = _load.upload(pk, request.user)
    if upload.state == "columns":
        return redirect("intake.columns", pk=pk)
    context: dict[str, Any] = {"upload": upload, "is_stopped": uploads.is_stopped(upload)}
    if upload.state == "asking":
        context["form"] = forms.Answer(unclear=upload.unclear)
    if upload.state == "ready" or (upload.state == "importing" and context["is_stopped"]):
        context |= _preview(request, upload)
    if upload.state == "imported" and upload.action_seq:
        context["found"] = undo.found(upload.action_seq)
    return page(request, "intake/page.html", context, fragment="now")


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: Request, pk: int) -> HttpResponse:
    upload = _load.upload(pk, request.user)
    form = forms.Columns(
        request.POST if request.method == "POST" else None, upload=upload, likely=uploads.proposed(upload)
    )
    if form.is_valid():
        chosen, by, at = form.chosen(), request.user.actor, timezone.now()
        return _started(request, upload, lambda: uploads.choose(upload=upload, columns=chosen, by=by, at=at))
    context = {"upload": upload, "form": form, "help": HELP}
    return page(request, "intake/columns.html", context, status=422 if form.is_bound else 200)


@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    upload = _load.upload(pk, request.user)
    form = forms.Answer(request.POST, unclear=upload.unclear)
    if not form.is_valid():
        context = {"upload": upload, "form": form}
        return page(request, "intake/page.html", context, status=422)
    given = {"decimals": "", "days": "", **form.cleaned_data, "by": request.user.actor, "at": timezone.now()}
    return _started(request, upload, lambda: uploads.answer(upload=upload, **given))


@require_POST
def read(request: Request, pk: int) -> HttpResponse:
    """Hold it against the inventory once more."""
    upload = _load.upload(pk, request.user)
    return _started(request, upload, lambda: uploads.read(upload=upload, by=request.user.actor, at=timezone.now()))


@require_POST
def tick(request: Request, pk: int) -> HttpResponse:
    """The ticks and choices of one page of rows, or all rows of a kind."""
    upload = _load.upload(pk, request.user)
    try:
        if "all" in request.POST or "none" in request.POST:
            kind = request.POST.get("all", request.POST.get("none", ""))
            uploads.tick_all(upload=upload, kind=kind, ticked="all" in request.POST)
        else:
            _keep_ticks(request, upload)
        if "rest" in request.POST:
            uploads.decide_rest(upload=upload, choice=request.POST["rest"])
    except uploads.NotNow:
        messages.error(request, NOT_NOW)
    if request.htmx:
        return page(request, "intake/page.html", {"upload": upload, **_counts(upload)}, fragment="go")
    response = redirect("intake.page", pk=pk)
    response["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
    return response


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    upload = _load.upload(pk, request.user)
    try:
        if upload.state == "ready":
            _keep_ticks(request, upload)
    except uploads.NotNow:
        pass  # told by what follows
    return _started(request, upload, lambda: uploads.confirm(upload=upload, by=request.user.actor, at=timezone.now()))


def _keep_ticks(request: Request, upload: Upload) -> None:
    uploads.tick(upload=upload, shown=_numbers(request, "shown"), ticked=_numbers(request, "ticked"))
    uploads.decide(upload=upload, chosen=_choices(request))


def _choices(request: Request) -> dict[int, dict[int, str]]:
    """By the number of the row and the place of the cell in it, from fields such as `clash-12-0`."""
    found: dict[int, dict[int, str]] = {}
    for name, value in request.POST.items():
        if match := _CLASH.fullmatch(name):
            found.setdefault(int(match[1]), {})[int(match[2])] = str(value)
    return found


def _numbers(request: Request, name: str) -> list[int]:
    return [int(each) for each in request.POST.getlist(name) if each.isascii() and each.isdecimal() and len(each) < 9]


def _started(request: Request, upload: Upload, start: Any) -> HttpResponse:
    try:
        job: Job = start()
    except uploads.NotNow:
        messages.error(request, NOT_NOW)
    except uploads.NothingTicked:
        messages.error(request, "Nothing was imported: no row is ticked that would change anything.")
    except uploads.Undecided as open_:
        told = "a row waits" if open_.count == 1 else f"{open_.count:,} rows wait"
        messages.error(request, f"Nothing was imported: {told} for a choice between the file's value and the app's.")
        response = redirect("intake.page", pk=upload.pk)
        response["Location"] += "?show=conflict"
        return response
    else:
        tasks.start(job)
    return redirect("intake.page", pk=upload.pk)


def _counts(upload: Upload) -> dict[str, Any]:
    counts = upload.report.get("counts", {})
    return {
        "to_import": upload.rows.to_import().count(), "wrong": counts.get("wrong", 0),
        "undecided": uploads.undecided(upload) if counts.get("conflict") else 0,
    }  # fmt: skip


def _preview(request: Request, upload: Upload) -> dict[str, Any]:
    counts = upload.report.get("counts", {})
    tabs = [(kind, words, counts.get(kind, 0)) for kind, words in KINDS if kind != "conflict" or counts.get(kind)]
    first = next((kind for kind in ("wrong", "conflict", "changed", "new", "unchanged") if counts.get(kind)), "new")
    chosen = request.GET.get("show", "")
    show = chosen if chosen in dict(KINDS) else first
    most = _conflicts(upload.report.get("most_choices", 1)) if show == "conflict" else ROWS
    found = Paginator(upload.rows.filter(kind=show).order_by("number"), most)
    found.count = counts.get(show, 0)
    rows = found.get_page(request.GET.get("page"))
    return {"tabs": tabs, "show": show, "page": rows, **_counts(upload)}


def _conflicts(choices: int) -> int:
    """How many rows make a page where the row with the most choices has so many: each has fields for them, for its
    number and for its tick. A page has the same rows whatever is chosen."""
    return max(1, min(CONFLICTS, FIELDS // (choices + 2)))
