"""An order in its reader's words: one line of state, one main button, what protects them, what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.core.access import Actor
from marketplace.core.display import TimelineLine
from marketplace.core.money import Money
from marketplace.core.templatetags.ui import moment
from marketplace.messaging.presenters import for_reader

from . import access
from .holds import ShownHold, holds_of
from .models import Order, State
from .protection import Protection, protection
from .tracking import words_of

ENDED = (State.COMPLETED, State.CANCELLED, State.CLOSED)

HAPPENED: dict[str, Any] = {
    "outage": gettext_lazy("The site was down: there is more time"),
    "remove_private_file": gettext_lazy("A private file was removed: its time had passed"),
    "place": gettext_lazy("The order was placed"),
    "import": gettext_lazy("The order came in from the shop"),
    "pay": gettext_lazy("The order was paid"),
    "ship": gettext_lazy("The parcel was sent"),
    "change_tracking": gettext_lazy("The parcel has a new tracking number"),
    "clear_doubts": gettext_lazy("We looked into the tracking: we believe it"),
    "confirm_receipt": gettext_lazy("The buyer said that it came"),
    "confirm_automatically": gettext_lazy("Protection for the delivery ended"),
    "release": gettext_lazy("Money went to the seller"),
    "request_extension": gettext_lazy("The buyer asked for more time"),
    "extend_protection": gettext_lazy("The seller gave more time"),
    "cancel": gettext_lazy("The order was cancelled"),
    "rate": gettext_lazy("The buyer rated the order"),
    "hold": gettext_lazy("We put the order on hold"),
    "prove": gettext_lazy("The seller sent a proof"),
    "accept_proof": gettext_lazy("We let the order go on"),
    "lift_hold": gettext_lazy("We let the order go on"),
    "refuse_proof": gettext_lazy("We closed the order: the proof was not enough"),
    "close_on_silence": gettext_lazy("We closed the order: there was no proof in time"),
    "hold_back": gettext_lazy("A dispute was opened"),
    "change_hold_back": gettext_lazy("The dispute is about another sum now"),
    "lift_hold_back": gettext_lazy("The dispute was closed"),
    "settle": gettext_lazy("The dispute ended"),
    "demand_tracking": gettext_lazy("We asked the seller for valid tracking"),
    "lift_demand": gettext_lazy("The order goes on as usual"),
    "close_untracked": gettext_lazy("We closed the order: no valid tracking came"),
    "freeze": gettext_lazy("The buyer's bank asked for the money back: nothing moves for now"),
    "thaw": gettext_lazy("The bank decided: the money stays here, and all goes on"),
    "bank_paid": gettext_lazy("The bank gave the buyer the money"),
}
#: events that stand elsewhere on the page (messages, tracking)
NOT_TOLD = frozenset({"send_message", "record_tracking", "remove_private_file"})


def sentence(words: str, **parts: Any) -> SafeString:
    """A whole translated sentence with times and sums set into it."""
    return format_html(words, **parts) if parts else escape(words)


@dataclass
class OrderCard:
    """One order in a list."""

    order: Order
    title: str
    more: str
    paid: Money
    label: str
    tone: str
    line: SafeString
    button: str
    url: str
    button_url: str


def title_of(order: Order) -> tuple[str, str]:
    """The first item's name, and how many there are besides: "and 2 more items"."""
    lines = list(order.lines.all())
    others = len(lines) - 1
    more = (
        ngettext("and %(n)s more item", "and %(n)s more items", others) % {"n": others} if others > 0 else ""
    )
    return (lines[0].title if lines else order.reference), more


def card(order: Order, now: datetime, actor: Actor) -> OrderCard:
    """The order as a list shows it. Needs lines, hold_backs and parcels read along."""
    title, more = title_of(order)
    label, tone = state_words(order, now)
    url = reverse("orders:detail", args=[order.public_id])
    button, button_url = _main_button(order, now, actor, url)
    paid = order.money(order.escrow.captured)
    return OrderCard(order, title, more, paid, label, tone, state_line(order, now), button, url, button_url)


def open_disputes(order: Order) -> list[str]:
    """Public ids of the disputes that hold money of this order."""
    return [hold.key for hold in order.hold_backs.all() if hold.ended_at is None]


def _main_button(order: Order, now: datetime, actor: Actor, url: str) -> tuple[str, str]:
    held = open_disputes(order)
    if held:
        return _("See the dispute"), reverse("disputes:detail", args=[held[0]])
    if access.buyer(actor, order) and order.state not in (*ENDED, State.AWAITING_PAYMENT):
        return _("Problem with this order"), reverse("disputes:problem", args=[order.public_id])
    if access.seller(actor, order) and order.state == State.PAID:
        return _("Send it"), reverse("orders:ship", args=[order.public_id])
    if access.seller(actor, order) and order.state == State.ON_HOLD and not order.hold_failed_at:
        return _("Show that all is well"), reverse("orders:prove", args=[order.public_id])
    if access.buyer(actor, order) and order.state == State.COMPLETED and not order.rated_at:
        return _("Rate this order"), reverse("orders:rate", args=[order.public_id])
    return _("See the order"), url


