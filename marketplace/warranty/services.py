"""The verbs of a warranty claim (O-14). Each runs inside one `step()`, which holds the order's lock too."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Forbidden, Invalid, TooEarly, TooLate, WrongState
from marketplace.core.money import Money, format_money
from marketplace.evidence.models import Evidence
from marketplace.orders import access as order_access
from marketplace.orders.models import Order, OrderLine
from marketplace.payments import balances

from .coverage import left_of, window
from .models import OPEN, ClaimFile, Remedy, WarrantyClaim

LONGEST_NOTE = 2000
MOST_FILES = 20


def request_claim(
    order_pk: int,
    *,
    line: str,
    remedy: str,
    description: str,
    amount: Money | None = None,
    evidence: Sequence[str] = (),
    by: Actor,
) -> WarrantyClaim:
    """The buyer asks the seller for what the warranty gives.

    Raises Forbidden (not the buyer), Invalid (fields), TooEarly, TooLate and WrongState (not covered, or asked already).
    """
    with transaction.atomic():
        order = Order.lock(order_pk)
        if not order_access.buyer(by, order):
            raise Forbidden(_("Only the buyer of this order can do this."))
        item = _checked(order, line, remedy, description)
        _check_window(order, item)
        files = _own_files(evidence, by)
        claim = WarrantyClaim(
            order=order,
            line=item,
            buyer_id=order.buyer_id,
            store_id=order.store_id,
            remedy=remedy,
            description=description.strip(),
            currency=order.currency,
            amount=_asked(order, item, amount) if remedy == Remedy.REFUND else None,
            requested_at=order.now,
        )
        claim.now = claim.at = claim.created_at = claim.entered_at = claim.moved_at = order.now
        claim.save()
        _attach(claim, files)
        claim.say(remedy=remedy, files=len(files))
        claim.start("request", by=by, now=order.now)
    return claim


def _checked(order: Order, line: str, remedy: str, description: str) -> OrderLine:
    """Every field that does not fit, at once."""
    item = order.lines.select_related("listing").filter(public_id=line).first()
    errors = []
    if item is None:
        errors.append(FieldError("line", "unknown", _("This item is not part of this order.")))
    if remedy not in Remedy.values:
        errors.append(FieldError("remedy", "unknown", _("Choose what you want from the list.")))
    low, high = order.policy.description_min, order.policy.description_max
    if not low <= len(description.strip()) <= high:
        words = _("Say what is wrong in %(low)s to %(high)s letters.") % {"low": low, "high": high}
        errors.append(FieldError("description", "length", words))
    if errors or item is None:
        raise Invalid(errors=errors)
    return item


def _check_window(order: Order, item: OrderLine) -> None:
    found = window(order, item, order.now)
    if found.code == "too_early":
        raise TooEarly(found.why_not, possible_from=found.starts_at)
    if found.code == "too_late":
        raise TooLate(found.why_not, possible_until=found.until)
    if not found.possible:
        raise WrongState(found.why_not)
    if WarrantyClaim.objects.filter(line=item, state__in=OPEN).exists():
        raise WrongState(_("There is an open claim for this item already."))


def _asked(order: Order, item: OrderLine, amount: Money | None) -> int:
    most = left_of(item)
    if amount is None:
        return most
    if amount.currency != order.currency:
        words = _("Give the amount in %(currency)s.") % {"currency": order.currency}
        raise Invalid.field("amount", "currency", words)
    if not 1 <= amount.minor <= most:
        words = _("You can ask for up to %(most)s.") % {"most": format_money(order.money(most))}
        raise Invalid.field("amount", "out_of_range", words)
    return amount.minor


def accept(pk: int, *, by: Actor) -> WarrantyClaim:
    """The seller gives what was asked for; a refund leaves the seller's balance at once, if it holds so much."""
    with step(WarrantyClaim, pk, "accept", by=by) as claim:
        claim.accept()
        if claim.remedy == Remedy.REFUND:
            _pay(claim, claim.amount or 0)
            claim.ended_at = claim.at
    return claim


