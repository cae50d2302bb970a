"""Marking parcels whose tracking cannot be believed (O-07). Called inside the step, or the import, that brought the fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from django.db import connection
from django.db.models import Count, F, Func, JSONField, QuerySet, Value
from django.db.models.functions import Coalesce

from ..models import Order, Shipment, TrackingNumber
from ..tracking import SHARED_NUMBER

#: numbers that fall into the same drawer wait for each other; few enough to lock all of them at once
DRAWERS = 256


def lock_numbers(numbers: Iterable[str]) -> None:
    """Until this transaction ends nobody else writes a parcel under one of these numbers: of two who use the same one at
    the same moment the second sees the first. To be called before any parcel is written."""
    keys = {TrackingNumber.key_of(number) for number in numbers} - {""}
    drawers = sorted({int.from_bytes(sha256(key.encode()).digest()[:2]) % DRAWERS for key in keys})
    if drawers:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7, drawer) FROM unnest(%s) drawer", [drawers])


def doubt(order: Order, parcel: Shipment, codes: Sequence[str], *, at: datetime) -> None:
    """Mark the order's own parcel; the event says what is new, and moderators are told (notifications.py)."""
    new = [code for code in codes if _mark(Shipment.objects.filter(pk=parcel.pk), code, at)]
    if new:
        parcel.doubts = [*parcel.doubts, *new]
        parcel.doubtful_at = parcel.doubtful_at or at
        order.say(tracking_doubts=new)


def doubt_shared(order: Order, parcel: Shipment, *, at: datetime) -> None:
    """Is this parcel's number used for another buyer too? Then all the parcels that have it are marked."""
    shared = mark_shared([parcel.tracking_number], at=at)
    if shared and SHARED_NUMBER not in parcel.doubts:
        parcel.doubts = [*parcel.doubts, SHARED_NUMBER]
        parcel.doubtful_at = parcel.doubtful_at or at
        order.say(tracking_doubts=[SHARED_NUMBER])


def mark_shared(numbers: Iterable[str], *, at: datetime) -> frozenset[str]:
    """Mark every parcel under those of the numbers that several buyers have; the keys of these numbers.

    Two questions by index, whatever the size of the table.
    """
    keys = {TrackingNumber.key_of(number) for number in numbers} - {""}
    if not keys:
        return frozenset()
    users = TrackingNumber.objects.filter(key__in=keys).order_by().values("key")
    shared = frozenset(
        users.annotate(buyers=Count("shipment__order__buyer", distinct=True))
        .filter(buyers__gt=1)
        .values_list("key", flat=True)
    )
    if shared:
        parcels = TrackingNumber.objects.filter(key__in=shared).values("shipment")
        _mark(Shipment.objects.filter(pk__in=parcels), SHARED_NUMBER, at)
    return shared


def _mark(parcels: QuerySet[Shipment], code: str, at: datetime) -> int:
    """Add the code where it is not yet, in the row itself: two who mark one parcel at once lose nothing."""
    added = Func(
        F("doubts"), Value([code], JSONField()), template="(%(expressions)s)", arg_joiner=" || ",
        output_field=JSONField(),
    )  # fmt: skip
    fresh = parcels.exclude(doubts__contains=[code])
    return fresh.update(doubts=added, doubtful_at=Coalesce("doubtful_at", Value(at)))
