"""What people are told while goods travel: back to the seller, and the replacement to the buyer (section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import Message

from .models.deadlines import RETURN_ADDRESS
from .models.words import Remedy, State

if TYPE_CHECKING:
    from .models import Dispute

_MEDIATOR = _("A mediator decides now. We plan to decide by %(due)s.")

MESSAGES: dict[str, tuple[Message, ...]] = {
    "give_return_address": (
        Message(
            "buyer",
            _("Send the item back by %(due)s"),
            _("The address is on the page. Send the item and enter the tracking number by %(due)s. If you do not, you get no refund."),
            needs_you=True,
        ),
    ),
    "refund_missing_address": (
        Message(
            "buyer",
            _("You get your money back"),
            _("The seller gave no return address in time. You get %(amount)s and keep the item."),
        ),
        Message(
            "seller",
            _("The buyer gets the money back"),
            _("You gave no return address in time. The buyer gets %(amount)s and keeps the item."),
        ),
    ),
    "ship_return": (
        Message("seller", _("The buyer sent the item back"), _("It travels as %(tracking_number)s.")),
    ),
    "record_return_tracking": (
        Message(
            "seller",
            _("Check the return by %(due)s"),
            _("The carrier says that it was delivered. Check it by %(due)s. If you say nothing, the buyer gets the money."),
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
    "contest_return": (
        Message("buyer", _("The seller says the return is not right"), _MEDIATOR),
        Message("seller", _("A mediator looks at the return"), _MEDIATOR),
    ),
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
    "submit_postage_receipt": (
        Message(
            "seller",
            _("The buyer's receipt for the postage"),
            _("The buyer paid %(amount)s. Of this you pay %(due_sum)s when the dispute ends well for the buyer."),
        ),
    ),
    "pay_postage": (
        Message("buyer", _("Your postage was paid back"), _("You get %(amount)s. See the dispute for how.")),
        Message("seller", _("You paid a buyer's postage"), _("%(amount)s was taken from your balance.")),
    ),
    "ship_replacement": (
        Message("buyer", _("The replacement is on its way"), _("It travels as %(tracking_number)s.")),
    ),
    "record_replacement_tracking": (
        Message(
            "buyer",
            _("Look at the replacement by %(due)s"),
            _("The carrier says that it was delivered. Is it right? Tell us by %(due)s. If you say nothing, the dispute ends."),
            needs_you=True,
        ),
    ),
    "acknowledge_replacement": (
        Message(
            "seller", _("The buyer has the replacement"), _("It is right. The dispute has ended. You are paid.")
        ),
    ),
    "confirm_replacement_by_silence": (
        Message("buyer", _("The dispute has ended"), _("The replacement came, and you did not write that it is wrong.")),
        Message("seller", _("The dispute has ended"), _("The replacement came. The buyer said nothing. You are paid.")),
    ),
    "refund_missing_replacement": (
        Message(
            "buyer",
            _("You get your money back"),
            _("The seller did not send the replacement in time. You get %(amount)s."),
        ),
        Message(
            "seller",
            _("The buyer gets the money back"),
            _("You did not send the replacement in time. The buyer gets %(amount)s."),
        ),
    ),
    "contest_replacement": (
        Message("buyer", _("A mediator looks at the replacement"), _MEDIATOR),
        Message("seller", _("The buyer says the replacement is not right"), _MEDIATOR),
    ),
    "mediate_lost_replacement": (
        Message("buyer", _("The replacement is late"), _MEDIATOR),
        Message("seller", _("The replacement is late"), _MEDIATOR),
    ),
}  # fmt: skip

#: to lead mediators, whatever the verb was that ended the dispute (T-04)
POSTAGE_OWED = Message(
    "lead",
    _("A seller owes a buyer return postage"),
    _("It is %(postage_owed)s, and neither the dispute nor the balance holds it. We try again. You can pay it another way."),
)  # fmt: skip

Words = dict[str, Any]
#: to whom, and what, when such a phase begins, however it was reached: subject, text
_BEGINS: dict[str, dict[str, Words]] = {
    State.AWAITING_RETURN: {
        "buyer": {
            "subject": _("Send the item back by %(due)s"),
            "text": _("Send the item back and enter the tracking number by %(due)s. If you do not, you get no refund."),
            "needs_you": True,
        }
    },
    RETURN_ADDRESS: {
        "buyer": {
            "subject": _("You send the item back soon"),
            "text": _("The seller tells us where it goes by %(due)s. Do not send it before. If they do not, you get your money and keep the item."),
        },
        "seller": {
            "subject": _("Give the return address by %(due)s"),
            "text": _("The buyer sends the item back to you. Tell them where by %(due)s. If you do not, the buyer gets the money and keeps the item."),
            "needs_you": True,
        },
    },
    State.AWAITING_REPLACEMENT: {
        "buyer": {
            "subject": _("The seller sends you a replacement"),
            "text": _("The seller sends you the same item by %(due)s. If they do not, you get your money back."),
        },
        "seller": {
            "subject": _("Send the replacement by %(due)s"),
            "text": _("Send the same item and enter its number by %(due)s. If you do not, the buyer gets the money back."),
            "needs_you": True,
        },
    },
}  # fmt: skip
#: where it was delivered in another place than the address
_ELSEWHERE: Words = {
    "text": _("The carrier says that it was delivered, but in another place than your address. If it did not come, tell us by %(due)s. If you say nothing, the buyer gets the money.")
}  # fmt: skip
_THEN_REPLACE: Words = {
    "text": _("The carrier says that it was delivered. Check it by %(due)s. If you say nothing, we take it as fine, and you send the replacement.")
}  # fmt: skip


def for_step(event: CaseEvent, dispute: Dispute, messages: Sequence[Message]) -> Sequence[Message]:
    """The messages of this step, as what it leads to makes them."""
    if event.verb in ("record_return_tracking", "record_replacement_tracking"):
        return _delivered(event, dispute, messages)
    if event.from_state == event.to_state or dispute.phase not in _BEGINS:
        return messages
    begins = _BEGINS[dispute.phase]
    changed = [replace(each, **begins[each.to]) if each.to in begins else each for each in messages]
    told = {message.to for message in messages}
    new = [Message(role, **words) for role, words in begins.items() if role not in told]
    return [*changed, *new]


def _delivered(event: CaseEvent, dispute: Dispute, messages: Sequence[Message]) -> Sequence[Message]:
    """A carrier reports many times; only that it is there is told."""
    if not event.data.get("arrived"):
        return ()
    if event.data.get("elsewhere"):
        return [replace(each, **_ELSEWHERE) for each in messages]
    if event.verb == "record_return_tracking" and dispute.settled_remedy == Remedy.REPLACEMENT:
        return [replace(each, **_THEN_REPLACE) for each in messages]
    return messages
