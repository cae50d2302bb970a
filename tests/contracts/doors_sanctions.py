"""The doors of sanctions, and the rows that they may write."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.models import Restriction, StoreMeasure
from marketplace.orders.models import Order
from marketplace.sanctions import services
from marketplace.sanctions.models import Sanction, SanctionEvent
from tests import world

ROWS: dict[Any, str] = {
    Sanction: "listing_id store_id user_id kind rule statement points cause imposed_by_id starts_at ends_at state version "
    "due_at due_verb ended_at ended_by_id note",
    SanctionEvent: "verb from_state to_state actor_id role at recorded_at data",
    Restriction: "user_id kind reason cause imposed_by_id starts_at ends_at lifted_at",
    StoreMeasure: "store_id kind reason cause imposed_by_id starts_at ends_at lifted_at",
}
WORDS = {"rule": "Terms, 4.2", "statement": "Three of them were made up."}


def nobody_sanctioned(clock: Any) -> Order:
    """Its buyer is to be sanctioned."""
    return world.an_order()


def by_hand(clock: Any) -> Sanction:
    """Somebody else than whoever will take it back imposed it."""
    by = world.acting(world.staff("", "lead_mediator"))
    return services.impose_by_hand(target=world.person(), kind="no_reports", **WORDS, by=by)


def buyers_id(order: Any) -> str:
    return str(order.buyer.public_id)
