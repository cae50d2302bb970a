"""What a report is about, as far as the help looks at it: listings and shops (C-02, C-09)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from marketplace.accounts.models import Store
from marketplace.core.money import Money
from marketplace.orders.models import Listing
from marketplace.orders.public import last_prices

from ..kinds import MOST_LISTINGS
from ..models import Report

#: so many listings of one report are compared with all others, and so many of a shop are looked at for their words
MOST_COMPARED, MOST_OF_A_SHOP = 3, 500


@dataclass(frozen=True)
class Things:
    """`listings`: all that the report is about, the target first, with the price of each that was sold.

    `compared`: the first of them, which are compared with all others: each costs some milliseconds.
    `shops`: where a shop or its owner is reported, their shops, and the newest of what they sell.
    """

    listings: list[Listing]
    prices: dict[int, Money]
    shops: list[Store]
    sold: list[Listing]

    @property
    def compared(self) -> list[Listing]:
        return self.listings[:MOST_COMPARED]


def things_of(report: Report) -> Things:
    """The target listing, what the order was about, and the listings that the reporter named."""
    which = Q(public_id__in=report.answers.get("listings", []))
    if report.target_listing_id:
        which |= Q(pk=report.target_listing_id)
    if report.order_id:
        which |= Q(lines__order=report.order_id)
    rows = Listing.objects.filter(which).select_related("store").distinct().order_by("pk")
    found = sorted(rows, key=lambda listing: (listing.pk != report.target_listing_id, listing.pk))[
        :MOST_LISTINGS
    ]
    shops = _shops(report)
    sold = Listing.objects.filter(store__in=shops).select_related("store").order_by("-pk") if shops else ()
    return Things(found, last_prices(found), shops, list(sold[:MOST_OF_A_SHOP]))


def _shops(report: Report) -> list[Store]:
    if report.target_store:
        return [report.target_store]
    if report.target_user_id and not report.order_id:
        return list(Store.objects.filter(members=report.target_user_id).order_by("pk"))
    return []
