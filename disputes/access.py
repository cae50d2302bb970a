"""Who may do what in a dispute: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from marketplace.core.access import LEAD_MEDIATOR, Actor, Rule, either, system_only

if TYPE_CHECKING:
    from .models import Dispute


def buyer(actor: Actor, dispute: Dispute) -> bool:
    return actor.user_id is not None and actor.user_id == dispute.buyer_id


def seller(actor: Actor, dispute: Dispute) -> bool:
    return dispute.store_id is not None and dispute.store_id in actor.store_ids


def party(actor: Actor, dispute: Dispute) -> bool:
    return buyer(actor, dispute) or seller(actor, dispute)


def mediator(actor: Actor, dispute: Dispute) -> bool:
    """A mediator who is not a party; nobody decides a matter of their own (M-02, threats.md A4)."""
    return actor.is_mediator and not party(actor, dispute)


def assigned_mediator(actor: Actor, dispute: Dispute) -> bool:
    return mediator(actor, dispute) and dispute.mediator_id == actor.user_id


def lead_mediator(actor: Actor, dispute: Dispute) -> bool:
    """Leads free a case whose mediator is away or has left."""
    return actor.is_in(LEAD_MEDIATOR) and mediator(actor, dispute)


def other_mediator(actor: Actor, dispute: Dispute) -> bool:
    """A second mediator: not the one who decided (M-08)."""
    return mediator(actor, dispute) and dispute.mediator_id != actor.user_id


def sender(actor: Actor, dispute: Dispute) -> bool:
    """The integrator who sent the order."""
    return actor.user_id is not None and actor.user_id == dispute.integrator_id


def visible(actor: Actor) -> Q:
    """The disputes that exist for this actor: own, of own stores, on orders it sent; staff see all."""
    if actor.is_system or actor.is_staff:
        return Q()
    if actor.user_id is None:
        return Q(pk=None)
    return Q(buyer_id=actor.user_id) | Q(store_id__in=actor.store_ids) | Q(integrator_id=actor.user_id)


RULES: Mapping[str, Rule] = {
    # negotiation
    "accept_claim": seller,
    "refuse_claim": seller,
    "cancel": buyer,
    "send_message": party,
    "provide_evidence": party,
    # the goods go back
    "ship_return": buyer,
    "record_return_tracking": sender,
    "acknowledge_return": seller,
    "contest_return": seller,
    # mediation
    "assign": mediator,
    "release": either(assigned_mediator, lead_mediator),
    "adjudicate": assigned_mediator,
    "approve": other_mediator,
    "reject_approval": other_mediator,
    "staff_cancel": mediator,
    # the clock
    "grant_claim": system_only,
    "escalate": system_only,
    "expire_return": system_only,
    "mediate_lost_return": system_only,
    "confirm_return_by_silence": system_only,
}


def role_in(actor: Actor, dispute: Any) -> str | None:
    """The actor's part in this very dispute; None for everybody else."""
    for name, rule in (("buyer", buyer), ("seller", seller), ("mediator", mediator), ("integrator", sender)):
        if rule(actor, dispute):
            return name
    return None
