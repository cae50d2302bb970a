"""What must never break (the invariants of money, state and time), checked over the whole database.

Used after every step of a random walk, after every storm of a race, and at the end of journeys.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from disputes.models import Dispute, DisputeEvent, DisputeLine
from marketplace.coupons.models import Coupon, CouponEvent, CouponOffer, CouponOfferEvent
from marketplace.orders.models import HoldBack, Order, OrderEvent
from marketplace.orders.models import State as OrderState
from marketplace.payments import ledger
from marketplace.payments.freezing import FROZEN
from marketplace.payments.models import (
    Chargeback,
    Escrow,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    Refund,
)

ENDED_ORDERS = (OrderState.COMPLETED, OrderState.CLOSED, OrderState.CANCELLED)
#: the provider gave it back for good and it is on its way again as another row, or never left
NO_DEFAULT = ("mediation", "awaiting_approval")


def check_all() -> None:
    """Every invariant; AssertionError names the first that is broken."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    ledger_adds_up()
    escrows_hold_what_they_say()
    orders_and_hold_backs_agree()
    coupons_are_owed_or_spent()
    disputes_agree()
    timelines_are_chains(Order, OrderEvent, "order_id")
    timelines_are_chains(Dispute, DisputeEvent, "dispute_id")
    timelines_are_chains(CouponOffer, CouponOfferEvent, "offer_id")
    timelines_are_chains(Coupon, CouponEvent, "coupon_id")


def ledger_adds_up() -> None:
    """M1 and M7."""
    assert not ledger.unbalanced().exists(), "M1: a ledger transaction does not add up to zero"
    entries: dict[int, int] = defaultdict(int)
    for pk in LedgerEntry.objects.values_list("transaction_id", flat=True):
        entries[pk] += 1
    for pk in LedgerTransaction.objects.values_list("pk", flat=True):
        assert entries[pk] >= 2, "M1: a ledger transaction has fewer than two entries"
    sums = dict(LedgerEntry.objects.values_list("account").annotate(Sum("amount")).order_by())
    for account in LedgerAccount.objects.all():
        if account.kind not in ("clearing", "commission"):
            assert account.balance == sums.get(account.pk, 0), (
                f"balance of {account} differs from its entries"
            )
        if account.kind != "clearing":
            assert sums.get(account.pk, 0) >= 0, f"M7: {account} is below zero"


def escrows_hold_what_they_say() -> None:
    """M2: captured = refunded + released + held, in the rows and in the ledger."""
    in_ledger = {
        (account.owner, account.currency): account.balance
        for account in LedgerAccount.objects.filter(kind="escrow")
    }
    paid: dict[int, int] = defaultdict(int)
    for payment in Payment.objects.all():
        assert 0 <= payment.refunded <= payment.amount
        if payment.is_money:
            paid[payment.escrow_id] += payment.amount
    standing = Refund.objects.standing()
    refunded = dict(standing.values_list("payment__escrow").annotate(Sum("amount")).order_by())
    by_banks = dict(Chargeback.objects.values_list("payment__escrow").annotate(Sum("of_escrow")).order_by())
    still_open = dict(
        Chargeback.objects.filter(status="open")
        .values_list("payment__escrow")
        .annotate(Count("pk"))
        .order_by()
    )
    for escrow in Escrow.objects.all():
        assert escrow.captured == paid[escrow.pk], "captured differs from the payments"
        gone = refunded.get(escrow.pk, 0) + by_banks.get(escrow.pk, 0)
        assert escrow.refunded == gone, "M2: refunded differs from the refund rows and what banks took"
        assert escrow.freezes == still_open.get(escrow.pk, 0), (
            "M8: frozen without a chargeback, or not frozen"
        )
        assert escrow.held.minor == in_ledger.get((escrow.public_id, escrow.currency), 0), (
            "M2: held differs from the ledger"
        )


def orders_and_hold_backs_agree() -> None:
    """O-05 and X-06: what is held back belongs to open disputes; an ended order holds nothing."""
    held_back = dict(
        HoldBack.objects.filter(ended_at=None).values_list("order").annotate(Sum("amount")).order_by()
    )
    for order in Order.objects.select_related("escrow"):
        assert order.held_back == held_back.get(order.pk, 0), "held back differs from the hold-backs"
        assert order.held_back <= order.escrow.held.minor, "M8: more is held back than there is"
        if order.state in ENDED_ORDERS:
            assert order.escrow.held.minor == 0, f"M2: {order.state} order still holds money"
            assert order.escrow.redeemed == 0, f"O-11: {order.state} order still holds what coupons paid"
            assert order.closed_at, "an ended order has no end"
            assert not order.due_verb, "T4: an ended order has an armed deadline"


