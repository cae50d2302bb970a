"""A dispute in its reader's words: state, next step, what was asked, what happened. Both sides, one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.core.money import Money
from marketplace.core.templatetags.ui import countdown, moment, money, money_filter
from marketplace.orders.presenters import sentence

from ..models import WITH_STAFF, Dispute, ReachedBy, Result, State
from ..models.deadlines import (
    BUYER_ASKED,
    GIVING_UP,
    REPLACEMENT_DELIVERED,
    REPLACEMENT_SENT,
    RETURN_ADDRESS,
    RETURN_DELIVERED,
    SELLER_ASKED,
)
from ..reasons import REASONS
from . import mediating, negotiating, returning
from .negotiating import BUYER, SELLER, Words

ENDED = (State.RESOLVED, State.CANCELLED)

#: verb → words of its button, and the name of its page; drawn in this order, all of equal weight
BUTTONS: dict[str, tuple[Any, str]] = {
    "accept_claim": (gettext_lazy("Accept {sum}"), "disputes:accept_claim"),
    "refuse_claim": (gettext_lazy("Say no"), "disputes:refuse_claim"),
    "make_offer": (gettext_lazy("Offer something else"), "disputes:make_offer"),
    "edit_claim": (gettext_lazy("Change what I ask for"), "disputes:edit_claim"),
    "escalate": (gettext_lazy("Ask a mediator"), "disputes:escalate"),
    "resume": (gettext_lazy("It did not come: go on"), "disputes:resume"),
    "give_return_address": (gettext_lazy("Give the return address"), "disputes:give_return_address"),
    "ship_return": (gettext_lazy("I sent it back"), "disputes:ship_return"),
    "submit_postage_receipt": (
        gettext_lazy("Show what the postage cost"),
        "disputes:submit_postage_receipt",
    ),
    "acknowledge_return": (gettext_lazy("It came back as it should"), "disputes:acknowledge_return"),
    "contest_return": (gettext_lazy("Something is wrong with it"), "disputes:contest_return"),
    "ship_replacement": (gettext_lazy("I sent the replacement"), "disputes:ship_replacement"),
    "acknowledge_replacement": (gettext_lazy("It came, and it is right"), "disputes:acknowledge_replacement"),
    "contest_replacement": (gettext_lazy("Something is wrong with it"), "disputes:contest_replacement"),
    "choose_proposal": (gettext_lazy("See the results and choose"), "disputes:choose_proposal"),
    "answer_request": (gettext_lazy("Answer the mediator"), "disputes:answer_request"),
    "provide_evidence": (gettext_lazy("Add photos or files"), "disputes:provide_evidence"),
    "cancel": (gettext_lazy("Close this dispute"), "disputes:cancel"),
}


def title_of(dispute: Dispute) -> str:
    """ "Wireless mouse: it arrived broken" """
    lines = list(dispute.lines.all())
    item = lines[0].order_line.title if lines else dispute.order.reference
    if len(lines) > 1:
        others = len(lines) - 1
        item = ngettext("%(item)s and %(n)s more", "%(item)s and %(n)s more", others) % {
            "item": item,
            "n": others,
        }
    return _("%(item)s: %(reason)s") % {"item": item, "reason": reason_label(dispute)}


def reason_label(dispute: Dispute) -> str:
    return str(REASONS[dispute.claim.reason].label)


def asked(dispute: Dispute) -> Money:
    return dispute.money(dispute.claim.amount)


def state_words(dispute: Dispute, role: str, *, waits: bool = False) -> tuple[str, str]:
    """(label, tone): the state as this side sees it. `waits`: there is an offer for it to answer."""
    state = dispute.state
    if waits or waits_for(dispute) == role:
        return _("Waiting for you"), "wait"
    if dispute.rests:
        return _("The buyer waits"), ""
    if state == State.RESOLVED:
        good = dispute.outcome not in (Result.NO_REFUND, Result.FRAUD)
        return str(dispute.get_outcome_display()), "good" if good else ""
    labels = {
        State.AWAITING_SELLER: (_("Waiting for the seller"), ""),
        State.NEGOTIATION: (_("In negotiation"), ""),
        State.MEDIATION: (_("With a mediator"), "staff"),
        State.AWAITING_EVIDENCE: (_("With a mediator"), "staff"),
        State.AWAITING_CHOICE: (_("Waiting for the buyer's choice"), ""),
        State.AWAITING_APPROVAL: (_("With a mediator"), "staff"),
        State.AWAITING_RETURN: (_("Waiting for the return"), ""),
        State.RETURN_IN_TRANSIT: (_("Return on its way"), ""),
        State.AWAITING_REPLACEMENT: (_("Waiting for the replacement"), ""),
        State.CANCELLED: (_("Closed"), ""),
    }
    return labels[State(state)]


def waits_for(dispute: Dispute) -> str:
    """Whose turn it is: "buyer", "seller", or "" where it is neither's alone."""
    deadline = dispute.deadline
    found = deadline.waiting_for if deadline else ""
    return found if found in (BUYER, SELLER) else ""


@dataclass(frozen=True)
class NextStep:
    """What this reader does now, by when, and what happens if they do nothing (Z-05)."""

    title: str
    calm: bool
    lines: list[SafeString]


