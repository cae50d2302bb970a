"""Opening a dispute (section 3): who may, when, about what, and for how much. The rules hold here, whatever a page did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction
from marketplace.core.access import Actor
from marketplace.core.errors import AlreadyDisputed, FieldError, Forbidden, Invalid, TooEarly, TooLate
from marketplace.core.money import Money, format_money
from marketplace.messaging.models import Thread
from marketplace.orders import access as order_access
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.protection import (
    Window,
    dispute_window,
    never_sent_window,
    not_received_window,
    payment_window,
)

from ..amounts import LineShare, ceilings, smallest_claim
from ..models import CLAIMED, Claim, Dispute, DisputeLine, Draft, Remedy, State
from ..reasons import NEVER_SENT, NO_FAULT, NOT_RECEIVED, PAYMENT, REASONS, Reason
from .exhibits import attach, known_to_both, own_files
from .rules import accept_where_a_rule_does


@dataclass(frozen=True)
class LineData:
    """One line of the order, by public id, and how many pieces of it."""

    line: str
    quantity: int


@dataclass(frozen=True)
class ClaimData:
    """What the buyer says and asks. `amount` None: all that can be refunded."""

    lines: Sequence[LineData]
    received: bool
    reason: str
    remedy: str
    amount: Money | None
    description: str
    evidence: Sequence[str] = field(default=())


def open_dispute(order_pk: int, *, claim: ClaimData, by: Actor) -> Dispute:
    """Open a dispute on lines of an order (D-01 to D-09).

    Raises Forbidden (not the buyer; restricted), Invalid (fields), TooEarly and TooLate (the window), AlreadyDisputed.
    """
    with transaction.atomic():
        order = Order.lock(order_pk)
        if not order_access.buyer(by, order):
            raise Forbidden(_("Only the buyer of this order can open a dispute."))
        check_restriction(order)
        lines, reason = check_claim(order, claim)
        check_window(order, reason, received=claim.received)
        check_lines(order, lines)
        shares = shares_of(order, lines, reason, claim)
        ceiling = sum(share.amount for share in shares)
        amount = check_amount(order, claim.amount, ceiling)
        files = own_files(claim.evidence, by)
        dispute = Dispute(
            order=order,
            buyer_id=order.buyer_id,
            store_id=order.store_id,
            integrator_id=order.integrator_id,
            thread=Thread.objects.create(),
            currency=order.currency,
            held=ceiling,
            frozen_at=order.frozen_at,
            opened_at=order.now,
            no_evidence_yet=bool(reason.wants) and not files,
        )
        _write(dispute, claim, shares, amount, order)
        attach(dispute, files, role="buyer", at=order.now)
        orders.hold_back(order, key=dispute.public_id, amount=ceiling, by=by)
        dispute.say(reason=reason.code, amount=dispute.money(amount).as_json(), files=known_to_both(files))
        dispute.start("open", by=by, now=order.now)
        Draft.objects.filter(order=order).delete()
        return accept_where_a_rule_does(dispute)


def _write(
    dispute: Dispute, claim: ClaimData, shares: Sequence[LineShare], amount: int, order: Order
) -> None:
    dispute.now = dispute.at = dispute.created_at = dispute.entered_at = dispute.moved_at = order.now
    dispute.save()
    dispute.claim = Claim.objects.create(
        dispute=dispute,
        received=claim.received,
        reason=claim.reason,
        remedy=claim.remedy,
        amount=amount,
        ceiling=dispute.held,
        description=claim.description.strip(),
        lines=[{"line": share.line.public_id, "quantity": share.quantity} for share in shares],
        made_at=order.now,
    )
    DisputeLine.objects.bulk_create(
        DisputeLine(dispute=dispute, order_line=share.line, quantity=share.quantity) for share in shares
    )


def check_restriction(order: Order) -> None:
    """D-09: a restricted buyer is refused, and told why and how to contest it."""
    kind, words = Restriction.Kind.NO_DISPUTES, _("You cannot open a dispute now.")
    restrictions.refuse_if(order.buyer_id, kind, order.now, words)


def check_claim(order: Order, claim: ClaimData) -> tuple[list[tuple[OrderLine, int]], Reason]:
    """Every field that does not fit, at once, in words (D-04)."""
    errors: list[FieldError] = []
    lines = _lines(order, claim.lines, errors)
    reason = REASONS.get(claim.reason)
    if reason is None:
        errors.append(FieldError("reason", "unknown", _("Choose what is wrong from the list.")))
    else:
        _check_reason(reason, claim, errors)
    if claim.remedy not in dict(CLAIMED):
        errors.append(FieldError("remedy", "unknown", _("Choose a refund, or a return and refund.")))
    length, policy = len(claim.description.strip()), order.policy
    if not policy.description_min <= length <= policy.description_max:
        message = _("Describe what happened in %(low)s to %(high)s characters. You used %(n)s.")
        numbers = {"low": policy.description_min, "high": policy.description_max, "n": length}
        errors.append(FieldError("description", "length", message % numbers))
    if errors or reason is None:
        raise Invalid(errors=errors)
    return lines, reason


def _lines(order: Order, chosen: Sequence[LineData], errors: list[FieldError]) -> list[tuple[OrderLine, int]]:
    found = {line.public_id: line for line in order.lines.all()}
    lines = []
    for wish in chosen:
        line = found.pop(wish.line, None)
        if line is None:
            errors.append(
                FieldError("lines", "unknown", _("This item is not part of this order, or was named twice."))
            )
        elif not 1 <= wish.quantity <= line.quantity:
            message = _("You bought %(n)s of “%(title)s”. Choose 1 to %(n)s.") % {
                "n": line.quantity,
                "title": line.title,
            }
            errors.append(FieldError("lines", "quantity", message))
        else:
            lines.append((line, wish.quantity))
    if not chosen:
        errors.append(FieldError("lines", "required", _("Choose at least one item.")))
    return sorted(lines, key=lambda chosen_line: chosen_line[0].pk)


def _check_reason(reason: Reason, claim: ClaimData, errors: list[FieldError]) -> None:
    if reason.received is not None and reason.received != claim.received:
        text = (
            _("This reason is for items that came.")
            if reason.received
            else _("This reason is for items that did not come.")
        )
        errors.append(FieldError("reason", "received_mismatch", text))
    if not claim.received and claim.remedy == Remedy.RETURN_AND_REFUND:
        errors.append(
            FieldError(
                "remedy", "not_allowed", _("You cannot send back what did not come. Ask for a refund.")
            )
        )
    if reason.group == NO_FAULT and claim.remedy == Remedy.REFUND:
        message = _("If you no longer want it, you can send it back and get a refund.")
        errors.append(FieldError("remedy", "not_allowed", message))


def window_for(order: Order, reason: Reason, *, received: bool) -> Window:
    """When a dispute for this reason may be opened (D-02, D-03)."""
    now = order.now
    if reason.group == PAYMENT:
        return payment_window(order, now)
    if reason.code == NEVER_SENT and order.shipped_at is None:
        return never_sent_window(order, now)
    if reason.group == NOT_RECEIVED:
        return not_received_window(order, now)
    return dispute_window(order, now, received=received)


def check_window(order: Order, reason: Reason, *, received: bool) -> None:
    """Refuse outside the window, with the exact moment when it becomes or stopped being possible."""
    window = window_for(order, reason, received=received)
    if window.possible:
        return
    if window.code == "too_late":
        raise TooLate(window.why_not, possible_until=window.until)
    raise TooEarly(window.why_not, possible_from=window.starts_at)


def check_not_too_early(order: Order, reason: Reason, *, received: bool) -> None:
    """An open dispute turns to this reason: its own time must have come, whatever it was opened for (D-03).

    Never too late: the dispute was opened in time, and the claim can be edited until a mediator takes over (N-05).
    """
    window = window_for(order, reason, received=received)
    if not window.possible and window.code != "too_late":
        raise TooEarly(window.why_not, possible_from=window.starts_at)


def check_lines(order: Order, lines: Sequence[tuple[OrderLine, int]]) -> None:
    """D-08: one open dispute a line; a cancelled one again so many times; a decided or agreed one never."""
    blocked = blocked_lines(order, [line.pk for line, _quantity in lines])
    for why_not in blocked.values():
        raise why_not


def blocked_lines(order: Order, pks: Sequence[int]) -> dict[int, AlreadyDisputed]:
    """Which of these lines cannot be disputed now, and why, as the refusal that opening would raise (D-08)."""
    blocked: dict[int, AlreadyDisputed] = {}
    cancelled: dict[int, int] = {}
    for row in (
        DisputeLine.objects.filter(order_line__in=pks).select_related("dispute").order_by("-is_open", "pk")
    ):
        pk, dispute = row.order_line_id, row.dispute
        if row.is_open:
            message = _("There is an open dispute about this item already.")
            blocked.setdefault(pk, AlreadyDisputed(message, dispute=dispute.public_id))
        elif dispute.state == State.RESOLVED:
            message = _("A dispute about this item has ended. It cannot be opened again.")
            blocked.setdefault(pk, AlreadyDisputed(message, dispute=dispute.public_id))
        else:
            cancelled[pk] = cancelled.get(pk, 0) + 1
            if cancelled[pk] > order.policy.redispute_times:
                message = _("You cancelled a dispute about this item. It cannot be opened again.")
                blocked.setdefault(pk, AlreadyDisputed(message, dispute=dispute.public_id))
    return blocked


def shares_of(
    order: Order, lines: Sequence[tuple[OrderLine, int]], reason: Reason, claim: ClaimData
) -> list[LineShare]:
    """What each claimed line can give back at most (D-06)."""
    return ceilings(
        lines, list(order.lines.all()), received=claim.received, reason=reason, remedy=claim.remedy
    )


def check_amount(order: Order, asked: Money | None, ceiling: int) -> int:
    """1 % to 100 % of what can be refunded, in the order's own currency (D-06)."""
    if ceiling == 0:
        raise Invalid.field(
            "lines", "nothing_to_refund", _("No money was paid for this, so there is none to give back.")
        )
    if asked is None:
        return ceiling
    if asked.currency != order.currency:
        message = _("Give the amount in %(currency)s, the currency that you paid in.") % {
            "currency": order.currency
        }
        raise Invalid.field("amount", "currency", message)
    least = smallest_claim(ceiling, order.policy.claim_min_percent)
    if not least <= asked.minor <= ceiling:
        low, high = (format_money(order.money(n)) for n in (least, ceiling))
        message = _("You can ask for %(low)s to %(high)s.") % {"low": low, "high": high}
        raise Invalid.field("amount", "out_of_range", message)
    return asked.minor


def save_draft(order: Order, answers: dict[str, Any], *, by: Actor) -> Draft:
    """Keep a half-filled claim for the buyer, on every device, until the window closes (D-10)."""
    if not order_access.buyer(by, order):
        raise Forbidden(_("Only the buyer of this order can open a dispute."))
    draft, _is_new = Draft.objects.update_or_create(
        order=order, defaults={"answers": answers, "saved_at": timezone.now()}
    )
    return draft


def discard_draft(order: Order, *, by: Actor) -> None:
    """The buyer starts anew."""
    if order_access.buyer(by, order):
        Draft.objects.filter(order=order).delete()
