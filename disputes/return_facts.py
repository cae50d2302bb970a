"""The goods that travel, as one reader sees them: plain values for `facts`. An address is for the two sides and the mediator."""

from __future__ import annotations

from typing import Any

from .models import Dispute

READS_ADDRESS = frozenset({"buyer", "seller", "mediator"})


def of_return(dispute: Dispute, reader: str) -> dict[str, Any] | None:
    """The return; None where there is none."""
    parcel = getattr(dispute, "return_shipment", None)
    if parcel is None:
        return None
    contested = parcel.inspection if parcel.inspection != parcel.Inspection.AS_IT_SHOULD else ""
    return {
        "id": parcel.public_id,
        "status": parcel.status,
        "amount": dispute.money(dispute.settled_amount or 0),
        "return_shipping_paid_by": dispute.return_shipping_paid_by or None,
        "address": _address(parcel) if reader in READS_ADDRESS else None,
        "address_by": parcel.address_by if parcel.send_by is None else None,
        "is_local": parcel.is_local,
        "send_by": parcel.send_by,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "shipped_at": parcel.shipped_at,
        "lost_at": parcel.lost_at,
        "delivered_at": parcel.delivered_at,
        "delivered_elsewhere": parcel.is_elsewhere,
        "check_by": parcel.check_by,
        "inspection": parcel.inspection or None,
        "contested_for": contested or None,
        "contest_note": parcel.contest_note if reader != "integrator" else "",
        "postage": _postage(dispute, parcel),
    }


def _address(parcel: Any) -> dict[str, str] | None:
    if not parcel.address:
        return None
    return {"country": parcel.country, "city": parcel.city, "lines": parcel.address}


def _postage(dispute: Dispute, parcel: Any) -> dict[str, Any] | None:
    """What of the postage is paid back (T-04); None where the buyer bears it."""
    if not parcel.postage_cap:
        return None
    return {
        "at_most": dispute.money(parcel.postage_cap),
        "receipt": dispute.money(parcel.postage_amount) if parcel.postage_receipt_id else None,
        "refunded": dispute.money(parcel.postage_refunded),
        "owed": dispute.money(parcel.postage_owed),
        "paid_how": parcel.postage_paid_how,
    }


def of_replacement(dispute: Dispute, reader: str) -> dict[str, Any] | None:
    """The identical product on its way to the buyer; None where there is none."""
    parcel = getattr(dispute, "replacement", None)
    if parcel is None:
        return None
    return {
        "id": parcel.public_id,
        "status": parcel.status,
        "amount_if_not_sent": dispute.money(dispute.settled_amount or 0) if dispute.is_open else None,
        "send_by": parcel.send_by,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "shipped_at": parcel.shipped_at,
        "lost_at": parcel.lost_at,
        "delivered_at": parcel.delivered_at,
        "acknowledge_by": parcel.acknowledge_by,
        "contest_note": parcel.contest_note if reader != "integrator" else "",
    }
