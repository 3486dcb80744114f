"""Set a discount that was negotiated with a platform, or take one back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.forms import discount as forms
from inventory.services.prices import discount as discounts
from inventory.views import _load
from inventory.views._page import Request, page, typed

PRICED_LATER = "Amounts stored so far stay as they are until they are priced again: when a call is saved, or re-priced."


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    person = _load.administrator(request.user)
    form = forms.Discount(typed(request), initial={"valid_from": timezone.localdate().isoformat()})
    if request.method == "POST" and form.is_valid():
        try:
            found = discounts.agree(**form.cleaned_data, by=person.actor, at=timezone.now())
        except discounts.SetAlready:
            form.add_error("valid_from", forms.SET_ALREADY)
        else:
            messages.success(request, f"{discounts.title(found)} is set. {PRICED_LATER}")
            return redirect(f"{reverse('pricing.list')}#discounts")
    return page(request, "discount/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, pk: int) -> HttpResponse:
    found = _load.discount_to_administer(pk, request.user)
    form = forms.Withdraw(typed(request))
    if request.method == "POST" and form.is_valid():
        discounts.withdraw(discount=found, **form.cleaned_data, by=request.user.actor, at=timezone.now())
        messages.success(request, f"{discounts.title(found)} is taken back. {PRICED_LATER}")
        return redirect(f"{reverse('pricing.list')}#discounts")
    context = {"form": form, "title": discounts.title(found)}
    return page(request, "discount/withdraw.html", context, status=422 if form.errors else 200)