def coupons_are_owed_or_spent() -> None:
    """A-04, O-11: the ledger owes what can still be chosen or spent; what orders took waits in them until they end."""
    in_ledger = {
        (a.kind, a.owner): a.balance for a in LedgerAccount.objects.filter(kind__in=("coupons", "redeemed"))
    }
    for offer in CouponOffer.objects.prefetch_related("coupons"):
        pieces = list(offer.coupons.all())
        left = offer.amount if offer.is_open else sum(each.amount for each in pieces if each.is_open)
        assert in_ledger.get(("coupons", offer.public_id), 0) == left, f"A-04: {offer} owes another sum"
        assert offer.is_open or sum(each.amount for each in pieces) == offer.amount, (
            f"A-04: {offer} was not split exactly"
        )
        assert not (offer.is_open and pieces), f"A-04: {offer} gave coupons before it was chosen"
    for escrow in Escrow.objects.all():
        there = in_ledger.get(("redeemed", escrow.public_id), 0)
        assert escrow.redeemed == there, "O-11: what coupons paid differs from the ledger"


def disputes_agree() -> None:
    """S4, S5, M10, Z-05: open disputes are armed and share out what they hold; ended ones gave what they said."""
    open_lines: set[int] = set()
    for line in DisputeLine.objects.filter(is_open=True).select_related("dispute"):
        assert line.order_line_id not in open_lines, "S5: two open disputes on one line"
        open_lines.add(line.order_line_id)
        assert line.dispute.is_open, "an ended dispute keeps its lines"
    given: dict[str, int] = defaultdict(int)
    for cause, amount in Refund.objects.standing().values_list("cause", "amount"):
        given[cause.partition(Refund.INSTEAD)[0]] += amount
    for dispute in Dispute.objects.select_related("order__policy", "claim", "return_shipment"):
        hold = HoldBack.objects.get(key=dispute.public_id)
        if dispute.is_open:
            waits = dispute.deadline is FROZEN
            assert dispute.frozen_at == dispute.order.frozen_at, "X-06: order and dispute freeze together"
            assert waits or dispute.due_at, f"S4: {dispute.state} has no date"
            # One that rests goes on by itself, wherever it stood (N-09); a bank's decision has no date of ours.
            armed = (dispute.rests or dispute.state not in NO_DEFAULT) and not waits
            assert bool(dispute.due_verb) == armed, f"S4: {dispute.state} is not armed"
            assert hold.from_bank == dispute.from_bank, "X-06: the dispute does not know what the bank paid"
            assert hold.amount + hold.from_bank == dispute.held, "M10: the dispute's money is not all there"
            assert hold.ended_at is None
            outcome = dispute.next_default.outcome if dispute.next_default else None
            if outcome:
                assert outcome.buyer.minor + outcome.seller.minor == dispute.held, (
                    "Z-05: the default does not share all"
                )
        else:
            assert hold.ended_at, "an ended dispute still holds money"
            settled = dispute.settled_amount or 0 if dispute.state == "resolved" else 0
            owed = max(settled - hold.from_bank, 0)
            assert given.get(f"dispute:{dispute.public_id}", 0) == owed, (
                "M10: refunded differs from what was decided"
            )


def timelines_are_chains(model: Any, events: Any, column: str) -> None:
    """S1 and T7: each event starts where the one before ended, and time never goes back."""
    last: dict[int, Any] = {}
    for event in events.objects.order_by("pk"):
        before = last.get(getattr(event, column))
        assert event.from_state == (before.to_state if before else ""), f"S1: broken chain at {event}"
        assert before is None or event.at >= before.at, f"T7: time goes back at {event}"
        last[getattr(event, column)] = event
    for case in model.objects.all():
        assert case.pk in last, f"{case} has no timeline"
        assert last[case.pk].to_state == case.state, f"S1: {case} is not where its timeline ends"


def fingerprint() -> dict[str, int]:
    """How many rows there are of everything that a refused verb must not write."""
    from marketplace.messaging.models import Message, MessageFlag
    from marketplace.notifications.models import Notice

    tables: tuple[Any, ...] = (
        OrderEvent,
        DisputeEvent,
        LedgerTransaction,
        Refund,
        Notice,
        Message,
        MessageFlag,
        HoldBack,
        Dispute,
    )
    return {table.__name__: table.objects.count() for table in tables}
