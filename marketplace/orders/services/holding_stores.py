"""A measure that holds all orders of a store (C-07): the paid ones now, each new one as it is paid; and letting them go.

The measure itself was decided above this room; these functions run inside that step, or inside the order's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from marketplace.accounts.models import StoreMeasure
from marketplace.core.access import Actor

from ..models import Hold, Order, State


def hold_orders(measure: StoreMeasure, *, by: Actor) -> int:
    """Put the store's paid orders that were not sent on hold, with this measure as the cause; how many it were."""
    paid = Order.objects.filter(store_id=measure.store_id, state=State.PAID).order_by("pk")
    return sum(_place(Order.lock(pk), measure, by) for pk in list(paid.values_list("pk", flat=True)))


def hold_if_store_is_held(order: Order) -> Order:
    """A paid order of such a store waits too. The caller holds the order's lock and its transaction."""
    return order if not hold_new([order]) else Order.lock(order.pk)


def hold_new(orders: Iterable[Order]) -> int:
    """The same for orders that were just written in bulk: one question for all of them. How many wait now."""
    paid = [order for order in orders if order.state == State.PAID]
    if not paid:
        return 0
    measures = StoreMeasure.objects.in_force(timezone.now()).filter(
        kind=StoreMeasure.Kind.ORDERS_HELD, store_id__in={order.store_id for order in paid}
    )
    by_store = {measure.store_id: measure for measure in measures.order_by("-pk")}
    held = [(order, by_store[order.store_id]) for order in paid if order.store_id in by_store]
    return sum(_place(Order.lock(order.pk), measure, Actor.system()) for order, measure in held)


def let_go(cause: str, *, at: datetime, by: Actor) -> int:
    """The measure of this cause has ended: its orders go on, unless another measure holds the store too (C-11)."""
    held = Hold.objects.filter(cause=cause, ended_at=None, order__hold_failed_at=None)
    done = 0
    for pk in list(held.order_by("order_id").values_list("order_id", flat=True)):
        order = Order.lock(pk)
        hold = order.holds.filter(cause=cause, ended_at=None).first()
        if hold is None or order.state != State.ON_HOLD:
            continue  # proved or closed meanwhile
        other = (
            StoreMeasure.objects.in_force(order.now)
            .filter(kind=StoreMeasure.Kind.ORDERS_HELD, store_id=order.store_id)
            .exclude(cause=cause)
            .order_by("pk")
            .first()
        )
        if other:
            hold.cause, hold.reason = other.cause, other.reason
            hold.save(update_fields=["cause", "reason"])
            continue
        _release(order, hold, at, by)
        done += 1
    return done


def _place(order: Order, measure: StoreMeasure, by: Actor) -> bool:
    """One order on hold. False where it was sent or called off meanwhile."""
    if order.state != State.PAID or measure.imposed_by_id is None:
        return False
    before = order.state
    order.hold()
    order.proved_at = None
    Hold.objects.create(
        order=order,
        reason=measure.reason,
        cause=measure.cause,
        placed_by_id=measure.imposed_by_id,
        placed_at=order.at,
    )
    order.say(reason=measure.reason)
    order.finish("hold", by, before)
    return True


def _release(order: Order, hold: Hold, at: datetime, by: Actor) -> None:
    """As if its proof had been accepted: the time on hold does not count against the seller."""
    before, order.at = order.state, max(at, order.entered_at)
    order.hold_time += order.at - order.entered_at
    order.accept_proof()
    hold.ended_at, hold.accepted = order.at, True
    hold.save(update_fields=["ended_at", "accepted"])
    order.finish("lift_hold", by, before)
