"""How a dispute ends: the terms are carried out, and the money leaves the escrow once (section 7)."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core.access import Actor
from marketplace.orders import services as orders

from ..amounts import by_line, ceilings
from ..models import Dispute, Payer, Result, ReturnShipment
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


def agree(dispute: Dispute, *, reached_by: str, by: Actor) -> None:
    """Carry the claim's terms out: at once, or once the goods are back (N-04)."""
    claim = dispute.claim
    if claim.remedy == "return_and_refund":
        payer = Payer.SELLER if dispute.reason.fault == "seller" else Payer.BUYER
        await_return(dispute, amount=claim.amount, payer=payer, reached_by=reached_by)
    else:
        settle(
            dispute,
            amount=claim.amount,
            outcome=refund_outcome(dispute, claim.amount),
            reached_by=reached_by,
            by=by,
        )


def await_return(dispute: Dispute, *, amount: int, payer: str, reached_by: str) -> None:
    """The buyer has so many days to send the goods back and enter the number (T-01)."""
    dispute.settled_amount = amount
    dispute.return_shipping_paid_by = payer
    dispute.reached_by = reached_by
    ReturnShipment.objects.update_or_create(
        dispute=dispute,
        defaults={
            "status": ReturnShipment.Status.AWAITING_SHIPMENT,
            "agreed_at": dispute.at,
            "send_by": dispute.at + timedelta(days=dispute.policy.return_ship_days),
            "carrier": "",
            "tracking_number": "",
            "shipped_at": None,
            "lost_at": None,
            "delivered_at": None,
            "check_by": None,
        },
    )
    dispute.say(amount=dispute.money(amount).as_json(), return_shipping_paid_by=payer)


def refund_outcome(dispute: Dispute, amount: int) -> str:
    """Full, partial or none: by the amount against what the dispute holds."""
    if amount == 0:
        return Result.NO_REFUND
    return Result.REFUNDED if amount == dispute.held else Result.PARTLY_REFUNDED
