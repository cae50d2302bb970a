"""Taking orders that a host marketplace sends: the import file and `POST /orders/` come through here (api.md, section 4).

`take()` makes new orders in bulk, whole batch or nothing, and lets orders that are here already catch up through the verbs
of orders.services (catching_up.py). The same row again changes nothing.

A new order may have its whole life behind it. It is written in the state that its facts lead to (history.py) with one
"import" event and no notices; deadlines that have passed meanwhile are due, and the next `run_deadlines` meets them in order.
Its money is captured in the ledger at the moments it was paid. Money that went back before we heard of the order is history:
its refunds are written as confirmed, with `provider_id` and the payment's `provider` "history", and are never sent to a
provider; the ledger moves them escrow → refunds → clearing, so that nothing of them is held.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import FieldError, Forbidden, Invalid

from . import access, coupons
from .catching_up import Caught, Later, catch_up, catch_up_together
from .creating import Policies, create
from .measures import Barred
from .models import Order
from .reading import LONGEST_REFERENCE, is_one_line
from .rows import OrderRow, RowRefused, parse

log = logging.getLogger(__name__)

Result = Literal["taken", "updated", "unchanged", "refused"]
#: So often a batch is tried again where another import was quicker; then row by row.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one row. `position`: its place in what was sent, from 0. `order`: its public id."""

    position: int
    reference: str
    result: Result
    order: str = ""
    doubts: tuple[str, ...] = ()
    refusal: Invalid | None = None

    @property
    def errors(self) -> tuple[FieldError, ...]:
        return self.refusal.errors if self.refusal else ()

    @property
    def reason(self) -> str:
        """Why it was refused, in words; empty where it was not."""
        return self.refusal.detail if self.refusal else ""


@dataclass(slots=True)
class Sent:
    """One row as it was sent. `digest` names its content: the same row, the same digest."""

    position: int
    raw: object
    reference: str
    digest: str
    row: OrderRow | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """Who sends, when, and the policies of that moment."""

    by: Actor
    now: datetime
    policies: Policies
    barred: Barred


@dataclass(frozen=True, slots=True)
class Known:
    """An order that is here already."""

    pk: int
    public_id: str
    digest: str
    doubts: tuple[str, ...]


def take(rows: Sequence[object], *, by: Actor) -> list[Taken]:
    """Make or update one order a row; one answer a row, in the order of the rows.

    Raises Forbidden where the actor sends no orders. A row that does not fit is refused alone, with its reasons.
    """
    if not access.may_send_orders(by) or by.user_id is None:
        raise Forbidden(_("Only a marketplace's own account may send orders."))
    sent = [_sent(position, raw) for position, raw in enumerate(rows)]
    now = timezone.now()
    barred = Barred(by.user_id, now)
    done = _take(sent, Taking(by.having_seen(None), now, Policies(), barred), TRIES)
    return sorted(done, key=lambda taken: taken.position)


def _sent(position: int, raw: object) -> Sent:
    reference = raw.get("reference") if isinstance(raw, dict) else None
    reference = reference.strip()[:LONGEST_REFERENCE] if isinstance(reference, str) else ""
    try:
        written = json.dumps(raw, sort_keys=True, separators=(",", ":"))
    except RecursionError:  # nested deeper than any order: refused when it is read
        return Sent(position, raw, reference, "")
    return Sent(position, raw, reference, hashlib.sha256(written.encode()).hexdigest())


def _take(sent: Sequence[Sent], taking: Taking, tries: int) -> list[Taken]:
    """Sort the rows: the same as before, refused, new (in bulk), and those that have moved on (one by one)."""
    known = _known((each.reference for each in sent), taking.by)
    done: list[Taken] = []
    fresh: dict[str, Sent] = {}
    later: list[Sent] = []
    for each in sent:
        here = known.get(each.reference)
        if here and here.digest == each.digest:
            done.append(_unchanged(each, here))
            continue
        refusal = _read(each, taking, is_new=here is None)
        if refusal:
            done.append(Taken(each.position, each.reference, "refused", refusal=refusal))
        elif here or each.reference in fresh:
            later.append(each)
        else:
            fresh[each.reference] = each
    done += _make(list(fresh.values()), taking, tries)
    return done + _update_all(later, known, taking)


