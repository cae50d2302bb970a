"""What a report is about, as far as the help looks at it: listings and shops (C-02, C-09)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from marketplace.accounts.models import Store
from marketplace.core.money import Money
from marketplace.orders.models import Listing
from marketplace.orders.public import last_prices

from ..kinds import listing_numbers
from ..models import Report

#: so many listings of one report are looked at one by one, and so many of a shop for their words
MOST_LISTINGS, MOST_OF_A_SHOP = 5, 500


@dataclass(frozen=True)
class Things:
    """`listings`: looked at one by one, with the price of each that was sold; `more`: how many others there are.

    `shops`: where a shop or its owner is reported, their shops, and the newest of what they sell.
    """

    listings: list[Listing]
    prices: dict[int, Money]
    more: int
    shops: list[Store]
    sold: list[Listing]


def things_of(report: Report) -> Things:
    """The target listing, what the order was about, and the listings that the reporter named."""
    which = Q(public_id__in=listing_numbers(report.answers))
    if report.target_listing_id:
        which |= Q(pk=report.target_listing_id)
    if report.order_id:
        which |= Q(lines__order=report.order_id)
    found = list(Listing.objects.filter(which).select_related("store").distinct().order_by("pk"))
    found.sort(key=lambda listing: (listing.pk != report.target_listing_id, listing.pk))
    shown = found[:MOST_LISTINGS]
    shops = _shops(report)
    sold = Listing.objects.filter(store__in=shops).select_related("store").order_by("-pk") if shops else ()
    return Things(shown, last_prices(shown), len(found) - len(shown), shops, list(sold[:MOST_OF_A_SHOP]))


def _shops(report: Report) -> list[Store]:
    if report.target_store:
        return [report.target_store]
    if report.target_user_id and not report.order_id:
        return list(Store.objects.filter(members=report.target_user_id).order_by("pk"))
    return []
