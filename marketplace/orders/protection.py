"""What is possible from when to when: the windows of sections 2 and 3, as pure functions of an order's dates.

Nothing here asks the clock or the database for the time: `now` is passed in, and the answer does not depend on whether a
worker has already run (threats.md T3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from .models import Order, State, TrackingEvent

Status = Literal["not_started", "active", "confirmed", "over"]
IN_THE_COUNTRY = frozenset(
    {
        TrackingEvent.Code.IN_DESTINATION_COUNTRY,
        TrackingEvent.Code.OUT_FOR_DELIVERY,
        TrackingEvent.Code.DELIVERED,
    }
)


@dataclass(frozen=True)
class Window:
    """When something may be done. `why_not` is empty while it is possible; `code` is the API's name for the refusal."""

    possible: bool
    starts_at: datetime | None
    until: datetime | None
    code: Literal["", "too_early", "too_late", "wrong_state"] = ""
    why_not: str = ""


@dataclass(frozen=True)
class Protection:
    """Where an order's protection stands at a moment."""

    status: Status
    starts_at: datetime | None
    ends_at: datetime | None
    dispute: Window


def protection(order: Order, now: datetime) -> Protection:
    """The order's protection as pages and API show it; `dispute` speaks of delivery and quality only."""
    return Protection(
        _status(order, now), order.shipped_at, order.protected_until, dispute_window(order, now)
    )


def _status(order: Order, now: datetime) -> Status:
    until = order.window_ends_at
    if order.closed_at or (until and now >= until):
        return "over"
    if order.shipped_at is None:
        return "not_started"
    ended = order.protected_until is not None and order.protected_until <= now
    return "confirmed" if order.confirmed_at or ended else "active"


def dispute_window(order: Order, now: datetime, *, received: bool | None = None) -> Window:
    """D-02 for delivery and quality. With `received` given, the wait is only asked where the policy applies it."""
    if order.shipped_at is None:
        return Window(False, None, None, "too_early", _not_shipped(order))
    waits = order.policy.dispute_wait_applies_to == "all" or received is not True
    starts_at = order.shipped_at + order.policy.dispute_wait if waits else order.shipped_at
    return _window(order, starts_at, now)


def payment_window(order: Order, now: datetime) -> Window:
    """Payment problems: at once after payment (D-02)."""
    if order.paid_at is None:
        return Window(False, None, None, "too_early", _("You have not paid for this order yet."))
    return _window(order, order.paid_at, now)


def never_sent_window(order: Order, now: datetime) -> Window:
    """“The seller never sent it”: once the seller's time to ship has passed (api.md section 6)."""
    if order.paid_at is None:
        return Window(False, None, None, "too_early", _("You have not paid for this order yet."))
    return _window(order, order.send_by or order.paid_at, now)


def not_received_window(order: Order, now: datetime) -> Window:
    """D-02, and D-03: while tracking puts the parcel in the country, only when little of the protection is left."""
    window = dispute_window(order, now, received=False)
    ends_at = order.protected_until
    if ends_at is None or now >= ends_at or not in_the_country(order):
        return window
    near_end = max(ends_at - order.policy.near_end, window.starts_at or ends_at)
    if now >= near_end or window.code == "too_late":
        return window
    why = _("Your parcel is in your country and can still come. The seller has until the promised date.")
    return Window(False, near_end, window.until, "too_early", why)


def _window(order: Order, starts_at: datetime, now: datetime) -> Window:
    until = order.window_ends_at
    if order.closed_at:
        return Window(
            False, starts_at, until, "too_late", _("This order has ended. Its money has been paid out.")
        )
    if until and now >= until:
        return Window(
            False, starts_at, until, "too_late", _("The time in which you could open a dispute has ended.")
        )
    if now < starts_at:
        return Window(
            False,
            starts_at,
            until,
            "too_early",
            _("It is too early. Please give the seller and the parcel this time."),
        )
    return Window(True, starts_at, until)


def _not_shipped(order: Order) -> str:
    if order.state == State.AWAITING_PAYMENT:
        return _("You have not paid for this order yet.")
    return _("The seller has not sent the parcel yet.")


def in_the_country(order: Order) -> bool:
    """Does tracking put a parcel in the destination country, and not on its way back since (D-03)?

    Tracking that is doubtful puts it nowhere: that counts as proof for the buyer (O-07).
    """
    for shipment in order.shipments.all():
        if shipment.doubts:
            continue
        there = False
        for event in sorted(shipment.tracking_events.all(), key=lambda e: (e.at, e.pk)):
            if event.code in IN_THE_COUNTRY:
                there = True
            elif event.code == TrackingEvent.Code.RETURNED:
                there = False
        if there:
            return True
    return False


def prefetches() -> tuple[Any, ...]:
    """What a query must read along so that these functions ask nothing more."""
    return ("shipments__tracking_events",)
