"""Home: the one sentence, the line, what needs this person, and the teams. Empty, it shows the first steps."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory.models import Team
from inventory.services import access, home
from inventory.services.planning import plan
from inventory.views import _picture
from inventory.views._page import Request, page

TEAMS = 12  # of which home shows the line; the plan has them all


@require_safe
def shown(request: Request) -> HttpResponse:
    totals = plan.totals()
    may_administer = access.may_administer(request.user)
    context = {
        "totals": totals,
        "sums": totals.overall.sums,
        "teams": totals.teams[:TEAMS],
        "more_teams": len(totals.teams[TEAMS:]),
        "sureness": plan.sureness(),
        "line": _picture.the_line(totals.overall.sums, totals.overall.guess),
        "calls": home.calls(),
        "needs": home.needs(request.user, today=timezone.localdate()),
        "may_administer": may_administer,
        "may_register": access.teams_to_edit(request.user).exists(),
        "has_sample": may_administer and Team.objects.samples().exists(),
    }
    return page(request, "home/page.html", context)
