"""What measures against stores, listings and buyers mean for orders: which new ones are not taken, and why (C-07).

The rows of the measures are written above this room; here they are only met. An order that was placed before a measure
began is taken: the buyer has paid at the host marketplace by then, and would lose their protection by our refusal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from marketplace.accounts.models import Restriction, StoreMeasure
from marketplace.core.errors import FieldError

from .models import Listing, ListingMeasure
from .rows import OrderRow, RowRefused


@dataclass
class Barred:
    """What one host marketplace cannot sell at that moment: reference → since when.

    Read once for all the rows that are sent, and only where one of them is new.
    """

    integrator_id: int
    at: datetime

    @cached_property
    def stores(self) -> dict[str, datetime]:
        rows = StoreMeasure.objects.in_force(self.at).filter(
            kind=StoreMeasure.Kind.SUSPENDED, store__integrator_id=self.integrator_id
        )
        # the newest first, so that of several causes the earliest one counts
        return dict(rows.order_by("-starts_at").values_list("store__reference", "starts_at"))

    @cached_property
    def listings(self) -> dict[tuple[str, str], datetime]:
        rows = ListingMeasure.objects.in_force(self.at).filter(
            kind=ListingMeasure.Kind.REMOVED, listing__store__integrator_id=self.integrator_id
        )
        found = rows.order_by("-starts_at").values_list(
            "listing__store__reference", "listing__reference", "starts_at"
        )
        return {(store, listing): since for store, listing, since in found}

    @cached_property
    def buyers(self) -> dict[str, datetime]:
        kinds = (Restriction.Kind.NO_ORDERS, Restriction.Kind.BLOCK)
        rows = Restriction.objects.in_force(self.at).filter(
            kind__in=kinds, user__integrator_id=self.integrator_id
        )
        return dict(rows.order_by("-starts_at").values_list("user__reference", "starts_at"))

    def check(self, row: OrderRow) -> None:
        """Raises RowRefused with every reason why this new order is not taken."""
        errors = []
        if _holds(self.stores.get(row.store.reference), row):
            words = _(
                "This shop is suspended. It takes no new orders. Its people can contest that in their account."
            )
            errors.append(FieldError("store", "store_suspended", words))
        if _holds(self.buyers.get(row.buyer.reference), row):
            words = _("This person may not buy now. They can read why, and contest it, in their account.")
            errors.append(FieldError("buyer", "restricted", words))
        for position, line in enumerate(row.lines):
            if _holds(self.listings.get((row.store.reference, line.listing.reference)), row):
                words = _(
                    "This listing was removed. It cannot be bought any more. Its shop can contest that in its account."
                )
                errors.append(FieldError(f"lines.{position}.listing", "listing_removed", words))
        if errors:
            raise RowRefused(errors)


def _holds(since: datetime | None, row: OrderRow) -> bool:
    return since is not None and row.placed_at >= since


def is_suspended(store_pk: int, at: datetime) -> bool:
    """Does the store sell nothing at that moment?"""
    found = StoreMeasure.objects.in_force(at).filter(kind=StoreMeasure.Kind.SUSPENDED, store_id=store_pk)
    return found.exists()


def kinds_of(listings: Iterable[Listing], at: datetime) -> dict[int, set[str]]:
    """Which measures hold for each of these listings, by primary key."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = ListingMeasure.objects.in_force(at).filter(listing__in=list(listings))
    for pk, kind in rows.values_list("listing_id", "kind"):
        found[pk].add(kind)
    return found


def removed(at: datetime) -> Any:
    """The primary keys of all listings that are removed at that moment, as a query inside a query."""
    rows = ListingMeasure.objects.in_force(at).filter(kind=ListingMeasure.Kind.REMOVED)
    return rows.values("listing_id")
