"""What the parties of an order are reminded of: phase → messages (F-01). Written by core/reminders.py, at half of the
time and 24 h before the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.services import Members, Message, Person, Readers, remind

from .models.states import CONFIRMED, State

if TYPE_CHECKING:
    from .models import Order

_PROTECTION = Message(
    "buyer",
    _("Your protection ends on %(due)s: order %(reference)s"),
    _(
        "You are protected until %(due)s. Did the parcel come? If something is wrong, tell us on the order's page. After that date the order is confirmed for you."
    ),
)

REMINDERS: dict[str, tuple[Message, ...]] = {
    State.PAID: (
        Message(
            "seller",
            _("Send order %(reference)s before %(due)s"),
            _("The buyer paid and waits for the parcel. From %(due)s on the buyer may cancel."),
            needs_you=True,
        ),
    ),
    State.SHIPPED: (_PROTECTION,),
    State.DELIVERED: (_PROTECTION,),
    CONFIRMED: (
        Message(
            "buyer",
            _("Is order %(reference)s fine?"),
            _("You can open a dispute until %(due)s. Then the seller gets the money."),
        ),
    ),
    State.ON_HOLD: (
        Message(
            "seller",
            _("Show us until %(due)s that order %(reference)s is fine"),
            _("If you send nothing until %(due)s, the buyer gets the money back."),
            needs_you=True,
        ),
    ),
}


def write(order: Order, kind: str) -> None:
    """Inside the transaction that plans the next one."""
    if messages := REMINDERS.get(order.phase):
        people: dict[str, Readers] = {"buyer": Person(order.buyer_id), "seller": Members(order.store_id)}
        remind(order, kind, messages, people, {"reference": order.reference}, f"/orders/{order.public_id}/")
