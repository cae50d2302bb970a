"""The next step while goods travel, in each side's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marketplace.core.templatetags.ui import money
from marketplace.orders.presenters import sentence

from ..models import Dispute, Remedy, State
from ..models.deadlines import REPLACEMENT_DELIVERED, REPLACEMENT_SENT, RETURN_ADDRESS, RETURN_DELIVERED
from .negotiating import BUYER, SELLER, Words


def words(dispute: Dispute, phase: str, role: str) -> Words:
    """For the phases of returns and replacements."""
    return PHASES[phase](dispute, role)


def _address(dispute: Dispute, role: str) -> Words:
    if role == SELLER:
        return _("Your next step: give the return address"), [
            _("The buyer sends the item back to you. Tell them where, by {at}. That is in {left}."),
            _("If you do nothing, the buyer gets {buyer} and keeps the item."),
        ]
    if role == BUYER:
        return _("Waiting for the return address"), [
            _("The seller tells us by {at} where the item goes. Do not send it before."),
            _("If they do nothing, you get {buyer} and keep the item."),
        ]
    return _("Waiting for the return address"), [
        _("The seller gives an address by {at}. If not, the buyer gets {buyer} and keeps the item.")
    ]


def _to_send(dispute: Dispute, role: str) -> Words:
    if role == BUYER:
        return _("Your next step: send the item back"), [
            _("Send it and enter the tracking number by {at}. That is in {left}."),
            _("If you do nothing, you get no money back."),
        ]
    return _("Waiting for the return"), [
        _("The buyer sends the item back by {at}."),
        _("If they do not, the money goes to the seller: {seller}."),
    ]


def _under_way(dispute: Dispute, role: str) -> Words:
    if role == SELLER:
        return _("The return is on its way"), [
            _("When it is there, look at it and tell us if all is well."),
            _("If it has not come by {at}, a mediator looks at this."),
        ]
    return _("The return is on its way"), [_("If it has not come by {at}, a mediator looks at this.")]


def _to_check(dispute: Dispute, role: str) -> Words:
    replaced = dispute.settled_remedy == Remedy.REPLACEMENT
    elsewhere = dispute.return_shipment.is_elsewhere
    if role == SELLER:
        found = [_("The carrier names another place than your address. If it did not come, tell us.")]
        then = (
            _("If you do nothing, we take it as fine. Then you send the replacement.")
            if replaced
            else _("If you do nothing, the buyer gets {buyer}.")
        )
        by = _("Look at the item and tell us by {at}. That is in {left}.")
        return _("Your next step: check the return"), [*(found if elsewhere else []), by, then]
    then = (
        _("If they do nothing, the seller has to send the replacement.")
        if replaced
        else _("If they do nothing, the buyer gets {buyer}.")
        if role != BUYER
        else _("If they do nothing, you get {buyer}.")
    )
    return _("The item is back at the seller"), [_("The seller checks the item by {at}."), then]


def _replacement(dispute: Dispute, role: str) -> Words:
    if role == SELLER:
        return _("Your next step: send the replacement"), [
            _("Send the same item and enter the tracking number by {at}. That is in {left}."),
            _("If you do nothing, the buyer gets {buyer} and you get {seller}."),
        ]
    if role == BUYER:
        return _("Waiting for the replacement"), [
            _("The seller sends you the same item by {at}."),
            _("If they do nothing, you get {buyer}."),
        ]
    return _("Waiting for the replacement"), [
        _("The seller sends it by {at}. If they do not, the buyer gets {buyer}.")
    ]


def _replacement_under_way(dispute: Dispute, role: str) -> Words:
    late = _("If it has not come by {at}, a mediator looks at this.")
    if role == BUYER:
        return _("The replacement is on its way"), [_("When it is there, look at it and tell us."), late]
    return _("The replacement is on its way"), [late]


def _replacement_there(dispute: Dispute, role: str) -> Words:
    if role == BUYER:
        return _("Your next step: look at the replacement"), [
            _("Is it right? Tell us by {at}. That is in {left}."),
            _("If you do nothing, the dispute ends and the seller gets {seller}."),
        ]
    if role == SELLER:
        return _("The replacement is there"), [
            _("The buyer looks at it by {at}."),
            _("If they do nothing, you get {seller}."),
        ]
    return _("The replacement is there"), [
        _("The buyer looks at it by {at}. If they do nothing, the seller gets {seller}.")
    ]


PHASES: Mapping[str, Callable[[Dispute, str], Words]] = {
    RETURN_ADDRESS: _address,
    State.AWAITING_RETURN: _to_send,
    State.RETURN_IN_TRANSIT: _under_way,
    RETURN_DELIVERED: _to_check,
    State.AWAITING_REPLACEMENT: _replacement,
    REPLACEMENT_SENT: _replacement_under_way,
    REPLACEMENT_DELIVERED: _replacement_there,
}


def postage_lines(dispute: Dispute, role: str) -> list[SafeString]:
    """What of the return's postage is paid back, and when (T-04); nothing where the buyer bears it."""
    parcel = getattr(dispute, "return_shipment", None)
    if parcel is None or not parcel.postage_cap:
        return []
    sums = {
        "most": money(dispute.money(parcel.postage_cap)),
        "receipt": money(dispute.money(parcel.postage_amount)),
        "paid": money(dispute.money(parcel.postage_refunded)),
        "owed": money(dispute.money(parcel.postage_owed)),
        "how": parcel.postage_paid_how,
    }
    words = [_("Postage is paid back up to {most}, against a receipt.")]
    if parcel.postage_receipt_id:
        words.append(_("The receipt says {receipt}."))
    if parcel.postage_refunded:
        words.append(_("Postage of {paid} was paid back."))
    if parcel.postage_paid_how:
        words.append(_("Our staff paid it another way: {how}."))
    if parcel.postage_owed:
        words.append(
            _("The seller still owes you {owed} for postage. Our staff know it. We try again by ourselves.")
            if role == BUYER
            else _("The seller still owes the buyer {owed} for postage.")
        )
    return [sentence(each, **sums) for each in words]
