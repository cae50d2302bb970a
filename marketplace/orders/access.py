"""Who may do what with an order: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from marketplace.core.access import INTEGRATOR, MODERATOR, Actor, Rule, either, system_only

if TYPE_CHECKING:
    from .models import Order


def buyer(actor: Actor, order: Order) -> bool:
    return actor.user_id is not None and actor.user_id == order.buyer_id


def seller(actor: Actor, order: Order) -> bool:
    return order.store_id in actor.store_ids


def sender(actor: Actor, order: Order) -> bool:
    """The integrator who sent this order."""
    return actor.user_id is not None and actor.user_id == order.integrator_id


def moderator(actor: Actor, order: Order) -> bool:
    """A moderator who is not a party: nobody judges a matter of their own (threats.md A4)."""
    return actor.is_in(MODERATOR) and not buyer(actor, order) and not seller(actor, order)


def may_moderate(actor: Actor) -> bool:
    """Staff who look at suspicious sellers."""
    return actor.is_in(MODERATOR)


def may_send_orders(actor: Actor) -> bool:
    """A host marketplace's service account."""
    return actor.is_in(INTEGRATOR)


def visible(actor: Actor) -> Q:
    """The orders that exist for this actor: own, of own stores, sent by it; staff see all."""
    if actor.is_system or actor.is_staff:
        return Q()
    if actor.user_id is None:
        return Q(pk=None)
    return Q(buyer_id=actor.user_id) | Q(store_id__in=actor.store_ids) | Q(integrator_id=actor.user_id)


RULES: Mapping[str, Rule] = {
    "pay": sender,
    "ship": either(seller, sender),
    "change_tracking": either(seller, sender),
    "record_tracking": either(seller, sender),
    "confirm_receipt": either(buyer, sender),
    "request_extension": buyer,
    "extend_protection": seller,
    "cancel": either(buyer, sender),
    "send_message": either(buyer, seller),
    "rate": buyer,
    # a suspicious seller
    "clear_doubts": moderator,
    "hold": moderator,
    "prove": seller,
    "accept_proof": moderator,
    "refuse_proof": moderator,
    "close_on_silence": system_only,
    "confirm_automatically": system_only,
    "release": system_only,
}


def role_in(actor: Actor, order: Any) -> str | None:
    """buyer, seller or integrator of this very order; None for everybody else."""
    for name, rule in (("buyer", buyer), ("seller", seller), ("integrator", sender)):
        if rule(actor, order):
            return name
    return None