def next_step(dispute: Dispute, role: str, now: datetime) -> NextStep | None:
    """None once the dispute has ended."""
    default = dispute.next_default
    if default is None:
        return None
    if dispute.is_overdue(now):
        over = sentence(
            _("The time ended {at}. We carry out now what was promised for this case."), at=moment(default.at)
        )
        return NextStep(_("One moment"), True, [over])
    if dispute.frozen_at:
        return NextStep(_("The bank decides first"), True, [sentence(each) for each in _frozen(role)])
    parts: dict[str, Any] = {
        "at": moment(default.at, "at"),
        "left": countdown(default.at) if default.at else "",
    }
    if default.outcome:
        parts |= {"buyer": money(default.outcome.buyer), "seller": money(default.outcome.seller)}
    parts["held"] = money(dispute.money(dispute.held))
    title, words = WORDS[dispute.phase](dispute, dispute.phase, role if role in (BUYER, SELLER) else "")
    return NextStep(title, waits_for(dispute) != role, [sentence(each, **parts) for each in words])


def _frozen(role: str) -> list[str]:
    """A chargeback: why nothing moves, and what this reader can still do (X-06)."""
    words = [
        _("Your bank asked for this money back.")
        if role == BUYER
        else _("The buyer's bank asked for this money back."),
        _("Nobody can move the money until the bank has decided. We write to both sides then."),
    ]
    if role == BUYER:
        words.append(_("You did not ask your bank? Call it."))
    return [*words, _("You can still write and add files.")]


#: which module words which phase; every open phase stands here (tests/disputes/test_pages.py holds that)
WORDS: Mapping[str, Callable[[Dispute, str, str], Words]] = {
    **dict.fromkeys((State.AWAITING_SELLER, State.NEGOTIATION, GIVING_UP), negotiating.words),
    **dict.fromkeys((*WITH_STAFF, BUYER_ASKED, SELLER_ASKED), mediating.words),
    **dict.fromkeys(
        (
            RETURN_ADDRESS,
            State.AWAITING_RETURN,
            State.RETURN_IN_TRANSIT,
            RETURN_DELIVERED,
            State.AWAITING_REPLACEMENT,
            REPLACEMENT_SENT,
            REPLACEMENT_DELIVERED,
        ),
        returning.words,
    ),
}


# -- how it ended ------------------------------------------------------------------------------------------------


def result(dispute: Dispute, role: str) -> list[SafeString]:
    """How it ended, first the money, then why; nothing while it is open."""
    if dispute.state == State.CANCELLED:
        return [sentence(_("The dispute was closed. The money is part of the order again."))]
    if dispute.state != State.RESOLVED:
        return []
    back = dispute.settled_amount or 0
    parts = {"back": money(dispute.money(back)), "rest": money(dispute.money(dispute.held - back))}
    return [sentence(_headline(dispute, role), **parts), sentence(_why_ended(dispute, role))]


def _headline(dispute: Dispute, role: str) -> str:
    if dispute.outcome == Result.REPLACED:
        return (
            _("You got the replacement.")
            if role == BUYER
            else _("The item was replaced. The seller gets {rest}.")
        )
    if dispute.outcome in (Result.NO_REFUND, Result.FRAUD):
        return (
            _("You get no money back.")
            if role == BUYER
            else _("The buyer gets no money back. The seller gets {rest}.")
        )
    if role != BUYER:
        return _("The buyer gets {back} back. The seller gets {rest}.")
    if dispute.outcome == Result.RETURNED_AND_REFUNDED or not dispute.claim.received:
        return _("You get {back} back.")
    return _("You get {back} back and keep the item.")


def _why_ended(dispute: Dispute, role: str) -> str:
    if dispute.reached_by == ReachedBy.SELLER_SILENCE:
        return _("You did not answer in time.") if role == SELLER else _("The seller did not answer in time.")
    if dispute.reached_by == ReachedBy.CHOICE:
        return _("You chose this result.") if role == BUYER else _("The buyer chose this result.")
    if dispute.reached_by == ReachedBy.BUYER_SILENCE and not mediating.is_unsent(dispute):
        return mediating.held_words(role)
    if dispute.reached_by == ReachedBy.BUYER_SILENCE:
        return (
            _("You did not send the item back in time.")
            if role == BUYER
            else _("The item was not sent back in time.")
        )
    if dispute.reached_by == ReachedBy.BANK:
        return (
            _("Your bank gave you the money.")
            if role == BUYER
            else _("The buyer's bank gave back the money.")
        )
    if dispute.reached_by == ReachedBy.DECISION:
        return _("A mediator decided. The reasons stand below.")
    return _("You agreed on this.") if role in (BUYER, SELLER) else _("The two sides agreed on this.")


# -- what can be done --------------------------------------------------------------------------------------------


def buttons(dispute: Dispute, verbs: Sequence[str]) -> list[dict[str, str]]:
    """The verbs of this reader as buttons, all of equal weight."""
    amount = money_filter(asked(dispute))
    return [
        {"label": str(label).replace("{sum}", amount), "url": reverse(name, args=[dispute.public_id])}
        for verb, (label, name) in BUTTONS.items()
        if verb in verbs
    ]
