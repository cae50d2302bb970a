"""Carrying terms out: at once, once the goods are back, or once the replacement has come (section 7).

Whatever led to the terms, they come through `carry_out`; whatever ends the dispute, the money leaves the escrow once, in `settle`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.accounts.models import StoreAddress
from marketplace.core import batches
from marketplace.core.access import Actor
from marketplace.orders import services as orders

from ..amounts import by_line, ceilings
from ..difference import asked_terms
from ..models import (
    Dispute,
    DisputeLine,
    ReachedBy,
    Remedy,
    ReplacementShipment,
    Result,
    ReturnShipment,
    Terms,
)
from ..reasons import REASONS
from . import postage


def settle(dispute: Dispute, *, amount: int, outcome: str, reached_by: str, by: Actor) -> None:
    """End it: `amount` (minor units) to the buyer, the rest of what it held to the seller, in this transaction (X-05)."""
    dispute.settled_amount = amount
    dispute.outcome = outcome
    dispute.reached_by = reached_by
    dispute.ended_at = dispute.at
    due = postage.due_at_the_end(dispute, amount, outcome)
    paid = orders.settle(
        dispute.order,
        key=dispute.public_id,
        to_buyer=amount,
        by_line=by_line(amount, line_ceilings(dispute)),
        at=dispute.at,
        by=by,
        postage=due,
        lost=amount > 0 and reached_by != ReachedBy.AGREEMENT,
        answered_in=answered_in(dispute),
    )
    postage.book(dispute, due=due, paid=paid)
    batches.together(_close_lines, dispute)
    dispute.say(outcome=outcome, amount=dispute.money(amount).as_json())


def _close_lines(disputes: list[Dispute]) -> None:
    DisputeLine.objects.filter(dispute__in=disputes).update(is_open=False)


def answered_in(dispute: Dispute) -> timedelta:
    """How long the seller took to answer; silence took all the time there was (O-13)."""
    return min(dispute.answered_at or dispute.answer_due_at, dispute.at) - dispute.opened_at


def line_ceilings(dispute: Dispute) -> dict[int, int]:
    """Line pk → what it can give back, under the claim in force."""
    lines = {line.pk: line for line in dispute.order.lines.all()}
    claim = dispute.claim
    shares = ceilings(
        [(lines[line.order_line_id], line.quantity) for line in dispute.lines.all()],
        list(lines.values()),
        received=claim.received,
        reason=REASONS[claim.reason],
        remedy=claim.remedy,
    )
    return {share.line.pk: share.amount for share in shares}


def claimed(dispute: Dispute) -> Terms:
    """The claim in force as terms."""
    return asked_terms(dispute.claim)


def carry_out(dispute: Dispute, terms: Terms, *, reached_by: str, by: Actor, outcome: str = "") -> None:
    """Do what was agreed or decided. The caller has made the transition to `terms.leads_to` (N-04).

    `outcome` only where the terms alone do not say it: a finding of fraud.
    """
    dispute.reached_by = reached_by
    dispute.settled_remedy = terms.remedy
    dispute.settled_amount = terms.amount
    dispute.return_shipping_paid_by = terms.return_shipping_paid_by
    if terms.goods_come_back:
        await_return(dispute, terms)
    elif terms.remedy == Remedy.REPLACEMENT:
        await_replacement(dispute)
    else:
        result = outcome or refund_outcome(dispute, terms.amount)
        settle(dispute, amount=terms.amount, outcome=result, reached_by=reached_by, by=by)


def await_return(dispute: Dispute, terms: Terms) -> None:
    """The buyer has so many days to send the goods back and enter the number, from when the address is known (T-01)."""
    address = return_address(dispute)
    fresh = {
        "status": ReturnShipment.Status.AWAITING_SHIPMENT,
        "agreed_at": dispute.at,
        "postage_cap": postage.cap_of(dispute, terms),
    }
    blank = {"inspection": "", "check_by": None, "is_elsewhere": False}
    dispute.return_shipment, _is_new = ReturnShipment.objects.update_or_create(
        dispute=dispute, defaults=_BLANK | blank | fresh | _going_to(dispute, address)
    )
    payer = terms.return_shipping_paid_by
    dispute.say(amount=dispute.money(terms.amount).as_json(), return_shipping_paid_by=payer)


def return_address(dispute: Dispute) -> StoreAddress | None:
    """The store's address for buyers in this country, else its default; None where none of them will do.

    Where the store promises local returns, only an address inside that country will.
    """
    country, store = dispute.order.country, dispute.store
    known = list(store.addresses.all())
    local = next((each for each in known if each.country == country), None)
    if local or country in store.local_return_countries:
        return local
    return next((each for each in known if each.is_default), None)


def _going_to(dispute: Dispute, address: StoreAddress | None) -> dict[str, Any]:
    """The return's address and, with it, the buyer's time to send; without one, the seller's time to name it."""
    if address is None:
        by = dispute.at + dispute.policy.seller_response
        return {
            "address": "",
            "country": "",
            "city": "",
            "is_local": False,
            "address_by": by,
            "send_by": None,
        }
    return {
        "address": address.lines,
        "country": address.country,
        "city": address.city,
        "is_local": address.country == dispute.order.country,
        "address_by": None,
        "send_by": dispute.at + timedelta(days=dispute.policy.return_ship_days),
    }


def await_replacement(dispute: Dispute) -> None:
    """The seller has so many days to send an identical product (T-03)."""
    fresh = {
        "status": ReplacementShipment.Status.AWAITING_SHIPMENT,
        "agreed_at": dispute.at,
        "send_by": dispute.at + timedelta(days=dispute.policy.replacement_ship_days),
    }
    dispute.replacement, _is_new = ReplacementShipment.objects.update_or_create(
        dispute=dispute, defaults=_BLANK | {"acknowledge_by": None} | fresh
    )


#: a parcel that has not been sent; a second return or replacement of one dispute starts anew
_BLANK: dict[str, Any] = {
    "carrier": "",
    "tracking_number": "",
    "shipped_at": None,
    "lost_at": None,
    "delivered_at": None,
    "contest_note": "",
}


def refund_outcome(dispute: Dispute, amount: int) -> str:
    """Full, partial or none: by the amount against what the dispute holds."""
    if amount == 0:
        return Result.NO_REFUND
    return Result.REFUNDED if amount == dispute.held else Result.PARTLY_REFUNDED
