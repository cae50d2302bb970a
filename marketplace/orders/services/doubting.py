"""Marking parcels whose tracking cannot be believed (O-07), inside the step, or the import, that brought the fact; and the
moderator's verb that clears them. What a moderator has cleared does not come back for the same number of the same parcel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from django.db import connection
from django.db.models import Count, F, Func, JSONField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid, NotFound, WrongState

from ..models import Order, Shipment, TrackingNumber
from ..tracking import SHARED_NUMBER

#: numbers that fall into the same drawer wait for each other; few enough to lock all of them at once
DRAWERS = 256
LONGEST_REASON = 2000


def clear_doubts(pk: int, *, reason: str, shipment: str = "", by: Actor) -> Order:
    """A moderator believes the tracking of a parcel (without `shipment`: of every doubtful one): it counts as any other again.

    Raises Invalid without a reason, NotFound for a parcel of another order, WrongState for one that nobody doubts.
    """
    with step(Order, pk, "clear_doubts", by=by) as order:
        why = reason.strip()
        if not 1 <= len(why) <= LONGEST_REASON:
            words = _("Say why you believe it, in up to %(n)s characters. Both sides read it.")
            raise Invalid.field("reason", "required", words % {"n": LONGEST_REASON})
        order.clear_doubts()
        parcels = [each for each in order.shipments.all() if not shipment or each.public_id == shipment]
        if not parcels:
            raise NotFound(_("This order has no such parcel."))
        doubtful = [each for each in parcels if each.doubts]
        if not doubtful:
            raise WrongState(_("Nobody doubts the tracking of this parcel."))
        order.say(reason=why, cleared=sorted({code for each in doubtful for code in each.doubts}))
        for parcel in doubtful:
            parcel.doubts_cleared = [*parcel.doubts_cleared, *parcel.doubts]
            parcel.doubts, parcel.doubtful_at = [], None
            parcel.save(update_fields=["doubts", "doubts_cleared", "doubtful_at"])
    return order


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
    if shared and SHARED_NUMBER not in (*parcel.doubts, *parcel.doubts_cleared):
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
    fresh = parcels.exclude(doubts__contains=[code]).exclude(doubts_cleared__contains=[code])
    return fresh.update(doubts=added, doubtful_at=Coalesce("doubtful_at", Value(at)))
