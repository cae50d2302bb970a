"""The next step while goods travel, in each side's words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..models import Dispute, State
from ..models.dispute import RETURN_DELIVERED
from .negotiating import BUYER, SELLER, Words


def words(dispute: Dispute, phase: str, role: str) -> Words:
    """For the phases of returns and replacements."""
    if phase == State.AWAITING_RETURN:
        if role == BUYER:
            by = _("Send it and enter the tracking number by {at}. That is in {left}.")
            return _("Your next step: send the item back"), [
                by,
                _("If you do nothing, you get no money back."),
            ]
        by = _("The buyer sends the item back by {at}.")
        return _("Waiting for the return"), [by, _("If they do not, the money goes to the seller: {seller}.")]
    if phase == RETURN_DELIVERED:
        if role == SELLER:
            by = _("Look at the item and tell us by {at}. That is in {left}.")
            return _("Your next step: check the return"), [
                by,
                _("If you do nothing, the buyer gets {buyer}."),
            ]
        by = _("The seller checks the item by {at}.")
        return _("The item is back at the seller"), [by, _("If they do nothing, the buyer gets {buyer}.")]
    return _("The return is on its way"), [_("If it has not come by {at}, a mediator looks at this.")]
