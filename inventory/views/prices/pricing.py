"""The price book: what holds on a day, where it is from, and which models retire."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory.forms import pricing as forms
from inventory.models import ClaudeModel, PriceRow
from inventory.services import access
from inventory.services.prices import behind, discount, pricing
from inventory.views._page import Request, page

ROWS = 50


@require_safe
def index(request: Request) -> HttpResponse:
    today = timezone.localdate()
    models = list(ClaudeModel.objects.order_by("-released_on", "key"))
    form = forms.Filter({"on": today.isoformat()} | request.GET.dict(), models=models)
    chosen = form.chosen(today)
    rows = Paginator(pricing.listing(**chosen), ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "chosen": chosen,
        "page": rows,
        "groups": forms.by_platform(rows),
        "models": models,
        "modifiers": pricing.modifiers(chosen["on"]),
        "as_of": pricing.as_of(),
        "behind": behind.found(on=today),
        "upcoming": PriceRow.objects.upcoming(today)[:ROWS],
        "may_change": access.may_administer(request.user),
        "address": request.GET.urlencode(),
        "today": today,
        "discounts": forms.named(discount.listing()),
        "may_agree": access.may_administer(request.user),
    }
    return page(request, "pricing/list.html", context, fragment="rows")
