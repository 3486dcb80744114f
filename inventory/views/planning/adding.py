"""A sum of the plan opened: the parts it adds up, and what they come to."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from inventory.forms import adding as forms
from inventory.services.planning import adding
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def shown(request: Request) -> HttpResponse:
    form = forms.Sum(request.GET)
    found = adding.parts(adding.Asked(**form.chosen(), person=request.user))
    sums = adding.sums(found)
    pages = Paginator(adding.listed(found), ROWS)
    pages.count = sums.parts
    context = {"sums": sums, "said": form.said(), "page": pages.get_page(request.GET.get("page"))}
    return page(request, "plan/sum.html", context)
