"""What people are told about an order: verb → messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import Message, members_of, tell, unpin

if TYPE_CHECKING:
    from .models import Order

MESSAGES: dict[str, tuple[Message, ...]] = {
    "pay": (
        Message(
            "seller",
            _("New paid order: %(reference)s"),
            _("The buyer paid. Send the parcel before %(due)s. After that the buyer may cancel."),
            needs_you=True,
        ),
    ),
    "ship": (
        Message(
            "buyer",
            _("Your parcel is on its way: %(reference)s"),
            _(
                "The seller sent your parcel. You are protected until %(due)s. If something is wrong, tell us on the order's page."
            ),
        ),
    ),
    "confirm_receipt": (
        Message(
            "seller",
            _("The buyer got order %(reference)s"),
            _("The buyer says that it came. We pay you on %(due)s, unless there is a dispute."),
        ),
    ),
    "confirm_automatically": (
        Message(
            "buyer",
            _("Order %(reference)s was confirmed for you"),
            _(
                "Protection for the delivery has ended. If something is wrong, you can still open a dispute until %(due)s."
            ),
        ),
    ),
    "release": (
        Message(
            "seller",
            _("Money for order %(reference)s"),
            _("%(amount)s went to your balance."),
        ),
    ),
    "request_extension": (
        Message(
            "seller",
            _("The buyer asks for more time: %(reference)s"),
            _("The buyer asks you to make the protection longer. It ends on %(due)s."),
            needs_you=True,
        ),
    ),
    "extend_protection": (
        Message(
            "buyer",
            _("You are protected for longer: %(reference)s"),
            _("The seller gave you more time. You are now protected until %(due)s."),
        ),
    ),
    "cancel": (
        Message(
            "buyer",
            _("Order %(reference)s was cancelled"),
            _("All you paid goes back to you: %(amount)s."),
        ),
        Message(
            "seller",
            _("Order %(reference)s was cancelled"),
            _("Do not send the parcel. The buyer gets the money back."),
        ),
    ),
    "change_tracking": (
        Message(
            "buyer",
            _("New tracking number: %(reference)s"),
            _("Your parcel now travels as %(tracking_number)s."),
        ),
    ),
    "send_message": (
        Message("buyer", _("New message about order %(reference)s"), _("The seller wrote to you.")),
        Message("seller", _("New message about order %(reference)s"), _("The buyer wrote to you.")),
    ),
}

#: verbs that nobody needs a notice of, and why
SILENT = {
    "record_tracking": "shown on the order's page; a carrier reports many times a day",
    "hold_back": "the dispute itself tells both sides",
    "lift_hold_back": "the dispute itself tells both sides",
    "settle": "the dispute itself tells both sides",
}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    messages = MESSAGES.get(event.verb)
    if not messages:
        return
    order = cast("Order", event.case)
    people = {"buyer": Q(pk=order.buyer_id), "seller": members_of(order.store_id)}
    facts = {"reference": order.reference, "amount": "", "tracking_number": "", **event.data}
    tell(event, messages, people, facts, f"/orders/{order.public_id}/")
