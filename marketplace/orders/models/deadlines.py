"""What each phase of an order waits for, until when, and what happens then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from marketplace.core.cases import Deadline, Outcome
from marketplace.core.money import Money

from .states import CLOSING, CONFIRMED, PROVED, State

if TYPE_CHECKING:
    from .order import Order


def _release_due(order: Order) -> datetime | None:
    """The end of the window after receipt; None while everything still held belongs to disputes, and while a report
    demands tracking (C-06). An order for which nothing was held (paid with coupons alone) ends then too."""
    waits = (order.free_to_release > 0 or not order.held_back) and not order.demanded_by
    return order.confirmed_at + order.policy.post_receipt if waits and order.confirmed_at else None


def _all_back(order: Order) -> Outcome:
    """What a failed hold brings: all that no dispute owns goes back to the buyer (O-08, X-06)."""
    return Outcome(buyer=order.money(order.free_to_release), seller=Money(0, order.currency))


DEADLINES: dict[str, Deadline] = {
    State.AWAITING_PAYMENT: Deadline(lambda o: None, None, "buyer", why="Nothing is held before it is paid."),
    State.PAID: Deadline(
        lambda o: o.send_due,
        None,
        "seller",
        why="From this date the buyer may cancel or claim; the money stays in escrow.",
        opens=lambda o: o.paid_at,
    ),
    State.SHIPPED: Deadline(
        lambda o: o.protection_ends_at, "confirm_automatically", "buyer", opens=lambda o: o.shipped_at
    ),
    State.DELIVERED: Deadline(
        lambda o: o.protection_ends_at, "confirm_automatically", "buyer", opens=lambda o: o.shipped_at
    ),
    CONFIRMED: Deadline(
        _release_due,
        "release",
        "buyer",
        lambda o: Outcome(buyer=Money(0, o.currency), seller=Money(o.free_to_release, o.currency)),
        why="While disputes hold all of it, they decide when it ends.",
        opens=lambda o: o.confirmed_at,
    ),
    State.ON_HOLD: Deadline(
        lambda o: o.entered_at + timedelta(days=o.policy.hold_proof_days),
        "close_on_silence",
        "seller",
        _all_back,
        opens=lambda o: o.entered_at,
    ),
    PROVED: Deadline(
        lambda o: o.proved_at + timedelta(days=o.policy.report_answer_days),
        None,
        "moderator",
        why="The seller was not silent: a moderator decides, no clock does. This is the target date.",
    ),
    CLOSING: Deadline(
        lambda o: None,
        None,
        "mediator",
        why="A dispute owns the rest of the money; the order closes when it ends (X-06).",
    ),
}
