"""What everybody may read of a store and of what it sells (O-10, O-13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Store
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy

from .models import Listing, OrderLine, Review
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


@dataclass(frozen=True)
class StoreFacts:
    """One store, with the newest of what it sells and of what buyers said."""

    store: Store
    record: StoreRecord
    reviews: list[Review]
    listings: list[Listing]


def listing_facts(public_id: str) -> ListingFacts:
    """Raises NotFound."""
    listing = Listing.objects.select_related("store").filter(public_id=public_id).first()
    if listing is None:
        raise NotFound(_("This does not exist."))
    return ListingFacts(listing, last_price(listing), warranty_months(listing), record_of(listing.store))


def last_price(listing: Listing) -> Money | None:
    """What one piece cost in the newest paid order."""
    sold = OrderLine.objects.filter(listing=listing, order__paid_at__isnull=False)
    line = sold.select_related("order").order_by("-pk").first()
    return line.order.money(line.unit_price) if line else None


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
    listings = Listing.objects.filter(store=store).order_by("-pk")[:SHOWN]
    return StoreFacts(store, record_of(store), list(reviews), list(listings))
