"""A seller who was told to give valid tracking (C-06). No verbs of anybody: a report's own step, which holds the order's lock,
calls these; while tracking is demanded nothing is released by itself."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.access import Actor

from ..models import Order, Shipment, State, TrackingNumber
from .holding import give_back

ENDED = (State.COMPLETED, State.CANCELLED, State.CLOSED)


def demand_tracking(order: Order, *, key: str, due_at: datetime, at: datetime, by: Actor) -> bool:
    """From now on the order waits for tracking until `due_at`. `key`: the report's public id.

    False where nothing is left that could go back to the buyer, or another report demands it already.
    """
    if order.state in ENDED or order.demanded_by or not order.escrow.held.minor:
        return False
    order.at = at
    order.demanded_by = key
    order.say(report=key, due_at=due_at.isoformat())
    order.finish("demand_tracking", by, order.state)
    return True


def has_valid_tracking(order: Order, *, since: datetime, until: datetime) -> bool:
    """Has a parcel a number that was entered after `since` and before `until`, and is nothing about it doubtful (O-07)?"""
    parcels = order.shipments.filter(doubts=[], numbers__since__gt=since, numbers__since__lt=until)
    return any(_is_current(parcel, since, until) for parcel in parcels.distinct())


def _is_current(parcel: Shipment, since: datetime, until: datetime) -> bool:
    newest = TrackingNumber.objects.filter(shipment=parcel, since__lt=until).order_by("-pk").first()
    return newest is not None and newest.since > since and bool(newest.key)


def lift_demand(order: Order, *, key: str, at: datetime, by: Actor) -> None:
    """The tracking came, or the decision was overturned: the order goes on as usual."""
    if order.demanded_by != key:
        return
    order.at, order.demanded_by = at, ""
    order.say(report=key)
    order.finish("lift_demand", by, order.state)


def close_untracked(order: Order, *, key: str, at: datetime, by: Actor) -> int:
    """No valid tracking came: all that no dispute owns goes back to the buyer, and the order is closed; how much it was, in
    minor units. What a dispute owns goes where the dispute decides, and what it leaves goes back as well (as O-08, X-06)."""
    if order.demanded_by != key:
        return 0
    before, order.at, order.demanded_by = order.state, at, ""
    amount = 0
    if order.state not in ENDED:
        amount = give_back(order, cause=f"report:{key}", at=at)
        order.hold_failed_at = order.hold_failed_at or at
        order.settle()
        if order.state in ENDED:
            order.closed_at = at
    order.say(report=key, amount=order.money(amount).as_json())
    order.finish("close_untracked", by, before)
    return amount
