"""What a sanction brings about: one row in the lower room that meets it, with the sanction's public id as its cause (C-11)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from marketplace.accounts.models import Restriction, StoreMeasure
from marketplace.core.access import Actor
from marketplace.orders import services as orders
from marketplace.orders.models import ListingMeasure

from .models import Kind

if TYPE_CHECKING:
    from .models import Sanction

#: target → the rows that its effects are; a strike and a warning have none
ROWS: dict[str, type[Any]] = {"listing": ListingMeasure, "store": StoreMeasure, "user": Restriction}
COUNTED_ONLY = (Kind.STRIKE, Kind.WARNING)


def bring(sanction: Sanction, *, by: Actor) -> None:
    """Inside the transaction that imposes it."""
    if sanction.kind in COUNTED_ONLY:
        return
    target = sanction.target_kind
    row = ROWS[target].objects.create(
        **{target: sanction.target},
        kind=sanction.kind,
        reason=sanction.statement,
        cause=sanction.public_id,
        imposed_by_id=sanction.imposed_by_id,
        starts_at=sanction.starts_at,
        ends_at=sanction.ends_at,
    )
    if sanction.kind == Kind.ORDERS_HELD:
        orders.hold_orders(row, by=by)


def end(sanction: Sanction, *, at: datetime, by: Actor) -> None:
    """Inside the step that ends it: exactly its own row ends, and the orders that it alone holds go on."""
    if sanction.kind in COUNTED_ONLY:
        return
    ROWS[sanction.target_kind].objects.all().lift(sanction.public_id, at)
    if sanction.kind == Kind.ORDERS_HELD:
        orders.let_go(sanction.public_id, at=at, by=by)
