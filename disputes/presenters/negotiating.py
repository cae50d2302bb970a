"""The next step while the two sides talk, in each side's words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ..models import Dispute, Remedy, State

BUYER, SELLER = "buyer", "seller"
#: title and sentences for a phase; they may name at, left, buyer, seller (sums) and held
Words = tuple[str, Sequence[str]]


def words(dispute: Dispute, phase: str, role: str) -> Words:
    """For the phases of negotiation."""
    if phase == State.AWAITING_SELLER:
        return _awaiting_seller(role, with_return=dispute.claim.remedy == Remedy.RETURN_AND_REFUND)
    return _negotiation(dispute, role)


def _awaiting_seller(role: str, *, with_return: bool) -> tuple[str, Sequence[str]]:
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


def _negotiation(dispute: Dispute, role: str) -> tuple[str, Sequence[str]]:
    then = _("If you two do not agree by {at}, a mediator decides about {held}. That is in {left}.")
    if role == SELLER:
        title = _("You said no") if dispute.answered_at else _("Your next step: answer the buyer")
        return title, [then, _("Until then you can still accept what the buyer asks for.")]
    if role == BUYER:
        title = _("The seller said no") if dispute.answered_at else _("Waiting for the seller")
        return title, [then, _("You do not need to do anything. Your request stays as it is.")]
    return _("The two sides talk"), [then]
