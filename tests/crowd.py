"""Many rows like one, in a handful of statements: for tests that count queries with 10 and with 200 rows.

The copies look whole (lines, parcels, payments, timeline, claim), but no money stands behind them in the ledger: read
them, never act on them, and do not check the invariants after.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState

from disputes.models import Dispute, DisputeEvent
from marketplace.core.ids import PublicIdField
from marketplace.messaging.models import Message, Thread
from marketplace.notifications.models import Notice
from marketplace.orders.models import HoldBack, Order, OrderEvent, OrderLine, Shipment
from marketplace.payments.models import Payment, Refund

FEW, MANY = 10, 200
_number = count(1)
Row = TypeVar("Row", bound=models.Model)


def like(row: Row, **other: Any) -> Row:
    """The same row once more, not saved: with ids of its own, and with what is said to be otherwise."""
    new = copy(row)
    new._state = ModelState()
    new._state.db = row._state.db
    new.__dict__.pop("_prefetched_objects_cache", None)
    new.pk = None
    for field in row._meta.concrete_fields:
        if isinstance(field, PublicIdField):
            setattr(new, field.attname, field.get_default())
    for name, value in other.items():
        setattr(new, name, value)
    return new


def copies(row: Row, n: int, **other: Any) -> list[Row]:
    """So many rows like this one. A callable among the others is asked for each."""
    return _saved(like(row, **{k: v() if callable(v) else v for k, v in other.items()}) for _ in range(n))


def orders(order: Order, n: int) -> list[Order]:
    """So many orders like this one, of the same buyer and shop."""
    order = Order.objects.select_related("escrow").get(pk=order.pk)
    escrows = copies(order.escrow, n)
    threads = copies(order.thread, n) if order.thread else [None] * n
    made = _saved(
        like(order, escrow=escrow, thread=thread, reference=_name())
        for escrow, thread in zip(escrows, threads, strict=True)
    )
    for model in (OrderLine, Shipment, OrderEvent):
        _parts(model, "order", order, made)
    _parts(Payment, "escrow", order.escrow, escrows, reference=_name, provider_reference=_name)
    return made


def disputes(dispute: Dispute, n: int) -> list[Dispute]:
    """So many disputes like this one, each about an order of its own."""
    dispute = Dispute.objects.select_related("order", "thread", "claim").get(pk=dispute.pk)
    threads = copies(dispute.thread, n)
    made = _saved(
        like(dispute, order=order, thread=thread, claim=None)
        for order, thread in zip(orders(dispute.order, n), threads, strict=True)
    )
    for each, claim in zip(made, _saved(like(dispute.claim, dispute=each) for each in made), strict=True):
        each.claim = claim
    Dispute.objects.bulk_update(made, ["claim"])
    _saved(
        like(hold, order=each.order, key=each.public_id)
        for hold in HoldBack.objects.filter(key=dispute.public_id)
        for each in made
    )
    _parts(DisputeEvent, "dispute", dispute, made)
    _disputed_lines(dispute, made)
    return made


def history(order: Order, n: int) -> None:
    """So many parcels, numbers and reports of the carrier, and lines of the timeline, more for this order."""
    parcel = order.shipments.all()[0]
    copies(parcel, n)
    for part in (*parcel.numbers.all()[:1], *order.events.all()[:1]):
        copies(part, n)
    for report in parcel.tracking_events.all()[:1]:
        moments = (report.at + timedelta(seconds=next(_number)) for _ in count())
        copies(report, n, at=partial(next, moments))


def talk(dispute: Dispute, n: int) -> None:
    """So many messages, files and lines of the timeline more for this dispute, like those it has."""
    messages(dispute.thread, n)
    copies(dispute.events.all()[0], n)
    for exhibit in dispute.exhibits.select_related("evidence")[:1]:
        files = copies(exhibit.evidence, n, sha256=_name)
        _saved(like(exhibit, evidence=file) for file in files)


def messages(thread: Thread | None, n: int) -> list[Message]:
    """So many messages like the first one of the thread."""
    assert thread is not None
    return copies(thread.messages.all()[0], n)


def notices(notice: Notice, n: int) -> list[Notice]:
    """So many notices like this one, to the same person."""
    return copies(notice, n, key=_name)


def refunds(refund: Refund, n: int) -> list[Refund]:
    """So many refunds like this one, each of an order of its own."""
    refund = Refund.objects.select_related("payment__escrow__order").get(pk=refund.pk)
    made = orders(refund.payment.escrow.order, n)
    payments = Payment.objects.filter(escrow__in=[each.escrow_id for each in made])
    return _saved(like(refund, payment=payment) for payment in payments)


def _disputed_lines(dispute: Dispute, made: list[Dispute]) -> None:
    """The n-th line of the copy for the n-th line of the original."""
    originals = [line.pk for line in dispute.order.lines.all()]
    theirs: dict[int, list[OrderLine]] = {each.order_id: [] for each in made}
    for line in OrderLine.objects.filter(order__in=theirs).order_by("pk"):
        theirs[line.order_id].append(line)
    _saved(
        like(line, dispute=each, order_line=theirs[each.order_id][originals.index(line.order_line_id)])
        for line in dispute.lines.all()
        for each in made
    )


def _parts(model: type[Row], field: str, whole: Any, made: Iterable[Any], **other: Any) -> list[Row]:
    """What hangs on the original, once for every copy of it."""
    return _saved(
        like(part, **{field: each}, **{name: value() for name, value in other.items()})
        for part in model._default_manager.filter(**{field: whole})
        for each in made
    )


def _saved(rows: Iterable[Row]) -> list[Row]:
    found = list(rows)
    return type(found[0])._default_manager.bulk_create(found) if found else []


def _name() -> str:
    return f"crowd-{next(_number)}"
