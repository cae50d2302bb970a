"""What people are told about an order: verb → messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import MODERATOR
from marketplace.core.cases import CaseEvent
from marketplace.core.display import date_text
from marketplace.notifications.services import (
    OUTAGE,
    Members,
    Message,
    Person,
    Readers,
    of_an_outage,
    tell,
    unpin,
)

from .tracking import words_of

if TYPE_CHECKING:
    from .models import Order

#: to moderators, whatever the verb was that brought it (O-07)
DOUBTFUL = Message(
    "moderator", _("Doubtful tracking: order %(reference)s"), _("%(why)s Please look at this order.")
)
DOUBTFUL_ROWS = Message(
    "moderator",
    _("Doubtful tracking in %(n)s imported orders"),
    _("Numbers that several buyers share, or dates that cannot be true. Please look at these parcels."),
)

MESSAGES: dict[str, tuple[Message, ...]] = {
    OUTAGE: of_an_outage(_("More time for order %(reference)s")),
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
    "freeze": (
        Message(
            "buyer",
            _("Your bank asked us for money: %(reference)s"),
            _(
                "Your bank asked for %(amount)s of this order back. Nobody can move the money until the bank has decided. If you did not ask your bank, call it. We write to you then."
            ),
        ),
        Message(
            "seller",
            _("The buyer's bank asks for money: %(reference)s"),
            _(
                "The buyer's bank asked for %(amount)s of this order back. Nobody can move the money until the bank has decided. We answer the bank. We write to you then."
            ),
        ),
    ),
    "thaw": (
        Message(
            "buyer",
            _("Your bank has decided: %(reference)s"),
            _("The money stays with us. All goes on where it stood. See the order for what comes next."),
        ),
        Message(
            "seller",
            _("The bank has decided: %(reference)s"),
            _("The money stays with us. All goes on where it stood. See the order for what comes next."),
        ),
    ),
    "bank_paid": (
        Message(
            "buyer",
            _("Your bank gave you the money: %(reference)s"),
            _(
                "Your bank gave you %(amount)s back. It counts as your refund. We do not pay it a second time."
            ),
        ),
        Message(
            "seller",
            _("The bank gave the buyer the money: %(reference)s"),
            _(
                "The buyer's bank gave back %(amount)s. It counts as a refund. If you have not sent the parcel, look at the order first."
            ),
        ),
    ),
    "hold": (
        Message(
            "seller",
            _("Do not send order %(reference)s yet"),
            _(
                "We have a question about this order: %(reason)s Show us until %(due)s that all is well. If not, the buyer gets the money back."
            ),
            needs_you=True,
        ),
        Message(
            "buyer",
            _("We check your order %(reference)s"),
            _(
                "We look at this shop before it sends your order. Your money is safe with us. You do not have to do anything. We write to you."
            ),
        ),
    ),
    "prove": (
        Message(
            "moderator",
            _("Proof for order %(reference)s"),
            _("The seller sent a proof. Please decide until %(due)s. Nothing happens by itself."),
            needs_you=True,
        ),
    ),
    "accept_proof": (
        Message(
            "seller",
            _("You can send order %(reference)s"),
            _("All is well. Send the parcel before %(due)s. The time on hold does not count."),
            needs_you=True,
        ),
        Message(
            "buyer",
            _("Your order goes on: %(reference)s"),
            _("We checked the shop, and all is well. The seller sends your order before %(due)s."),
        ),
    ),
    "lift_hold": (
        Message(
            "seller",
            _("You can send order %(reference)s"),
            _("It is not on hold any more. Send the parcel before %(due)s. The time on hold does not count."),
            needs_you=True,
        ),
        Message(
            "buyer",
            _("Order %(reference)s goes on"),
            _("It is not on hold any more. The seller can send it now."),
        ),
    ),
    "refuse_proof": (
        Message(
            "buyer",
            _("You get your money back: %(reference)s"),
            _(
                "The shop could not show that it is honest: %(note)s You get %(amount)s back, until %(money_by)s at the latest."
            ),
        ),
        Message(
            "seller",
            _("Order %(reference)s is closed"),
            _("Your proof was not enough: %(note)s The buyer gets the money back. Do not send the parcel."),
        ),
    ),
    "close_on_silence": (
        Message(
            "buyer",
            _("You get your money back: %(reference)s"),
            _(
                "The shop did not show in time that it is honest. You get %(amount)s back, until %(money_by)s at the latest."
            ),
        ),
        Message(
            "seller",
            _("Order %(reference)s is closed"),
            _("You sent no proof in time. The buyer gets the money back. Do not send the parcel."),
        ),
    ),
    "clear_doubts": (
        Message(
            "buyer",
            _("We looked into the tracking of order %(reference)s"),
            _("We believe it now: %(reason)s If the parcel did not come, you can still tell us."),
        ),
        Message(
            "seller",
            _("We looked into the tracking of order %(reference)s"),
            _("We believe it now: %(reason)s"),
        ),
    ),
    "rate": (Message("seller", _("The buyer rated order %(reference)s"), _("You got %(rating)s of 5.")),),
    "send_message": (
        Message("buyer", _("New message about order %(reference)s"), _("The seller wrote to you.")),
        Message("seller", _("New message about order %(reference)s"), _("The buyer wrote to you.")),
    ),
}

#: verbs that nobody needs a notice of, and why
SILENT = {
    "record_tracking": "shown on the order's page; a carrier reports many times a day",
    "hold_back": "the dispute itself tells both sides",
    "change_hold_back": "the dispute itself tells both sides",
    "lift_hold_back": "the dispute itself tells both sides",
    "settle": "the dispute itself tells both sides",
    "demand_tracking": "the report itself tells both sides",
    "lift_demand": "the report itself tells both sides",
    "close_untracked": "the report itself tells both sides",
}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    order = cast("Order", event.case)
    facts = {"reference": order.reference, "amount": "", "tracking_number": "", **event.data}
    if messages := MESSAGES.get(event.verb):
        people: dict[str, Readers] = {
            "buyer": Person(order.buyer_id),
            "seller": Members(order.store_id),
            "moderator": moderators(),
        }
        tell(event, messages, people, facts | {"money_by": _day(facts)}, f"/orders/{order.public_id}/")
    if codes := event.data.get("tracking_doubts"):
        why = {"why": _sentences(words_of(codes))}
        tell(event, [DOUBTFUL], {"moderator": moderators()}, facts | why, f"/orders/{order.public_id}/")


def tell_of_doubtful(orders: Sequence[Order]) -> None:
    """One notice for all the doubtful parcels of an import, however many: moderators have the list (O-07)."""
    if orders:
        event = orders[0].events.latest("pk")
        url = reverse("admin:orders_shipment_changelist")
        tell(event, [DOUBTFUL_ROWS], {"moderator": moderators()}, {"n": len(orders)}, url)


def moderators() -> Q:
    """Staff who look at suspicious sellers."""
    return Q(groups__name=MODERATOR, is_staff=True, is_active=True)


def _day(facts: Mapping[str, Any]) -> Any:
    """The last day on which the money comes, written as its reader writes dates."""
    day = facts.get("money_by")
    return (
        lazy(date_text, str)(datetime.combine(date.fromisoformat(day), time(12), UTC), zone=UTC)
        if day
        else ""
    )


def _joined(words: Iterable[Any]) -> str:
    return " ".join(str(each) for each in words)


#: said in each reader's own language, so not before there is one
_sentences: Any = lazy(_joined, str)
