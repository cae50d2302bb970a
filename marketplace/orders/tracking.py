"""When a parcel's tracking cannot be believed (O-07): what is doubtful, in codes and words. Pure functions.

A doubt is a stored fact of the parcel. It decides nothing by itself: moderators look at it, a dispute shows it, and such a
parcel is no reason to tell a buyer that it can still come (D-03).
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import Order, Shipment, TrackingEvent

SHARED_NUMBER = "shared_number"
OTHER_COUNTRY = "other_country"
OTHER_CITY = "other_city"
IMPOSSIBLE_DATES = "impossible_dates"

#: code → the doubt as everybody reads it
DOUBTS: dict[str, Any] = {
    SHARED_NUMBER: _("A parcel of another buyer has the same number."),
    OTHER_COUNTRY: _("It was delivered in another country."),
    OTHER_CITY: _("It was delivered in another place."),
    IMPOSSIBLE_DATES: _("Its dates cannot be true."),
}
#: reports that can only follow the hand-over to the carrier
AFTER_SHIPMENT = frozenset(
    {
        TrackingEvent.Code.IN_DESTINATION_COUNTRY,
        TrackingEvent.Code.OUT_FOR_DELIVERY,
        TrackingEvent.Code.DELIVERED,
    }
)


def report_doubts(
    order: Order, parcel: Shipment, *, code: str, at: datetime, country: str = "", city: str = ""
) -> list[str]:
    """What one report of the carrier makes doubtful."""
    found = []
    if code in AFTER_SHIPMENT and at < parcel.shipped_at:
        found.append(IMPOSSIBLE_DATES)
    if code == TrackingEvent.Code.DELIVERED:
        if country and order.country and country.upper() != order.country.upper():
            found.append(OTHER_COUNTRY)
        elif city and order.city and not same_place(city, order.city):
            found.append(OTHER_CITY)
    return found


def same_place(one: str, other: str) -> bool:
    """Could these be two spellings of one place? Accents, case and signs do not count, one name may be a part of the
    other, and names in two scripts cannot be compared, so they are taken for the same."""
    first, second = _letters(one), _letters(other)
    if not first or not second or first.isascii() != second.isascii():
        return True
    return first in second or second in first


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def words_of(codes: list[str]) -> list[Any]:
    """The doubts in words, in the order of DOUBTS."""
    return [words for code, words in DOUBTS.items() if code in codes]