def state_words(order: Order, now: datetime) -> tuple[str, str]:
    """(label, tone) of the order's state."""
    if order.held_back and order.state not in ENDED:
        return _("In a dispute"), "wait"
    status = protection(order, now).status
    if order.state == State.DELIVERED or (order.state == State.SHIPPED and status != "active"):
        return (_("Received"), "good") if status in ("confirmed", "over") else (_("Delivered"), "good")
    labels = {
        State.AWAITING_PAYMENT: (_("Waiting for payment"), ""),
        State.PAID: (_("Paid"), ""),
        State.SHIPPED: (_("On its way"), ""),
        State.COMPLETED: (_("Completed"), ""),
        State.CANCELLED: (_("Cancelled"), ""),
        State.CLOSED: (_("Paid back"), ""),
        State.ON_HOLD: (_("On hold"), "bad"),
    }
    return labels[State(order.state)]


def state_line(order: Order, now: datetime) -> SafeString:
    """The one line that says where the order stands, and until when."""
    found = protection(order, now)
    if order.state == State.AWAITING_PAYMENT:
        return sentence(_("Not paid yet."))
    if order.state == State.PAID:
        return sentence(_("The seller sends it by {when}."), when=moment(order.due_at, "short"))
    if order.state == State.ON_HOLD:
        return sentence(_("We check this order. Your money is safe."))
    if order.state in ENDED:
        return sentence(_("Ended on {when}."), when=moment(order.closed_at, "date"))
    if found.status == "active":
        return sentence(_("Protected until {when}."), when=moment(found.ends_at, "short"))
    if found.status == "over":
        return sentence(
            _("The time to open a dispute ended {when}."), when=moment(order.window_ends_at, "short")
        )
    return sentence(_("You can open a dispute until {when}."), when=moment(order.window_ends_at, "short"))


@dataclass
class LineRow:
    """One item of the order."""

    title: str
    quantity: int
    paid: Money
    refunded: Money | None
    url: str = ""


@dataclass
class Parcel:
    """One parcel with what the carrier reported of it, newest first."""

    carrier: str
    number: str
    earlier: list[str]
    promised_by: datetime | None
    events: list[TimelineLine] = field(default_factory=list)
    doubts: list[Any] = field(default_factory=list)


@dataclass
class OrderRoom:
    """An order as its own page shows it."""

    order: Order
    title: str
    more: str
    label: str
    tone: str
    line: SafeString
    role: str
    protection: Protection
    lines: list[LineRow]
    parcels: list[Parcel]
    paid: Money
    shipping: Money | None
    held: Money
    refunded: Money | None
    released: Money | None
    verbs: frozenset[str]
    messages: list[dict[str, Any]]
    timeline: list[TimelineLine]
    holds: list[ShownHold]


def room(order: Order, now: datetime, actor: Actor) -> OrderRoom:
    """The whole page. Needs everything that views.OrderPage reads along."""
    title, more = title_of(order)
    label, tone = state_words(order, now)
    money, escrow = order.money, order.escrow
    shipping = sum(line.paid_shipping for line in order.lines.all())
    return OrderRoom(
        order=order,
        title=title,
        more=more,
        label=label,
        tone=tone,
        line=state_line(order, now),
        role=order.role_of(actor),
        protection=protection(order, now),
        lines=[
            LineRow(
                each.title,
                each.quantity,
                money(each.paid),
                money(each.refunded) if each.refunded else None,
                reverse("listings:detail", args=[each.listing.public_id]),
            )
            for each in order.lines.all()
        ],
        parcels=[_parcel(each) for each in order.shipments.all()],
        paid=money(escrow.captured),
        shipping=money(shipping) if shipping else None,
        held=escrow.held,
        refunded=money(escrow.refunded) if escrow.refunded else None,
        released=money(escrow.released) if escrow.released else None,
        verbs=frozenset(order.verbs_for(actor, now=now)),
        messages=messages_of(order.thread, actor, store=order.store.name) if order.thread else [],
        timeline=_timeline(order, actor),
        holds=holds_of(order, actor),
    )


def _parcel(shipment: Any) -> Parcel:
    numbers = [number.number for number in shipment.numbers.all()]
    earlier = [number for number in numbers if number != shipment.tracking_number]
    events = [
        TimelineLine(str(event), event.at, note=", ".join(filter(None, (event.city, event.country))))
        for event in shipment.tracking_events.all()
    ]
    return Parcel(
        shipment.carrier,
        shipment.tracking_number,
        earlier,
        shipment.promised_by,
        events[::-1],
        words_of(shipment.doubts),
    )


def messages_of(thread: Any, actor: Actor, *, store: str) -> list[dict[str, Any]]:
    """The conversation as components/message.html shows it; of the seller's people the store's name is shown."""
    return [
        {
            "by": _("You")
            if message.author_id == actor.user_id
            else store
            if message.role == "seller"
            else message.author.shown_name,
            "at": message.sent_at,
            "text": message.text,
            "mine": message.author_id == actor.user_id,
            "warning": for_reader(message, own=message.author_id == actor.user_id),
            "report": "" if message.author_id == actor.user_id else f"/reports/message/{message.public_id}/",
            "id": message.public_id,
        }
        for message in thread.messages.all()
    ]


def _timeline(order: Order, actor: Actor) -> list[TimelineLine]:
    names = {
        "buyer": order.buyer.shown_name,
        "seller": order.store.name,
        "integrator": _("the shop's system"),
    }
    lines = [
        TimelineLine(str(HAPPENED.get(event.verb, event.verb)), event.at, by=_who(event, actor, names))
        for event in order.events.all()
        if event.verb not in NOT_TOLD
    ]
    return lines[::-1]


def _who(event: Any, actor: Actor, names: dict[str, str]) -> str:
    if event.actor_id and event.actor_id == actor.user_id:
        return _("you")
    return names.get(event.role, "Redress")
