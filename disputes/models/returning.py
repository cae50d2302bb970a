"""Goods on their way: the transitions of returns and replacements (section 5). Only services call them."""

from __future__ import annotations

from typing import Any

from django_fsm import RETURN_VALUE, transition

from .words import Payer, State

#: a return that ended well: the refund goes out, or the replacement is awaited (T-03)
AFTER_RETURN = RETURN_VALUE(State.RESOLVED, State.AWAITING_REPLACEMENT)


def _has_address(dispute: Any) -> bool:
    return dispute.return_shipment.send_by is not None


def _lacks_address(dispute: Any) -> bool:
    return dispute.return_shipment.send_by is None


def _seller_pays_postage(dispute: Any) -> bool:
    return bool(dispute.return_shipping_paid_by == Payer.SELLER)


def _not_sent_yet(dispute: Any) -> bool:
    return dispute.replacement.shipped_at is None


def _was_sent(dispute: Any) -> bool:
    return dispute.replacement.shipped_at is not None


class Returning:
    """Mixed into Dispute."""

    @transition(field="state", source=State.AWAITING_RETURN, target=None, conditions=[_lacks_address])
    def give_return_address(self) -> None:
        """The seller says where the goods go; the buyer's time to send them begins (T-01)."""

    @transition(
        field="state", source=State.AWAITING_RETURN, target=State.RESOLVED, conditions=[_lacks_address]
    )
    def refund_missing_address(self) -> None:
        """The seller named no address in time: the buyer is refunded and keeps the goods."""

    @transition(
        field="state", source=State.AWAITING_RETURN, target=State.RETURN_IN_TRANSIT, conditions=[_has_address]
    )
    def ship_return(self) -> None:
        """The buyer sent it back (T-01)."""

    @transition(field="state", source=State.RETURN_IN_TRANSIT, target=None)
    def record_return_tracking(self) -> None:
        """The carrier reported something of the return."""

    @transition(field="state", source=State.AWAITING_RETURN, target=State.RESOLVED, conditions=[_has_address])
    def expire_return(self) -> None:
        """Nothing was sent back in time (T-01)."""

    @transition(field="state", source=State.RETURN_IN_TRANSIT, target=AFTER_RETURN)
    def acknowledge_return(self, *, leads_to: str) -> str:
        """The seller has it back (T-03)."""
        return leads_to

    @transition(field="state", source=State.RETURN_IN_TRANSIT, target=AFTER_RETURN)
    def confirm_return_by_silence(self, *, leads_to: str) -> str:
        """It was delivered and the seller said nothing (T-02)."""
        return leads_to

    @transition(field="state", source=State.RETURN_IN_TRANSIT, target=State.MEDIATION)
    def contest_return(self) -> None:
        """The seller says that it did not come back as it should (T-02)."""

    @transition(field="state", source=State.RETURN_IN_TRANSIT, target=State.MEDIATION)
    def mediate_lost_return(self) -> None:
        """It has been on its way for too long."""

    @transition(
        field="state",
        source=[State.AWAITING_RETURN, State.RETURN_IN_TRANSIT],
        target=None,
        conditions=[_seller_pays_postage],
    )
    def submit_postage_receipt(self) -> None:
        """The buyer shows what the return's postage cost, to be paid back (T-04)."""

    @transition(field="state", source=State.AWAITING_REPLACEMENT, target=None, conditions=[_not_sent_yet])
    def ship_replacement(self) -> None:
        """The seller sent an identical product (T-03)."""

    @transition(field="state", source=State.AWAITING_REPLACEMENT, target=None, conditions=[_was_sent])
    def record_replacement_tracking(self) -> None:
        """The carrier reported something of the replacement."""

    @transition(
        field="state", source=State.AWAITING_REPLACEMENT, target=State.RESOLVED, conditions=[_was_sent]
    )
    def acknowledge_replacement(self) -> None:
        """The buyer has it."""

    @transition(field="state", source=State.AWAITING_REPLACEMENT, target=State.RESOLVED)
    def confirm_replacement_by_silence(self) -> None:
        """It was delivered and the buyer said nothing."""

    @transition(
        field="state", source=State.AWAITING_REPLACEMENT, target=State.RESOLVED, conditions=[_not_sent_yet]
    )
    def refund_missing_replacement(self) -> None:
        """The seller did not send it in time: refunded."""

    @transition(
        field="state", source=State.AWAITING_REPLACEMENT, target=State.MEDIATION, conditions=[_was_sent]
    )
    def contest_replacement(self) -> None:
        """The buyer says that the replacement is wrong, too."""

    @transition(field="state", source=State.AWAITING_REPLACEMENT, target=State.MEDIATION)
    def mediate_lost_replacement(self) -> None:
        """The replacement has been on its way for too long."""
