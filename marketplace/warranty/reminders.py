"""What the sides of a warranty claim are reminded of: state → messages (F-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.services import Members, Message, Person, Readers, remind

from .models import State

if TYPE_CHECKING:
    from .models import WarrantyClaim

REMINDERS: dict[str, tuple[Message, ...]] = {
    State.REQUESTED: (
        Message(
            "seller",
            _("Answer the warranty claim before %(due)s: %(item)s"),
            _("If you do not answer, the claim ends. No money moves by itself."),
            needs_you=True,
        ),
    ),
    State.AWAITING_PARCEL: (
        Message(
            "seller",
            _("Send the parcel before %(due)s: %(item)s"),
            _("You agreed to send it free. If you do not, the claim ends."),
            needs_you=True,
        ),
    ),
    State.PARCEL_SENT: (
        Message(
            "buyer",
            _("Is it there? %(item)s"),
            _("Tell us when you have what the seller sent. From %(due)s on it counts as received."),
        ),
    ),
    State.AWAITING_RECEIPT: (
        Message(
            "buyer",
            _("Send the receipt of the repair before %(due)s: %(item)s"),
            _("The seller pays it then. Without a receipt the claim ends."),
            needs_you=True,
        ),
    ),
    State.RECEIPT_SENT: (
        Message(
            "seller",
            _("Pay the receipt before %(due)s: %(item)s"),
            _("Pay it, or say why not. If you do nothing, the claim ends and no money moves."),
            needs_you=True,
        ),
    ),
}


def write(claim: WarrantyClaim, kind: str) -> None:
    """Inside the transaction that plans the next one."""
    if messages := REMINDERS.get(claim.phase):
        people: dict[str, Readers] = {"buyer": Person(claim.buyer_id), "seller": Members(claim.store_id)}
        remind(
            claim, kind, messages, people, {"item": claim.line.title}, f"/warranty-claims/{claim.public_id}/"
        )
