"""The reason tree of rule D-05: what a buyer can claim, what evidence it wants, and who is normally at fault.

Codes are fixed by the API contract. Each reason carries its own evidence guide, shown while the claim is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

NOT_RECEIVED = "not_received"
PAYMENT = "payment"
NO_FAULT = "no_fault"
NEVER_SENT = "not_received.never_sent"

SELLER, BUYER, CARRIER, NOBODY = "seller", "buyer", "carrier", "nobody"

_DIFFERENT = (
    _("A photo of the item beside the picture in the listing"),
    _("For a wrong size: a photo with a tape measure"),
)
_QUALITY = (_("Close-up photos in daylight"), _("A photo of the label"))
_MISSING = (_("A photo of everything that came, laid out"), _("A photo of the parcel label with its weight"))
_NOTHING = (
    _("Nothing is needed: we add the tracking history"),
    _("A note of the post office, if you have one"),
)
_STATEMENT = (_("A screenshot of your bank or card statement"),)


@dataclass(frozen=True)
class Reason:
    """One reason. `wants` are the kinds of evidence that it needs; empty: none is needed (D-07)."""

    code: str
    label: Any
    wants: tuple[str, ...]
    fault: str
    guide: tuple[Any, ...]

    @property
    def group(self) -> str:
        return self.code.partition(".")[0]

    @property
    def received(self) -> bool | None:
        """True or False where the reason only fits goods that came or did not come; None where either fits."""
        return {NOT_RECEIVED: False, PAYMENT: None}.get(self.group, True)


_PHOTO = ("photo", "video")
_ALL = (
    Reason(
        "not_received.protection_ending",
        _("Protection ends soon and it is still on the way"),
        (),
        CARRIER,
        _NOTHING,
    ),
    Reason("not_received.returned_by_carrier", _("The carrier sent it back"), (), CARRIER, _NOTHING),
    Reason("not_received.no_tracking", _("No tracking, or tracking does not change"), (), SELLER, _NOTHING),
    Reason(
        "not_received.false_tracking", _("Tracking is false or leads to another place"), (), SELLER, _NOTHING
    ),
    Reason("not_received.customs", _("Customs holds it"), (), BUYER, (_("A letter or notice from customs"),)),
    Reason("not_received.wrong_address", _("It went to a wrong address"), (), SELLER, _NOTHING),
    Reason(
        NEVER_SENT,
        _("The seller never sent it, or asked me to cancel or confirm"),
        (),
        SELLER,
        (_("A screenshot of what the seller asked you"),),
    ),
    Reason("not_as_described.colour", _("The colour is different"), _PHOTO, SELLER, _DIFFERENT),
    Reason("not_as_described.size", _("The size is different"), _PHOTO, SELLER, _DIFFERENT),
    Reason("not_as_described.material", _("The material is different"), _PHOTO, SELLER, _DIFFERENT),
    Reason(
        "not_as_described.function", _("The model or its functions are different"), _PHOTO, SELLER, _DIFFERENT
    ),
    Reason("not_as_described.photo", _("It differs from the photo"), _PHOTO, SELLER, _DIFFERENT),
    Reason(
        "quality.not_working",
        _("It does not work"),
        _PHOTO,
        SELLER,
        (
            _("A video: plugged in, next to a working device"),
            _("A photo of the label with the serial number"),
        ),
    ),
    Reason("quality.poor_workmanship", _("Poorly made, for example bad stitching"), _PHOTO, SELLER, _QUALITY),
    Reason("quality.smell", _("It smells bad"), _PHOTO, SELLER, _QUALITY),
    Reason(
        "quality.fades",
        _("The colour fades or comes off"),
        _PHOTO,
        SELLER,
        (*_QUALITY, _("A photo after washing")),
    ),
    Reason(
        "damaged.in_transit",
        _("It arrived broken"),
        _PHOTO,
        SELLER,  # the seller bears the risk until the parcel is there
        (_("The broken part, close up"), _("The whole item"), _("The outside of the parcel and its label")),
    ),
    Reason("incomplete.parts_missing", _("Parts are missing"), _PHOTO, SELLER, _MISSING),
    Reason("incomplete.quantity_short", _("Fewer pieces than I bought"), _PHOTO, SELLER, _MISSING),
    Reason("incomplete.empty_parcel", _("The parcel was empty"), _PHOTO, SELLER, _MISSING),
    Reason("wrong_product.other_item", _("It is another item"), _PHOTO, SELLER, _DIFFERENT),
    Reason(
        "counterfeit.brand",
        _("I think it is fake"),
        _PHOTO,
        SELLER,
        (
            _("Photos of the logo, the labels and the serial number"),
            _("The answer of an expert or of the brand"),
        ),
    ),
    Reason(
        "shipping.other_method",
        _("Cheaper delivery than I paid for"),
        ("photo", "screenshot"),
        SELLER,
        (_("A photo of the label or stamp"),),
    ),
    Reason("condition.used", _("It is used or repaired, not new"), _PHOTO, SELLER, _QUALITY),
    Reason("payment.charged_twice", _("I was charged twice"), ("screenshot", "receipt"), SELLER, _STATEMENT),
    Reason(
        "payment.wrong_amount",
        _("I was charged a wrong amount"),
        ("screenshot", "receipt"),
        SELLER,
        _STATEMENT,
    ),
    Reason(
        "no_fault.unwanted",
        _("I no longer want it"),
        (),
        NOBODY,
        (_("Photos that show the item is as it came"),),
    ),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}
CHOICES = [(reason.code, reason.label) for reason in _ALL]
#: group → its name, for whoever speaks of a whole group at once
GROUPS: dict[str, Any] = {
    NOT_RECEIVED: _("It did not come"),
    "not_as_described": _("It is different from the listing"),
    "quality": _("It is of poor quality"),
    "damaged": _("It arrived broken"),
    "incomplete": _("Something is missing"),
    "wrong_product": _("It is another item"),
    "counterfeit": _("It is fake"),
    "shipping": _("Cheaper delivery than paid for"),
    "condition": _("It is used or repaired"),
    PAYMENT: _("A payment problem"),
    NO_FAULT: _("No longer wanted"),
}
