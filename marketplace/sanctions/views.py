"""The pages of sanctions: one's own, each with its reasons and how to contest it; and taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from marketplace.accounts.models import Store
from marketplace.core.case_pages import CaseMixin, VerbPage
from marketplace.core.edges import actor_of
from marketplace.core.paging import page_of

from . import presenters, services
from .forms import TakeBackForm
from .models import Sanction


class SanctionList(LoginRequiredMixin, TemplateView):
    """What burdens this person and their shops, newest first, and the points of each shop."""

    template_name = "sanctions/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, now = actor_of(self.request), timezone.now()
        rows = Sanction.objects.burdening(actor).select_related("listing", "store", "user")
        page = page_of(rows, self.request.GET)
        stores = Store.objects.filter(pk__in=actor.store_ids).order_by("name")
        points = [(store, services.points_of(store.pk, now)) for store in stores]
        cards = [(each, each.is_in_force(now)) for each in page.rows]
        return super().get_context_data(**kwargs) | {"cards": cards, "page": page, "points": points}


class SanctionMixin(CaseMixin):
    """A page about one sanction."""

    cases = Sanction.objects
    related = ("listing", "store", "user")


class SanctionPage(SanctionMixin, View):
    """What it is, why, by which rule, until when, and how to contest it."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return render(request, "sanctions/detail.html", presenters.page_of(self.find(), self.actor))


class TakeBack(SanctionMixin, VerbPage):
    """End what was imposed by hand."""

    verb, form_class = "take_back", TakeBackForm
    home = "sanctions:detail"
    template_name = "sanctions/take_back.html"
    done = _("It is taken back. The person was told.")

    def act(self, data: dict[str, Any]) -> None:
        services.take_back(self.case.pk, note=data["note"], by=self.actor)
