"""What people are told about a dispute: verb → messages. Act first, then until when, then what happens if not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import LEAD_MEDIATOR
from marketplace.core.cases import CaseEvent
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

from . import travel_notices
from .wording import offer_in_mail

if TYPE_CHECKING:
    from .models import Dispute

_MEDIATOR = _("A mediator decides now. We plan to decide by %(due)s.")

_ASKED = _(
    "Please send by %(due)s: %(items)s. After that nothing more is taken, and the mediator decides on what is there."
)
_ON_WHAT_IS_THERE = _(
    "The time to add files has ended. The mediator decides on what is there, by %(due)s if we can."
)
_READ_IT = _("Read the result and its reasons on the page.")

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
    "make_offer": (
        Message(
            "buyer",
            _("Answer the seller's offer by %(due)s"),
            _("The seller offers: %(offered)s You asked for %(asked)s. Answer by %(due)s. %(then)s"),
            needs_you=True,
        ),
        Message(
            "seller",
            _("Answer the buyer's offer by %(due)s"),
            _("The buyer offers to take: %(offered)s They asked for %(asked)s. Answer by %(due)s. %(then)s"),
            needs_you=True,
        ),
    ),
    "accept_offer": (
        Message("buyer", _("The seller accepted your offer"), _("You two agreed: %(offered)s")),
        Message("seller", _("The buyer accepted your offer"), _("You two agreed: %(offered)s")),
    ),
    "deny_offer": (
        Message("buyer", _("The seller did not accept your offer"), _("The seller said: %(note)s %(then)s")),
        Message("seller", _("The buyer did not accept your offer"), _("The buyer said: %(note)s %(then)s")),
    ),
    "edit_claim": (
        Message(
            "seller",
            _("The buyer changed the request: answer by %(due)s"),
            _("The buyer asks for %(amount)s now. Read what changed, and answer by %(due)s. %(then)s"),
            needs_you=True,
        ),
    ),
    "accept_by_rule": (
        Message(
            "buyer",
            _("The seller accepted your request"),
            _("The seller agreed to %(amount)s. We send it to where you paid from."),
        ),
        Message(
            "seller",
            _("Your rule accepted a request"),
            _(
                "The buyer gets %(amount)s. Your rule %(rule)s accepted it. You can switch rules off in your shop."
            ),
        ),
    ),
    "cancel_conditionally": (
        Message(
            "seller",
            _("The buyer will close the dispute"),
            _(
                "The buyer waits for the money or the parcel until %(due)s. Until then nobody has to do anything."
            ),
        ),
    ),
    "resume": (
        Message("buyer", _("Your dispute goes on"), _("You did not close it. It goes on until %(due)s.")),
        Message(
            "seller", _("The dispute goes on"), _("The buyer did not close it. It goes on until %(due)s.")
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
    "require_evidence": (
        Message("buyer", _("The mediator needs something from you by %(due)s"), _ASKED, needs_you=True),
        Message("seller", _("The mediator needs something from you by %(due)s"), _ASKED, needs_you=True),
    ),
    "close_evidence_requests": (
        Message("buyer", _("A mediator decides now"), _ON_WHAT_IS_THERE),
        Message("seller", _("A mediator decides now"), _ON_WHAT_IS_THERE),
    ),
    "propose": (
        Message(
            "buyer",
            _("Choose a result by %(due)s"),
            _("The mediator proposes a result. Choose by %(due)s. If you do not, our result holds."),
            needs_you=True,
        ),
        Message(
            "seller",
            _("The buyer can choose a result"),
            _(
                "The mediator proposes a result. The buyer chooses by %(due)s. If they do not, our result holds."
            ),
        ),
    ),
    "choose_proposal": (Message("seller", _("The buyer chose a result"), _READ_IT),),
    "hold_proposal": (
        Message(
            "buyer", _("Our result holds"), _("You did not choose in time. Read the result on the page.")
        ),
        Message("seller", _("Our result holds"), _("The buyer did not choose in time. Read it on the page.")),
    ),
    "adjudicate": (
        Message("buyer", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
        Message("seller", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
    ),
    "approve": (
        Message("buyer", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
        Message("seller", _("The mediator decided"), _("Read the decision and its reasons on the page.")),
    ),
    **travel_notices.MESSAGES,
}

#: verbs that the parties need no notice of, and why
SILENT = {
    "assign": "which mediator holds a case is not the parties' concern",
    "release": "which mediator holds a case is not the parties' concern",
    "reject_approval": "no decision has been told yet",
    "freeze": "the order tells both sides",
    "thaw": "the order tells both sides",
    "bank_paid": "the order tells both sides",
}

#: where a side put messages forward as evidence, and no files (N-08)
_MESSAGES_ADDED: dict[str, dict[str, Any]] = {
    "buyer": {
        "subject": _("New evidence in your dispute"),
        "text": _("The seller added %(messages)s message(s) as evidence."),
    },
    "seller": {
        "subject": _("New evidence in a dispute"),
        "text": _("The buyer added %(messages)s message(s) as evidence."),
    },
}


#: what either side may do; the one that did it needs no word of it
_BY_EITHER = frozenset({"make_offer", "accept_offer", "deny_offer", "resume"})
_THEN_GRANTED = _("If the seller does not answer the request, the buyer gets what they asked for.")
_THEN_MEDIATOR = _("If you two do not agree, a mediator decides.")


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    dispute = cast("Dispute", event.case)
    messages: Sequence[Message] = MESSAGES.get(event.verb, ())
    if not messages or dispute.state == "awaiting_approval":
        return  # a decision that waits for approval is told once it is approved
    people: dict[str, Readers] = {"buyer": Person(dispute.buyer_id), "seller": Members(dispute.store_id)}
    facts = {
        "amount": "",
        "note": "",
        "files": 0,
        "messages": 0,
        "code": "",
        "tracking_number": "",
        **event.data,
    }
    facts |= {"then": _THEN_GRANTED if dispute.due_verb == "grant_claim" else _THEN_MEDIATOR}
    facts["items"] = "; ".join(event.data.get("items", ()))
    if "asked" in event.data and event.verb == "require_evidence":
        messages = [message for message in messages if message.to in event.data["asked"]]
    if event.verb in _BY_EITHER:
        messages = [message for message in messages if message.to != event.role]
    if "differs" in event.data and messages:
        facts["offered"] = offer_in_mail(event.data, messages[0].to)
    messages = travel_notices.for_step(event, dispute, messages)
    if event.verb == "provide_evidence" and not event.data.get("messages") and not event.data.get("files"):
        messages = []  # an answer to the mediator, or files that only the mediator sees (E-03)
    if event.data.get("messages") and not event.data.get("files"):
        messages = [replace(each, **_MESSAGES_ADDED[each.to]) for each in messages]
    if event.data.get("postage_owed"):
        messages = [*messages, travel_notices.POSTAGE_OWED]
        people["lead"] = Q(groups__name=LEAD_MEDIATOR, is_active=True)
    facts["due_sum"] = event.data.get("due", "")
    tell(event, messages, people, facts, f"/disputes/{dispute.public_id}/")
