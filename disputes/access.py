"""Who may do what in a dispute: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, Actor, Rule, either, system_only

if TYPE_CHECKING:
    from .models import Dispute


def buyer(actor: Actor, dispute: Dispute) -> bool:
    return actor.user_id is not None and actor.user_id == dispute.buyer_id


def seller(actor: Actor, dispute: Dispute) -> bool:
    return dispute.store_id is not None and dispute.store_id in actor.store_ids


def buyer_who_was_answered(actor: Actor, dispute: Dispute) -> bool:
    """The buyer asks for a mediator by hand, where the policy lets it, once the seller refused or countered (N-02)."""
    return buyer(actor, dispute) and dispute.policy.manual_escalation and dispute.answered_at is not None


def stores_rule(actor: Actor, dispute: Dispute) -> bool:
    """A rule that this very store switched on; it may accept, and nothing else (N-10)."""
    return actor.rule_of is not None and actor.rule_of == dispute.store_id


def party(actor: Actor, dispute: Dispute) -> bool:
    return buyer(actor, dispute) or seller(actor, dispute)


#: the tables stand on these rules, so the table of ties says itself how it is read (models/conflict.py)
_ties: list[Callable[[int | None], Iterable[tuple[int | None, int | None]]]] = []


def ties_are_read_by(read: Callable[[int | None], Iterable[tuple[int | None, int | None]]]) -> None:
    """Called once: user → (person, store) of each tie of theirs."""
    _ties[:] = [read]


def ties_of(actor: Actor) -> tuple[frozenset[int], frozenset[int]]:
    """(people, stores) whose cases this mediator must not touch, besides their own; read once for an actor."""
    if "ties" not in actor.noted:
        rows = list(_ties[0](actor.user_id)) if actor.is_mediator else []
        people = frozenset(person for person, _store in rows if person is not None)
        actor.noted["ties"] = (people, frozenset(store for _person, store in rows if store is not None))
    ties: tuple[frozenset[int], frozenset[int]] = actor.noted["ties"]
    return ties


def tied(actor: Actor, dispute: Dispute) -> bool:
    """Is this mediator tied to the buyer or to the store? (M-02)"""
    people, stores = ties_of(actor)
    return dispute.buyer_id in people or dispute.store_id in stores


def tied_words() -> str:
    return _("You are tied to the buyer or to the shop of this case. Another mediator has to take it.")


def free_for(actor: Actor) -> Q:
    """The cases that this mediator may work on: none of their own, none of people or stores they are tied to (M-02)."""
    people, stores = ties_of(actor)
    return ~Q(buyer_id__in={*people, actor.user_id}) & ~Q(store_id__in=stores | actor.store_ids)


def mediator(actor: Actor, dispute: Dispute) -> bool:
    """A mediator who is no party and has no tie to one; nobody decides a matter of their own (M-02, threats.md A4)."""
    return actor.is_mediator and not party(actor, dispute) and not tied(actor, dispute)


def holder(actor: Actor, dispute: Dispute) -> bool:
    """Whoever holds the case may always give it back, also once a tie has come to light."""
    return actor.is_mediator and dispute.mediator_id == actor.user_id


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
    "accept_by_rule": stores_rule,
    "refuse_claim": seller,
    "edit_claim": buyer,
    "make_offer": party,
    "accept_offer": party,
    "deny_offer": party,
    "cancel": buyer,
    "cancel_conditionally": buyer,
    "resume": either(buyer, system_only),
    "send_message": party,
    "provide_evidence": party,
    # the goods go back
    "give_return_address": seller,
    "ship_return": buyer,
    "record_return_tracking": sender,
    "acknowledge_return": seller,
    "contest_return": seller,
    "submit_postage_receipt": buyer,
    "ship_replacement": seller,
    "record_replacement_tracking": sender,
    "acknowledge_replacement": buyer,
    "contest_replacement": buyer,
    # mediation
    "assign": mediator,
    "release": either(holder, lead_mediator),
    "require_evidence": assigned_mediator,
    "close_evidence_requests": either(assigned_mediator, system_only),
    "propose": assigned_mediator,
    "choose_proposal": buyer,
    "adjudicate": assigned_mediator,
    "approve": other_mediator,
    "reject_approval": other_mediator,
    "staff_cancel": mediator,
    # the clock
    "grant_claim": system_only,
    "escalate": either(system_only, buyer_who_was_answered),
    "refund_missing_address": system_only,
    "expire_return": system_only,
    "mediate_lost_return": system_only,
    "confirm_return_by_silence": system_only,
    "hold_proposal": system_only,
    "refund_missing_replacement": system_only,
    "mediate_lost_replacement": system_only,
    "confirm_replacement_by_silence": system_only,
}


def role_in(actor: Actor, dispute: Any) -> str | None:
    """The actor's part in this very dispute; None for everybody else."""
    for name, rule in (("buyer", buyer), ("seller", seller), ("mediator", mediator), ("integrator", sender)):
        if rule(actor, dispute):
            return name
    return None
