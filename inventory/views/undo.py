"""Takes an import back: what that would do, then the job that does it."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from inventory.services.intake import undo
from inventory.views import _job, _load
from inventory.views._page import Request, page

LOOKED_AT_ONCE = 5000  # records; of a larger import the job finds what was built on it


@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: Request, seq: int) -> HttpResponse:
    found = _load.import_to_undo(seq, request.user)
    reasons = undo.reasons(found.action) if found.action.changes_count <= LOOKED_AT_ONCE else []
    if request.method == "POST" and not reasons:
        return _job.started(request, "undo_import", {"seq": seq})
    context = {"found": found, "reasons": reasons}
    return page(request, "intake/undo.html", context, status=409 if request.method == "POST" else 200)
