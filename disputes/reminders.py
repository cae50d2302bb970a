"""What the parties of a dispute are reminded of: phase → messages (F-01). Written by core/reminders.py, at half of the
time and 24 h before the end. Act first, then until when, then what happens if not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import LEAD_MEDIATOR
from marketplace.core.money import format_money
from marketplace.notifications.services import Members, Message, Person, Readers, remind

from .models.deadlines import (
    BUYER_ASKED,
    GIVING_UP,
    REPLACEMENT_DELIVERED,
    RETURN_ADDRESS,
    RETURN_DELIVERED,
    SELLER_ASKED,
)
from .models.waiting import KINDS, LATEST, TARGET
from .models.words import State

if TYPE_CHECKING:
    from .models import Dispute

_AGREE = _("You two can still agree until %(due)s")
_THEN_MEDIATOR = _("If you two do not agree until %(due)s, a mediator decides about %(held)s.")
_SHOW = _("Add what the mediator asked for until %(due)s")
_ON_WHAT_IS_THERE = _("After %(due)s nothing more is taken. The mediator decides on what is there.")


def _to(role: str, subject: Any, text: Any, *, needs_you: bool = True) -> Message:
    return Message(role, subject, text, needs_you=needs_you)


REMINDERS: dict[str, tuple[Message, ...]] = {
    State.AWAITING_SELLER: (
        _to(
            "seller",
            _("Answer a dispute by %(due)s"),
            _("The buyer waits for your answer until %(due)s. If you do nothing, the buyer gets what they ask for: %(asked)s."),
        ),
    ),
    State.NEGOTIATION: (
        _to("buyer", _AGREE, _THEN_MEDIATOR, needs_you=False),
        _to("seller", _AGREE, _THEN_MEDIATOR, needs_you=False),
    ),
    GIVING_UP: (
        _to(
            "buyer",
            _("Has it come? Tell us by %(due)s"),
            _("If you do not close the dispute by %(due)s, it goes on where it stood. You lose nothing."),
        ),
    ),
    State.AWAITING_EVIDENCE: (
        _to("buyer", _SHOW, _ON_WHAT_IS_THERE),
        _to("seller", _SHOW, _ON_WHAT_IS_THERE),
    ),
    BUYER_ASKED: (_to("buyer", _SHOW, _ON_WHAT_IS_THERE),),
    SELLER_ASKED: (_to("seller", _SHOW, _ON_WHAT_IS_THERE),),
    State.AWAITING_CHOICE: (
        _to(
            "buyer",
            _("Choose a result by %(due)s"),
            _("Choose one of the results by %(due)s. If you do not choose, our result holds. You then get %(buyer)s."),
        ),
    ),
    RETURN_ADDRESS: (
        _to(
            "seller",
            _("Give the return address by %(due)s"),
            _("The buyer cannot send the item back without it. If you give none by %(due)s, the buyer gets %(buyer)s and keeps the item."),
        ),
    ),
    State.AWAITING_RETURN: (
        _to(
            "buyer",
            _("Send the item back by %(due)s"),
            _("Send the item back and enter the tracking number by %(due)s. If you do not, you get no refund."),
        ),
    ),
    RETURN_DELIVERED: (
        _to(
            "seller",
            _("Check the return by %(due)s"),
            _("The item is back at your address. Tell us by %(due)s if something is wrong with it. If you say nothing, we take it as fine."),
        ),
    ),
    State.AWAITING_REPLACEMENT: (
        _to(
            "seller",
            _("Send the replacement by %(due)s"),
            _("Send it and enter the tracking number by %(due)s. If you do not, the buyer gets %(buyer)s."),
        ),
    ),
    REPLACEMENT_DELIVERED: (
        _to(
            "buyer",
            _("Is the replacement fine? Tell us by %(due)s"),
            _("If something is wrong with it, tell us by %(due)s. If you say nothing, the dispute ends and the seller is paid."),
        ),
    ),
}  # fmt: skip


#: what staff are told of a case that is late: kind → subject, text (M-09)
LATE: dict[str, tuple[Any, Any]] = {
    TARGET: (
        _("A case is past its target date"),
        _("The case of %(item)s should be decided by now. It stands at the top of the queue. Nothing is decided by itself."),
    ),
    LATEST: (
        _("A case is past its latest date"),
        _("The case of %(item)s is past the latest date. Decide it now, or give it to somebody who can."),
    ),
}  # fmt: skip


def _tell_staff(dispute: Dispute, kind: str) -> None:
    """Whoever holds the case, and the leads; from now on it stands above those that are not as late."""
    dispute.overdue = KINDS.index(kind) + 1
    type(dispute).objects.filter(pk=dispute.pk).update(overdue=dispute.overdue)
    subject, text = LATE[kind]
    leads = Q(groups__name=LEAD_MEDIATOR, is_active=True)
    people: dict[str, Readers] = {
        "mediator": Person(dispute.mediator_id),
        "lead": leads & ~Q(pk=dispute.mediator_id),
    }
    messages = [Message(role, subject, text) for role in people]
    facts = {"item": dispute.public_id}
    remind(dispute, kind, messages, people, facts, f"/admin/desk/{dispute.public_id}/")


def write(dispute: Dispute, kind: str) -> None:
    """Inside the transaction that plans the next one."""
    if kind in LATE:
        _tell_staff(dispute, kind)
        return
    messages = REMINDERS.get(dispute.phase)
    if not messages:
        return
    default = dispute.next_default
    outcome = default.outcome if default else None
    facts = {
        "asked": format_money(dispute.money(dispute.claim.amount)),
        "held": format_money(dispute.money(dispute.held)),
        "buyer": format_money(outcome.buyer) if outcome else "",
    }
    people: dict[str, Readers] = {"buyer": Person(dispute.buyer_id), "seller": Members(dispute.store_id)}
    remind(dispute, kind, messages, people, facts, f"/disputes/{dispute.public_id}/")
