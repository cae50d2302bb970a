"""What people are told about a dispute: verb → messages. Act first, then until when, then what happens if not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import OUTAGE, Message, members_of, of_an_outage, tell, unpin

if TYPE_CHECKING:
    from .models import Dispute

_MEDIATOR = _("A mediator decides now. We plan to decide by %(due)s.")
_RETURN_SUBJECT = _("Send the item back by %(due)s")
_RETURN = _("Send the item back and enter the tracking number by %(due)s. If you do not, you get no refund.")

MESSAGES: dict[str, tuple[Message, ...]] = {
    OUTAGE: of_an_outage(_("More time for your dispute")),
    "open": (
        Message(
            "seller",
            _("Answer a dispute by %(due)s"),
            _(
                "The buyer asks for %(amount)s. Answer by %(due)s. If you do not, the buyer gets what they ask for."
            ),
            needs_you=True,
        ),
    ),
    "accept_claim": (
        Message(
            "buyer",
            _("The seller accepted your request"),
            _("The seller agreed to %(amount)s. We send it to where you paid from."),
        ),
    ),
    "grant_claim": (
        Message(
            "buyer",
            _("You get what you asked for"),
            _("The seller did not answer in time. You get %(amount)s."),
        ),
        Message(
            "seller",
            _("The buyer gets what they asked for"),
            _("You did not answer in time. The buyer gets %(amount)s."),
        ),
    ),
    "refuse_claim": (
        Message(
            "buyer",
            _("The seller said no"),
            _(
                "The seller said: %(note)s You do not need to do anything: on %(due)s a mediator looks at your case."
            ),
        ),
    ),
    "escalate": (
        Message("buyer", _("A mediator looks at your case"), _MEDIATOR),
        Message("seller", _("A mediator looks at the case"), _MEDIATOR),
    ),
    "cancel": (
        Message("seller", _("The buyer closed the dispute"), _("The money is part of the order again.")),
    ),
    "staff_cancel": (
        Message("buyer", _("We closed the dispute"), _("Reason: %(note)s")),
        Message("seller", _("We closed the dispute"), _("Reason: %(note)s")),
    ),
    "send_message": (
        Message("buyer", _("New message in your dispute"), _("The seller wrote to you.")),
        Message("seller", _("New message in a dispute"), _("The buyer wrote to you.")),
    ),
    "provide_evidence": (
        Message("buyer", _("New files in your dispute"), _("The seller added %(files)s file(s).")),
        Message("seller", _("New files in a dispute"), _("The buyer added %(files)s file(s).")),
    ),
    "adjudicate": (
        Message("buyer", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
        Message("seller", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
    ),
    "approve": (
        Message("buyer", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
        Message("seller", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
    ),
    "ship_return": (
        Message("seller", _("The buyer sent the item back"), _("It travels as %(tracking_number)s.")),
    ),
    "record_return_tracking": (
        Message(
            "seller",
            _("Check the return by %(due)s"),
            _(
                "The carrier reports: %(code)s. Check it by %(due)s. If you say nothing, the buyer gets the money."
            ),
            needs_you=True,
        ),
    ),
    "acknowledge_return": (
        Message(
            "buyer",
            _("The seller has the item back"),
            _("You get %(amount)s back. We send it to where you paid from."),
        ),
    ),
    "confirm_return_by_silence": (
        Message(
            "buyer", _("You get your money back"), _("The seller did not answer in time. You get %(amount)s.")
        ),
        Message(
            "seller",
            _("The buyer gets the money back"),
            _("You did not check the return in time. The buyer gets %(amount)s."),
        ),
    ),
    "contest_return": (Message("buyer", _("The seller says the return is not right"), _MEDIATOR),),
    "mediate_lost_return": (
        Message("buyer", _("Your return is late"), _MEDIATOR),
        Message("seller", _("The return is late"), _MEDIATOR),
    ),
    "expire_return": (
        Message(
            "buyer", _("Your dispute ended without a refund"), _("You did not send the item back in time.")
        ),
        Message(
            "seller", _("The dispute ended"), _("The buyer did not send the item back. The money is yours.")
        ),
    ),
}

#: verbs that the parties need no notice of, and why
SILENT = {
    "assign": "which mediator holds a case is not the parties' concern",
    "release": "which mediator holds a case is not the parties' concern",
    "reject_approval": "no decision has been told yet",
}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    dispute = cast("Dispute", event.case)
    messages: Sequence[Message] = MESSAGES.get(event.verb, ())
    if not messages or dispute.state == "awaiting_approval":
        return  # a decision that waits for approval is told once it is approved
    people = {"buyer": Q(pk=dispute.buyer_id), "seller": members_of(dispute.store_id)}
    facts = {"amount": "", "note": "", "files": 0, "code": "", "tracking_number": "", **event.data}
    if event.to_state == "awaiting_return" != event.from_state:
        messages = [_now_send_it(message) for message in messages]
    tell(event, messages, people, facts, f"/disputes/{dispute.public_id}/")


def _now_send_it(message: Message) -> Message:
    """However the return was reached, what the buyer has to know is that it is their turn."""
    if message.to != "buyer":
        return message
    return replace(message, subject=_RETURN_SUBJECT, text=_RETURN, needs_you=True)
