"""What everybody may read of a store and of what it sells (O-10, O-13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Store
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy

from . import measures
from .models import Listing, ListingMeasure, OrderLine, Review
from .records import StoreRecord, record_of

#: the newest reviews and listings that a page shows
SHOWN = 20


@dataclass(frozen=True)
class ListingFacts:
    """One listing. `price`: of one piece, as it was last sold; None while nobody has bought it."""

    listing: Listing
    price: Money | None
    warranty_months: int
    record: StoreRecord
    removed: bool = False
    demoted: bool = False
    store_suspended: bool = False


@dataclass(frozen=True)
class StoreFacts:
    """One store, with the newest of what it sells and of what buyers said."""

    store: Store
    record: StoreRecord
    reviews: list[Review]
    listings: list[Listing]
    suspended: bool = False


def listing_facts(public_id: str) -> ListingFacts:
    """Raises NotFound."""
    listing = Listing.objects.select_related("store").filter(public_id=public_id).first()
    if listing is None:
        raise NotFound(_("This does not exist."))
    now = timezone.now()
    kinds = measures.kinds_of([listing], now)[listing.pk]
    return ListingFacts(
        listing,
        last_price(listing),
        warranty_months(listing),
        record_of(listing.store),
        removed=ListingMeasure.Kind.REMOVED in kinds,
        demoted=ListingMeasure.Kind.DEMOTED in kinds,
        store_suspended=measures.is_suspended(listing.store_id, now),
    )


def last_price(listing: Listing) -> Money | None:
    """What one piece cost in the newest paid order."""
    sold = OrderLine.objects.filter(listing=listing, order__paid_at__isnull=False)
    line = sold.select_related("order").order_by("-pk").first()
    return line.order.money(line.unit_price) if line else None


def last_prices(listings: Iterable[Listing]) -> dict[int, Money]:
    """The same of many, by the listing's primary key; those that nobody has bought are not there."""
    newest = OrderLine.objects.filter(listing=OuterRef("pk"), order__paid_at__isnull=False).order_by("-pk")
    which = Listing.objects.filter(pk__in=[listing.pk for listing in listings]).order_by()
    lines = which.annotate(line=Subquery(newest.values("pk")[:1])).values("line")
    found = OrderLine.objects.filter(pk__in=lines).select_related("order")
    return {line.listing_id: line.order.money(line.unit_price) for line in found}


def warranty_months(listing: Listing, policy: ProtectionPolicy | None = None) -> int:
    """The listing's own warranty; where it says nothing, the policy's (O-10)."""
    if listing.warranty_months is not None:
        return listing.warranty_months
    policy = policy or ProtectionPolicy.objects.in_force("default", timezone.now())
    return int(policy.warranty_months)


def find_store(public_id: str) -> Store:
    """Raises NotFound."""
    store = Store.objects.filter(public_id=public_id).first()
    if store is None:
        raise NotFound(_("This does not exist."))
    return store


def store_facts(public_id: str) -> StoreFacts:
    """Raises NotFound."""
    store = find_store(public_id)
    reviews = Review.objects.filter(store=store).order_by("-created_at", "-pk")[:SHOWN]
    return StoreFacts(store, record_of(store), list(reviews), *_sold_by(store))


def _sold_by(store: Store) -> tuple[list[Listing], bool]:
    """The newest of what it sells now, and whether it is suspended. Removed listings are not shown (C-07)."""
    now = timezone.now()
    if measures.is_suspended(store.pk, now):
        return [], True
    listings = Listing.objects.filter(store=store).exclude(pk__in=measures.removed(now))
    return list(listings.order_by("-pk")[:SHOWN]), False
