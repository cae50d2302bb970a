"""What everybody may see without signing in: a store with its record, a listing with its warranty (O-10, O-13)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from marketplace.core.display import time_left
from marketplace.core.edges import actor_of

from .. import access, services
from ..forms import RateForm
from ..public import listing_facts, store_facts
from .order import OrderVerb


class StorePage(TemplateView):
    """A store: its record, what buyers said, what it sells."""

    template_name = "stores/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = store_facts(self.kwargs["public_id"])
        actor = actor_of(self.request)
        may_hold = access.may_moderate(actor) and found.store.pk not in actor.store_ids
        return super().get_context_data(**kwargs) | {
            "store": found.store,
            "found": found,
            "record": found.record,
            "answer": _answer(found.record),
            "may_hold": may_hold,
        }


class ListingPage(TemplateView):
    """A listing: what it is, what it cost last, who sells it, and the warranty at the bottom."""

    template_name = "listings/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = listing_facts(self.kwargs["public_id"])
        return super().get_context_data(**kwargs) | {
            "listing": found.listing,
            "store": found.listing.store,
            "found": found,
            "record": found.record,
            "answer": _answer(found.record),
        }


def _answer(record: Any) -> str:
    """How long the store takes to answer, in words."""
    return time_left(record.median_answer) if record.median_answer is not None else ""


class Rate(OrderVerb):
    """1 to 5 stars and a few words, once."""

    verb, form_class = "rate", RateForm
    title, button = _("Rate this order"), _("Send my rating")
    words = (_("Everybody can read it. You can do this once."),)
    done = _("Thank you. Your rating is on the store's page.")

    def act(self, data: dict[str, Any]) -> None:
        services.rate(self.case.pk, rating=int(data["rating"]), text=data["text"], by=self.actor)