def decline(pk: int, *, note: str, by: Actor) -> WarrantyClaim:
    """The seller says no, and why. No mediator decides about it; the buyer may report the seller."""
    with step(WarrantyClaim, pk, "decline", by=by) as claim:
        claim.decline()
        note = note.strip()
        if not note:
            raise Invalid.field("note", "required", _("Say why, in a sentence or two. The buyer reads it."))
        if len(note) > LONGEST_NOTE:
            raise Invalid.field("note", "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST_NOTE})
        claim.note, claim.ended_at = note, claim.at
        claim.say(note=note)
    return claim


def ship(pk: int, *, carrier: str, tracking_number: str, by: Actor) -> WarrantyClaim:
    """The seller sends the part, or the new one, free."""
    with step(WarrantyClaim, pk, "ship", by=by) as claim:
        claim.ship()
        if not tracking_number.strip():
            raise Invalid.field("tracking_number", "required", _("Enter the tracking number."))
        claim.carrier, claim.tracking_number = carrier.strip(), tracking_number.strip()
        claim.shipped_at = claim.at
        claim.say(carrier=claim.carrier, tracking_number=claim.tracking_number)
    return claim


def acknowledge(pk: int, *, by: Actor) -> WarrantyClaim:
    """The buyer has what was sent."""
    with step(WarrantyClaim, pk, "acknowledge", by=by) as claim:
        claim.acknowledge()
        claim.ended_at = claim.at
    return claim


def send_receipt(pk: int, *, amount: Money, evidence: Sequence[str], by: Actor) -> WarrantyClaim:
    """The buyer had it repaired near home: the scanned receipt, and its sum."""
    with step(WarrantyClaim, pk, "send_receipt", by=by) as claim:
        claim.send_receipt()
        if amount.currency != claim.currency:
            words = _("Give the amount in %(currency)s.") % {"currency": claim.currency}
            raise Invalid.field("amount", "currency", words)
        if amount.minor < 1:
            raise Invalid.field("amount", "out_of_range", _("Enter the sum of the receipt."))
        files = _own_files(evidence, by)
        if not files:
            raise Invalid.field("evidence", "required", _("Add a photo or a scan of the receipt."))
        _attach(claim, files, is_receipt=True)
        claim.amount = amount.minor
        claim.say(amount=amount.as_json())
    return claim


def pay_receipt(pk: int, *, by: Actor) -> WarrantyClaim:
    """The seller pays the receipt from the balance: never more than the receipt, nor than was paid for the item."""
    with step(WarrantyClaim, pk, "pay_receipt", by=by) as claim:
        claim.pay_receipt()
        _pay(claim, claim.amount or 0)
        claim.ended_at = claim.at
    return claim


def withdraw(pk: int, *, by: Actor) -> WarrantyClaim:
    """The buyer gives the claim up."""
    with step(WarrantyClaim, pk, "withdraw", by=by) as claim:
        claim.withdraw()
        claim.ended_at = claim.at
    return claim


def expire(pk: int, *, by: Actor) -> WarrantyClaim:
    """Whoever was waited for was silent: the claim ends, and no money moves. The buyer may claim again."""
    with step(WarrantyClaim, pk, "expire", by=by) as claim:
        waited_for = claim.DEADLINES[claim.state].waiting_for
        claim.expire()
        claim.ended_at = claim.at
        claim.say(silent=waited_for)
    return claim


def conclude(pk: int, *, by: Actor) -> WarrantyClaim:
    """What was sent counts as received: the longest time for a delivery has passed."""
    with step(WarrantyClaim, pk, "conclude", by=by) as claim:
        claim.conclude()
        claim.ended_at = claim.at
    return claim


def payable(claim: WarrantyClaim) -> int:
    """What the seller would pay now, in minor units: what is asked, at most what the buyer has paid and not got back."""
    return min(claim.amount or 0, left_of(claim.line))


def _pay(claim: WarrantyClaim, amount: int) -> None:
    """Seller's balance → escrow → refund to where the buyer paid from. Raises WrongState where the balance is too low."""
    order, at = claim.order, claim.at
    amount = min(amount, left_of(claim.line))
    cause = f"warranty:{claim.public_id}"
    balances.refund_from_balance(order.escrow, amount, cause=cause, at=at, policy=order.policy)
    OrderLine.objects.filter(pk=claim.line_id).update(refunded=F("refunded") + amount)
    claim.paid = amount
    claim.say(amount=claim.money(amount).as_json())


def _own_files(public_ids: Sequence[str], by: Actor) -> list[Evidence]:
    found = Evidence.objects.filter(public_id__in=public_ids, owner_id=by.user_id, removed_at=None)
    by_id = {file.public_id: file for file in found}
    if set(public_ids) - by_id.keys():
        words = _("One of these files is not yours, or does not exist. Add it again.")
        raise Invalid.field("evidence", "unknown", words)
    return list(by_id.values())


def _attach(claim: WarrantyClaim, files: Sequence[Evidence], *, is_receipt: bool = False) -> None:
    there = set(claim.files.values_list("evidence_id", flat=True))
    new = [file for file in files if file.pk not in there]
    if len(there) + len(new) > MOST_FILES:
        words = _("A claim takes up to %(n)s files.") % {"n": MOST_FILES}
        raise Invalid.field("evidence", "too_many", words)
    ClaimFile.objects.bulk_create(
        ClaimFile(claim=claim, evidence=file, is_receipt=is_receipt, added_at=claim.at) for file in new
    )


#: what the clock does, by verb
BY_CLOCK = {"expire": expire, "conclude": conclude}

__all__ = [
    "BY_CLOCK",
    "accept",
    "acknowledge",
    "conclude",
    "decline",
    "expire",
    "pay_receipt",
    "request_claim",
    "send_receipt",
    "ship",
    "withdraw",
]
