"""The tables of an order: what was bought, what was paid, where the parcels are. Start with `Order` in order.py."""

from .hold_back import HoldBack, OrderEvent
from .listing import Listing, ListingMeasure, OrderLine
from .order import Order
from .parcel import Shipment, TrackingEvent, TrackingNumber
from .proof import Hold, Proof
from .review import Review
from .states import State

__all__ = [
    "Hold",
    "HoldBack",
    "Listing",
    "ListingMeasure",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Proof",
    "Review",
    "Shipment",
    "State",
    "TrackingEvent",
    "TrackingNumber",
]
