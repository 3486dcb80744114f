"""What comes in as a whole: a file of calls, and the sample inventory. Each is done by a background job."""

import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory import tasks
from inventory.exchange import call_row, template
from inventory.exchange.call_help import HELP
from inventory.exchange.reading import Unreadable
from inventory.forms import exchange as forms
from inventory.forms import listed
from inventory.models import Upload
from inventory.services import access
from inventory.services.calls import call_list
from inventory.services.files import listed as lists
from inventory.services.intake import offered
from inventory.services.intake import upload as uploads
from inventory.views import _job, _load
from inventory.views._page import Request, page
from inventory.views.files import _plain
from inventory.views.versions import _frozen_list

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTED = 10  # uploads shown


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request) -> HttpResponse:
    """The file is kept and read by a job; one that cannot be read at all is refused at once."""
    person = _load.importer(request.user)
    form = forms.Upload(request.POST, request.FILES) if request.method == "POST" else forms.Upload()
    if form.is_valid():
        name, data = form.cleaned_data["file"]
        at = timezone.now()
        try:
            kept = uploads.keep(person=person, name=name, data=data, at=at)
        except Unreadable as refusal:
            form.add_error("file", str(refusal))
        else:
            if uploads.is_clear(kept.columns):
                tasks.start(uploads.read(upload=kept, by=person.actor, at=at))
            return redirect("intake.page", pk=kept.pk)
    context = {
        "form": form,
        "uploads": Upload.objects.filter(owner=person, expires_at__gt=timezone.now()).order_by("-pk")[:LISTED],
        "may_found_teams": access.may_administer(person),
        "help": HELP,
        "required": call_row.REQUIRED,
    }
    return page(request, "exchange/import.html", context, status=422 if form.is_bound else 200)


@require_safe
def template_csv(request: Request) -> HttpResponse:
    _load.importer(request.user)
    headers = {"Content-Disposition": 'attachment; filename="batchline-calls.csv"'}
    return HttpResponse(template.csv(), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
def template_xlsx(request: Request) -> HttpResponse:
    """With the teams this person may import into, their features and the models of the price book to choose from."""
    names = offered.names(_load.importer(request.user))
    file = io.BytesIO()
    template.workbook(file, names=names)
    headers = {"Content-Disposition": 'attachment; filename="batchline-calls.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


@require_POST
def export_list(request: Request) -> HttpResponse:
    """Any list as a file: what its address narrows it to, or the rows that were ticked."""
    form = listed.Wanted(request.POST, beside=_plain.LISTS)
    if not form.is_valid():
        told = form.errors.get("picked", ["That is no list, or no format, there is. Export it from its own page."])
        messages.error(request, str(told[0]))
        return redirect("job.list")
    given = form.cleaned_data
    _load.may_have(lists.may_ask(request.user, given["name"]))
    if given["name"] in listed.OF_A_RECORD:
        asked = _of_a_record(given["name"], given["of"] or 0, given["query"])
    elif given["name"] in _plain.LISTS:
        asked = _plain.asked(given["name"], given["query"], request.user)
    else:
        asked = listed.asked(given["name"], given["query"], sorts=call_list.SORTS, today=timezone.localdate())
    params = {"name": given["name"], "kind": given["kind"], "asked": asked, "pick": given["picked"]}
    return _job.started(request, "export_list", params=params)


def _of_a_record(name: str, pk: int, query: str) -> dict[str, Any]:
    if name in _frozen_list.LISTS:
        return _frozen_list.asked(name, pk, QueryDict(query))
    return {"of": (_load.team(pk) if name == "members" else _load.frozen(pk)).pk}


@require_POST
def demo_load(request: Request) -> HttpResponse:
    _load.administrator(request.user)
    return _job.started(request, "load_demo")


@require_POST
def demo_remove(request: Request) -> HttpResponse:
    _load.administrator(request.user)
    return _job.started(request, "remove_demo")
