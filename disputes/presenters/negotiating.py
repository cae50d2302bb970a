"""The next step while the two sides talk, in each side's words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ..models import Dispute, Offer, Remedy, State
from ..models.deadlines import GIVING_UP

BUYER, SELLER = "buyer", "seller"
#: title and sentences for a phase; they may name at, left, buyer, seller (sums) and held
Words = tuple[str, Sequence[str]]


def words(dispute: Dispute, phase: str, role: str) -> Words:
    """For the phases of negotiation."""
    if phase == GIVING_UP:
        return _giving_up(dispute, role)
    if phase == State.AWAITING_SELLER:
        return _awaiting_seller(role, with_return=dispute.claim.remedy == Remedy.RETURN_AND_REFUND)
    return _negotiation(dispute, role)


def _awaiting_seller(role: str, *, with_return: bool) -> Words:
    if role == SELLER:
        by = _("Answer by {at}. That is in {left}.")
        if with_return:
            then = _(
                "If you do nothing, the buyer sends the item back and then gets {buyer}. You keep {seller}."
            )
        else:
            then = _("If you do nothing, the buyer gets {buyer} and you get {seller}.")
        return _("Your next step: answer the buyer"), [by, then]
    by = _("The seller must answer by {at}. That is in {left}.")
    if with_return:
        then = _("If they do nothing, you send the item back and then get {buyer}.")
    else:
        then = _("If they do nothing, you get {buyer}.")
    return _("Waiting for the seller"), [by, then, _("You do not need to do anything now.")]


def _negotiation(dispute: Dispute, role: str) -> Words:
    then = _("If you two do not agree by {at}, a mediator decides about {held}. That is in {left}.")
    if role not in (BUYER, SELLER):
        return _("The two sides talk"), [then]
    waits = open_offer_for(dispute, role)
    if waits is not None:
        by = _("Answer by {at}. That is in {left}.")
        if role == BUYER:
            return _("Your next step: answer the seller's offer"), [
                by,
                _("If you do nothing, a mediator decides about {held}. Your request stays as it is."),
            ]
        return _("Your next step: answer the buyer's offer"), [
            by,
            _("If you do nothing, a mediator decides about {held}."),
        ]
    talked = any(offer.by == SELLER for offer in dispute.offers.all())
    if role == SELLER:
        said = _("You two have not agreed yet") if talked else _("You said no")
        title = said if dispute.answered_at else _("Your next step: answer the buyer")
        return title, [then, _("Until then you can still accept what the buyer asks for.")]
    said = _("You two have not agreed yet") if talked else _("The seller said no")
    title = said if dispute.answered_at else _("Waiting for the seller")
    return title, [then, _("You do not need to do anything. Your request stays as it is.")]


def open_offer_for(dispute: Dispute, role: str) -> Offer | None:
    """The other side's open offer, which this side can take."""
    for offer in dispute.offers.all():
        if offer.status == Offer.Status.OPEN and offer.by != role:
            return offer
    return None


def _giving_up(dispute: Dispute, role: str) -> Words:
    """The buyer waits for the money or the parcel (N-09)."""
    money = dispute.cancel_condition == dispute.Condition.MONEY
    if role == BUYER:
        ask = (
            _("Has the money come? Then close this dispute.")
            if money
            else _("Has the parcel come? Then close this dispute.")
        )
        return _("You wait before you close this"), [
            ask,
            _("If you do not close it by {at}, it goes on where it stood. That is in {left}."),
            _("The money stays with us until then."),
        ]
    waits = _("The buyer waits for the money.") if money else _("The buyer waits for the parcel.")
    return _("The buyer will close this dispute"), [
        waits,
        _("If the buyer does not close it by {at}, it goes on where it stood. That is in {left}."),
        _("Nobody has to do anything until then. The money stays with us."),
    ]
