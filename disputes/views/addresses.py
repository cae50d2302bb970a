"""A shop's addresses for returned goods, by country (T-01): kept by its members."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from marketplace.accounts import addresses
from marketplace.accounts.addresses import AddressData
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid
from marketplace.core.forms import tell_form

from ..return_forms import StoreAddressForm


class Addresses(LoginRequiredMixin, View):
    """All of them, and a form that adds one or puts it in the place of that country's."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(StoreAddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save one."""
        actor = actor_of(request)
        store = addresses.own_store(request.POST.get("store", ""), actor)
        form = StoreAddressForm(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            addresses.save(store, AddressData(**form.cleaned_data), by=actor)
        except Invalid as error:
            tell_form(form, error)
            return self.show(form)
        messages.success(request, _("The address is saved."))
        return HttpResponseRedirect(reverse("sell:addresses"))

    def show(self, form: Any) -> HttpResponse:
        stores = addresses.stores_of(actor_of(self.request)).prefetch_related("addresses")
        return render(self.request, "sell/addresses.html", {"stores": stores, "form": form})


class RemoveAddress(LoginRequiredMixin, View):
    """Take one away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        store = addresses.own_store(request.POST.get("store", ""), actor)
        addresses.remove(store, request.POST.get("address", ""), by=actor)
        messages.success(request, _("The address is removed."))
        return HttpResponseRedirect(reverse("sell:addresses"))
