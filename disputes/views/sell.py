"""The seller's workspace: what waits for the seller, due soonest first; what waits for a mediator; what is still to be sent."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.paging import page_of
from marketplace.orders.models import Order
from marketplace.orders.models import State as OrderState
from marketplace.orders.presenters import card

from .. import presenters
from ..models import Dispute, State
from .acts import accept_words

HERE = [
    State.AWAITING_SELLER,
    State.NEGOTIATION,
    State.RETURN_IN_TRANSIT,
    State.AWAITING_RETURN,
    State.AWAITING_REPLACEMENT,
    State.AWAITING_EVIDENCE,
    State.MEDIATION,
]


class Workspace(LoginRequiredMixin, TemplateView):
    """Open cases and unsent orders of this person's stores."""

    template_name = "sell/workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, params, now = actor_of(self.request), self.request.GET, timezone.now()
        disputes = page_of(self.disputes(actor), params, name="cases")
        unsent = Order.objects.filter(store_id__in=actor.store_ids, state=OrderState.PAID).order_by(
            "due_at", "pk"
        )
        unsent = unsent.select_related("policy", "escrow", "store")
        orders = page_of(
            unsent.prefetch_related("lines", "hold_backs", "shipments__tracking_events"),
            params,
            name="orders",
        )
        return super().get_context_data(**kwargs) | {
            "cases": [case_row(dispute, actor) for dispute in disputes.rows],
            "cases_page": disputes,
            "unsent": [card(order, now, actor) for order in orders.rows],
            "orders_page": orders,
            "sells": bool(actor.store_ids),
        }

    def disputes(self, actor: Actor) -> Any:
        rows = Dispute.objects.filter(store_id__in=actor.store_ids, state__in=HERE)
        rows = rows.select_related(
            "order__policy", "claim", "return_shipment", "replacement"
        ).prefetch_related("lines__order_line", "offers")
        rows = rows.annotate(files=Count("exhibits", filter=Q(exhibits__evidence__private=False)))
        with_a_mediator = ExpressionWrapper(Q(state=State.MEDIATION), BooleanField())
        return rows.order_by(with_a_mediator, F("due_at").asc(nulls_last=True), "pk")


def case_row(dispute: Any, actor: Actor) -> dict[str, Any]:
    """One case in the workspace."""
    verbs = dispute.verbs_for(actor)
    label, tone = presenters.state_words(dispute, "seller")
    return {
        "dispute": dispute,
        "title": presenters.title_of(dispute),
        "asked": presenters.asked(dispute),
        "label": label,
        "tone": tone,
        "until": None
        if dispute.state == State.MEDIATION
        else dispute.due_at,  # a mediator's target is not the seller's
        "accept": accept_words(dispute) if "accept_claim" in verbs else "",
        "accept_url": reverse("disputes:accept_claim", args=[dispute.public_id]),
        "offer_url": reverse("disputes:make_offer", args=[dispute.public_id])
        if "make_offer" in verbs
        else "",
        "url": reverse("disputes:detail", args=[dispute.public_id]),
    }
