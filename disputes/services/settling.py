"""Carrying terms out: at once, once the goods are back, or once the replacement has come (section 7).

Whatever led to the terms, they come through `carry_out`; whatever ends the dispute, the money leaves the escrow once, in `settle`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.core.access import Actor
from marketplace.orders import services as orders

from ..amounts import by_line, ceilings
from ..models import Dispute, Payer, Remedy, ReplacementShipment, Result, ReturnShipment, Terms
from ..reasons import REASONS


def settle(dispute: Dispute, *, amount: int, outcome: str, reached_by: str, by: Actor) -> None:
    """End it: `amount` (minor units) to the buyer, the rest of what it held to the seller, in this transaction (X-05)."""
    dispute.settled_amount = amount
    dispute.outcome = outcome
    dispute.reached_by = reached_by
    dispute.ended_at = dispute.at
    orders.settle(
        dispute.order,
        key=dispute.public_id,
        to_buyer=amount,
        by_line=by_line(amount, line_ceilings(dispute)),
        at=dispute.at,
        by=by,
    )
    dispute.lines.update(is_open=False)
    dispute.say(outcome=outcome, amount=dispute.money(amount).as_json())


def line_ceilings(dispute: Dispute) -> dict[int, int]:
    """Line pk → what it can give back, under the claim in force."""
    lines = list(dispute.lines.select_related("order_line"))
    claim = dispute.claim
    shares = ceilings(
        [(line.order_line, line.quantity) for line in lines],
        list(dispute.order.lines.all()),
        received=claim.received,
        reason=REASONS[claim.reason],
        remedy=claim.remedy,
    )
    return {share.line.pk: share.amount for share in shares}


def claimed(dispute: Dispute) -> Terms:
    """The claim as terms: what was asked, and who is normally at fault pays the postage (D-05)."""
    claim = dispute.claim
    payer = ""
    if claim.remedy == Remedy.RETURN_AND_REFUND:
        payer = Payer.SELLER if dispute.reason.fault == "seller" else Payer.BUYER
    return Terms(claim.remedy, claim.amount, payer)


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
    """The buyer has so many days to send the goods back and enter the number (T-01)."""
    fresh = {
        "status": ReturnShipment.Status.AWAITING_SHIPMENT,
        "agreed_at": dispute.at,
        "send_by": dispute.at + timedelta(days=dispute.policy.return_ship_days),
        "postage_cap": terms.postage_cap,
    }
    dispute.return_shipment, _is_new = ReturnShipment.objects.update_or_create(
        dispute=dispute, defaults=_BLANK | {"inspection": "", "check_by": None} | fresh
    )
    payer = terms.return_shipping_paid_by
    dispute.say(amount=dispute.money(terms.amount).as_json(), return_shipping_paid_by=payer)


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
