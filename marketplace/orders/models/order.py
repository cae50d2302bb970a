"""The order itself: its states, its dates, its share of the escrow, and until when the buyer is protected.

An order is a case: it moves only by the transitions below, which only services call. `DEADLINES` says of every open
state what happens when nobody does anything; what was done stands in `OrderEvent`. The parcels are in parcel.py, the
lines in listing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import CaseEvent
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy, published
from marketplace.core.windows import longer
from marketplace.coupons.money import share_out
from marketplace.messaging.models import Thread
from marketplace.payments.freezing import MoneyCase
from marketplace.payments.models import Escrow

from .. import access
from .deadlines import DEADLINES
from .holding import Holdable
from .states import CLOSING, CONFIRMED, PROVED, State


def _is_confirmed(order: Any) -> bool:
    return order.confirmed_at is not None


def _is_unconfirmed(order: Any) -> bool:
    return order.confirmed_at is None


def _is_undisputed(order: Any) -> bool:
    return bool(order.held_back == 0)


def _has_doubtful_parcel(order: Any) -> bool:
    """Lists read parcels along, so that this asks nothing."""
    return any(parcel.doubts for parcel in order.shipments.all())


def _is_unrated(order: Any) -> bool:
    return order.rated_at is None


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, actor: Actor) -> OrderQuerySet:
        return self.filter(access.visible(actor))


class Order(Holdable, MoneyCase):
    """One order of one buyer at one store, its money in one escrow."""

    public_id = PublicIdField(prefix="ord")
    integrator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="orders_sent"
    )
    reference = models.CharField(max_length=120)
    row_digest = models.CharField(max_length=64, blank=True, editable=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="orders")
    policy = models.ForeignKey(ProtectionPolicy, on_delete=models.PROTECT, related_name="+")
    escrow = models.OneToOneField(Escrow, on_delete=models.PROTECT, related_name="order")
    thread = models.OneToOneField(Thread, null=True, on_delete=models.PROTECT, related_name="order")

    state = FSMField(default=State.AWAITING_PAYMENT, choices=State.choices, protected=True)
    currency = models.CharField(max_length=3)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    protection_ends_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by_hand = models.BooleanField(default=False)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was completed, cancelled or closed"
    )
    country = models.CharField(max_length=2, blank=True, help_text="Where it goes")
    city = models.CharField(max_length=120, blank=True)
    doubts = models.JSONField(
        default=list, blank=True, help_text="What is doubtful about the row as it was sent"
    )
    held_back = models.BigIntegerField(
        default=0, help_text="Part of the escrow that open disputes are about (O-05)"
    )
    extension_asked_at = models.DateTimeField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True, help_text="When its buyer rated it, once (O-13)")
    proved_at = models.DateTimeField(
        null=True, blank=True, help_text="When the seller of an order on hold first sent a proof (O-08)"
    )
    hold_failed_at = models.DateTimeField(
        null=True, blank=True, help_text="The proof was refused, or there was none"
    )
    hold_time = models.DurationField(
        default=timedelta, help_text="Time spent on hold; the seller's time to send it is longer by it"
    )
    demanded_by = models.CharField(
        max_length=60, blank=True, help_text="Public id of the report whose decision demands tracking (C-06)"
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ("-placed_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["integrator", "reference"], name="one_order_per_integrator_reference"
            ),
            models.CheckConstraint(condition=Q(held_back__gte=0), name="held_back_not_below_zero"),
        ]
        indexes = [
            *MoneyCase.Meta.indexes,
            models.Index(fields=["buyer", "-placed_at", "-id"], name="order_by_buyer"),
            models.Index(fields=["store", "-placed_at", "-id"], name="order_by_store"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(
                fields=["store", "-closed_at"],
                condition=Q(closed_at__isnull=False, paid_at__isnull=False),
                name="order_ended_by_store",
            ),
        ]

    RULES = access.RULES
    ANY_TIME = frozenset({"record_tracking", "change_tracking", "clear_doubts", "send_message"})
    MOVES_MONEY = frozenset({"cancel", "refuse_proof"})
    NEVER_FROZEN = frozenset({"confirm_automatically"})
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("escrow", "store")
    BATCH_WITH: ClassVar[tuple[str, ...]] = ("lines", "hold_backs", "escrow__payments")
    DEADLINES = DEADLINES

    def __str__(self) -> str:
        return self.reference

    def take_up(self, parents: Mapping[str, Mapping[int, Any]]) -> bool:
        self.policy = published(self.policy_id)
        self.escrow.store = self.store
        return super().take_up(parents)

    def finish(self, verb: str, by: Actor, before: str) -> CaseEvent:
        """With the order the coupons that paid for it have their end: whichever verb ended it (O-11)."""
        if self.closed_at and self.escrow.redeemed:
            share_out(self.escrow, sold=self.state == State.COMPLETED, at=self.closed_at)
        return super().finish(verb, by, before)

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    @property
    def phase(self) -> str:
        if self.state == State.ON_HOLD and self.hold_failed_at:
            return CLOSING
        if self.state == State.ON_HOLD and self.proved_at:
            return PROVED
        return CONFIRMED if self.state == State.DELIVERED and self.confirmed_at else self.state

    def verbs_for(self, by: Actor, *, now: datetime | None = None) -> list[str]:
        verbs = super().verbs_for(by, now=now)
        from_when = self.buyer_may_cancel_from
        if "cancel" in verbs and access.buyer(by, self) and from_when and (now or timezone.now()) < from_when:
            verbs.remove("cancel")
        return verbs

    @property
    def buyer_may_cancel_from(self) -> datetime | None:
        """A paid order can be called off once the seller's time to ship has passed; an unpaid one at any time."""
        return self.send_by if self.state != State.ON_HOLD else None

    @property
    def send_due(self) -> datetime | None:
        """The end of the seller's time to send it; the clock stood still while the order was on hold (O-08)."""
        return self.paid_at + self.policy.ship_within + self.hold_time if self.paid_at else None

    @property
    def send_by(self) -> datetime | None:
        """That end, as it is after outages."""
        return self._after_outages(self.paid_at, self.send_due)

    @property
    def protected_until(self) -> datetime | None:
        """The end of protection for the delivery, as it is after outages; None before shipment."""
        return self._after_outages(self.shipped_at, self.protection_ends_at)

    def _after_outages(self, opened: datetime | None, due: datetime | None) -> datetime | None:
        return longer(opened, due, self.outages) if opened and due else due

    # -- money and time, derived ----------------------------------------------------------------------------

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def free_to_release(self) -> int:
        """What the escrow holds that no open dispute is about."""
        return self.escrow.held.minor - self.held_back

    @property
    def window_ends_at(self) -> datetime | None:
        """The end of the time in which a dispute may be opened; None before shipment. Confirmed or not (O-04)."""
        start = self.confirmed_at or self.protected_until
        return self._after_outages(start, start + self.policy.post_receipt) if start else None

    def promise(self, shipped_at: datetime, promised_by: datetime | None) -> datetime:
        """The end of protection for a parcel: as promised, at most the policy's maximum, never before shipment."""
        longest: timedelta = self.policy.max_delivery
        return max(shipped_at, min(promised_by or shipped_at + longest, shipped_at + longest))

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.AWAITING_PAYMENT, target=State.PAID)
    def pay(self) -> None:
        """Money arrived."""

    @transition(field=state, source=[State.PAID, State.SHIPPED], target=State.SHIPPED)
    def ship(self) -> None:
        """A parcel was handed to the carrier: protection starts (O-03)."""

    @transition(field=state, source=[State.SHIPPED, State.DELIVERED], target=None)
    def change_tracking(self) -> None:
        """The parcel has a new number (O-06)."""

    @transition(
        field=state, source=[State.SHIPPED, State.DELIVERED, State.COMPLETED, State.CLOSED], target=None
    )
    def record_tracking(self) -> None:
        """The carrier reported something."""

    @transition(field=state, source="*", target=None, conditions=[_has_doubtful_parcel])
    def clear_doubts(self) -> None:
        """A moderator has looked into the tracking of a parcel and believes it (O-07)."""

    @transition(field=state, source=State.SHIPPED, target=State.DELIVERED)
    def arrive(self) -> None:
        """Every parcel of the order was delivered."""

    @transition(
        field=state,
        source=[State.SHIPPED, State.DELIVERED],
        target=State.DELIVERED,
        conditions=[_is_unconfirmed],
    )
    def confirm_receipt(self) -> None:
        """The buyer says that it came (O-04)."""

    @transition(
        field=state,
        source=[State.SHIPPED, State.DELIVERED],
        target=State.DELIVERED,
        conditions=[_is_unconfirmed],
    )
    def confirm_automatically(self) -> None:
        """Protection ended and the buyer said nothing (O-04)."""

    @transition(
        field=state,
        source=State.DELIVERED,
        target=RETURN_VALUE(State.DELIVERED, State.COMPLETED),
        conditions=[_is_confirmed],
    )
    def release(self) -> str:
        """What no dispute is about went to the seller; completed unless something is still held."""
        return State.COMPLETED if self.escrow.held.minor == 0 else State.DELIVERED

    @transition(
        field=state,
        source=[State.PAID, State.ON_HOLD, State.SHIPPED, State.DELIVERED],
        target=RETURN_VALUE(
            State.PAID, State.ON_HOLD, State.SHIPPED, State.DELIVERED, State.COMPLETED, State.CLOSED
        ),
    )
    def settle(self) -> str:
        """A dispute about part of it ended. With nothing left: completed, or closed where all went back."""
        if self.escrow.held.minor:
            return str(self.state)
        return State.COMPLETED if self.escrow.released else State.CLOSED

    @transition(field=state, source=[State.SHIPPED, State.DELIVERED], target=None)
    def request_extension(self) -> None:
        """The buyer asks for more time (O-03)."""

    @transition(
        field=state,
        source=[State.SHIPPED, State.DELIVERED],
        target=None,
        conditions=[_is_unconfirmed],
    )
    def extend_protection(self) -> None:
        """The seller gives more time, never less (O-03)."""

    @transition(
        field=state,
        source=[State.AWAITING_PAYMENT, State.PAID],
        target=State.CANCELLED,
        conditions=[_is_undisputed],
    )
    def cancel(self) -> None:
        """Called off before anything was sent; what was paid goes back."""

    @transition(field=state, source=State.COMPLETED, target=None, conditions=[_is_unrated])
    def rate(self) -> None:
        """The buyer says what they think of the order, once (O-13)."""

    @transition(field=state, source="*", target=None)
    def send_message(self) -> None:
        """The buyer and the seller can always write to each other (O-09)."""