def _known(references: Iterable[str], by: Actor) -> dict[str, Known]:
    """The actor's own orders of those references."""
    mine = Order.objects.filter(
        integrator_id=by.user_id, reference__in={name for name in references if is_one_line(name)}
    )
    rows = mine.values_list("reference", "pk", "public_id", "row_digest", "doubts")
    return {
        reference: Known(pk, public_id, digest, tuple(doubts))
        for reference, pk, public_id, digest, doubts in rows
    }


def _unchanged(each: Sent, here: Known) -> Taken:
    return Taken(each.position, each.reference, "unchanged", here.public_id, here.doubts)


def _read(each: Sent, taking: Taking, *, is_new: bool) -> Invalid | None:
    """Parse the row and look its policy up; the refusal where it does not fit."""
    try:
        each.row = parse(each.raw, now=taking.now)
        taking.policies.check(each.row.policy)
        if is_new:
            taking.barred.check(each.row)
        coupons.check(each.row, by=taking.by, now=taking.now)
    except Invalid as refusal:
        return refusal
    return None


def _make(fresh: Sequence[Sent], taking: Taking, tries: int) -> list[Taken]:
    """New orders, all of them in one transaction. Where another import was quicker, look again: they are known now."""
    if not fresh:
        return []
    try:
        with transaction.atomic():
            rows = [(each.row, each.digest) for each in fresh if each.row]
            orders = create(rows, by=taking.by, now=taking.now, policies=taking.policies)
    except (IntegrityError, OperationalError, DataError, RowRefused) as error:
        return _again(fresh, taking, tries, error)
    return [
        Taken(each.position, each.reference, "taken", order.public_id, tuple(order.doubts))
        for each, order in zip(fresh, orders, strict=True)
    ]


def _again(fresh: Sequence[Sent], taking: Taking, tries: int, error: Exception) -> list[Taken]:
    """The batch did not go in: once more together, and in the end one by one, so that one bad row harms no other."""
    if tries > 0 and not isinstance(error, DataError):
        return _take(fresh, taking, tries - 1)
    if len(fresh) > 1:
        return [taken for each in fresh for taken in _take([each], taking, 1)]
    if isinstance(error, OperationalError):
        raise error  # the database is away or busy: nothing is wrong with the row
    if isinstance(error, RowRefused):
        return [Taken(fresh[0].position, fresh[0].reference, "refused", refusal=error)]
    log.error("an order could not be stored: %s", type(error).__name__)
    refusal = RowRefused([FieldError("", "not_stored", _("This order could not be stored."))])
    return [Taken(fresh[0].position, fresh[0].reference, "refused", refusal=refusal)]


def _update_all(later: Sequence[Sent], known: Mapping[str, Known], taking: Taking) -> list[Taken]:
    """Orders that have moved on catch up together; those of which two rows came, or where one is refused, one by one."""
    times = Counter(each.reference for each in later)
    alone = [each for each in later if each.reference not in known or times[each.reference] > 1]
    those = [(each, known[each.reference]) for each in later if each not in alone]
    done: list[Taken] = []
    if len(those) < 2:
        return [_update(each, taking) for each in later]
    try:
        rows = [Later(here.pk, each.row, each.digest) for each, here in those if each.row]
        for (each, here), caught in zip(those, catch_up_together(rows, by=taking.by), strict=True):
            done.append(_caught(each, here, caught))
    except Forbidden:
        raise
    except Exception:  # one of them; which one shows when each is brought for itself
        log.info("brought one by one: %s orders", len(those), exc_info=True)
        done, alone = [], list(later)
    return done + [_update(each, taking) for each in alone]


def _caught(each: Sent, here: Known, caught: Caught) -> Taken:
    moved, doubts = caught
    return Taken(each.position, each.reference, "updated" if moved else "unchanged", here.public_id, doubts)


def _update(each: Sent, taking: Taking) -> Taken:
    """An order that is here already catches up with the row, in a transaction of its own."""
    here = _known([each.reference], taking.by).get(each.reference)
    if here is None or each.row is None:  # it stood earlier in this batch, and could not be stored
        return _make([each], taking, 1)[0]
    if here.digest == each.digest:
        return _unchanged(each, here)
    return _caught(each, here, catch_up(Later(here.pk, each.row, each.digest), by=taking.by))
