"""What people are told about a warranty claim: verb → messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import Members, Message, Person, Readers, tell, unpin

if TYPE_CHECKING:
    from .models import WarrantyClaim

MESSAGES: dict[str, tuple[Message, ...]] = {
    "request": (
        Message(
            "seller",
            _("Warranty claim: %(item)s"),
            _("The buyer asks for something under the warranty. Please answer before %(due)s. No money moves by itself."),
            needs_you=True,
        ),
    ),
    "accept": (
        Message("buyer", _("The seller agreed: %(item)s"), _("The seller gives you what you asked for. See what comes next.")),
    ),
    "decline": (
        Message(
            "buyer",
            _("The seller said no: %(item)s"),
            _("The seller does not give you what you asked for. The reason: %(note)s We do not decide about a warranty."),
        ),
    ),
    "ship": (
        Message(
            "buyer",
            _("A parcel for your warranty claim: %(item)s"),
            _("The seller sent it as %(tracking_number)s. Tell us when you have it."),
        ),
    ),
    "acknowledge": (
        Message("seller", _("The buyer has it: %(item)s"), _("The warranty claim is done.")),
    ),
    "send_receipt": (
        Message(
            "seller",
            _("Receipt of a repair: %(item)s"),
            _("The buyer sent a receipt of %(amount)s. Please pay it, or say why not, before %(due)s."),
            needs_you=True,
        ),
    ),
    "pay_receipt": (
        Message("buyer", _("The seller pays your repair: %(item)s"), _("You get %(amount)s back to where you paid from.")),
    ),
    "withdraw": (
        Message("seller", _("A warranty claim was withdrawn: %(item)s"), _("You do not have to do anything.")),
    ),
    "expire": (
        Message(
            "buyer",
            _("Your warranty claim has ended: %(item)s"),
            _("The time to act has ended, and nothing was done. You can claim again while the warranty lasts."),
        ),
        Message("seller", _("A warranty claim has ended: %(item)s"), _("The time to act has ended. No money has moved.")),
    ),
    "conclude": (
        Message(
            "buyer",
            _("Your warranty claim is done: %(item)s"),
            _("We take it that you have what was sent. If it did not come, you can claim again while the warranty lasts."),
        ),
    ),
}  # fmt: skip

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    claim = cast("WarrantyClaim", event.case)
    people: dict[str, Readers] = {"buyer": Person(claim.buyer_id), "seller": Members(claim.store_id)}
    facts = {"item": claim.line.title, "amount": "", "note": "", "tracking_number": "", **event.data}
    tell(event, MESSAGES.get(event.verb, ()), people, facts, f"/warranty-claims/{claim.public_id}/")
