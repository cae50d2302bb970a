"""Orders under buyer protection: what was bought, what was paid, where the parcel is, and until when the buyer is protected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline, Outcome
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy, published
from marketplace.messaging.models import Thread
from marketplace.payments.models import Escrow

from . import access


class Listing(models.Model):
    """Something a store sells, as far as orders need to know it."""

    public_id = PublicIdField(prefix="lst")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="listings")
    reference = models.CharField(max_length=120)
    title = models.CharField(_("title"), max_length=300)
    category = models.CharField(_("category"), max_length=120, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "reference"], name="one_listing_per_store_reference")
        ]

    def __str__(self) -> str:
        return self.title


class State(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", _("Closed")


#: DEADLINES key of a delivered order whose receipt is confirmed: it waits for the release, not for the confirmation
CONFIRMED = "confirmed"


def _release_due(order: Order) -> datetime | None:
    """The end of the window after receipt; None while everything still held belongs to disputes. An order for which
    nothing was held (paid with coupons alone) ends then too."""
    return order.window_ends_at if order.free_to_release > 0 or not order.held_back else None


def _is_confirmed(order: Any) -> bool:
    return order.confirmed_at is not None


def _is_unconfirmed(order: Any) -> bool:
    return order.confirmed_at is None


def _is_undisputed(order: Any) -> bool:
    return bool(order.held_back == 0)


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, actor: Actor) -> OrderQuerySet:
        return self.filter(access.visible(actor))


class Order(Case):
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
            *Case.Meta.indexes,
            models.Index(fields=["buyer", "-placed_at", "-id"], name="order_by_buyer"),
            models.Index(fields=["store", "-placed_at", "-id"], name="order_by_store"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
        ]

    RULES = access.RULES
    ANY_TIME = frozenset({"record_tracking", "change_tracking", "send_message"})
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("escrow", "store")
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.AWAITING_PAYMENT: Deadline(
            lambda o: None, None, "buyer", why="Nothing is held before it is paid."
        ),
        State.PAID: Deadline(
            lambda o: o.paid_at + o.policy.ship_within,
            None,
            "seller",
            why="From this date the buyer may cancel or claim; the money stays in escrow.",
        ),
        State.SHIPPED: Deadline(lambda o: o.protection_ends_at, "confirm_automatically", "buyer"),
        State.DELIVERED: Deadline(lambda o: o.protection_ends_at, "confirm_automatically", "buyer"),
        CONFIRMED: Deadline(
            _release_due,
            "release",
            "buyer",
            lambda o: Outcome(buyer=Money(0, o.currency), seller=Money(o.free_to_release, o.currency)),
            why="While disputes hold all of it, they decide when it ends.",
        ),
        State.ON_HOLD: Deadline(lambda o: None, None, "moderator", why="A moderator decides."),
    }

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def lock(cls, pk: int) -> Self:
        order = super().lock(pk)
        order.policy = published(order.policy_id)
        order.escrow.store = order.store
        return order

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    @property
    def phase(self) -> str:
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
        return self.paid_at + self.policy.ship_within if self.paid_at else None

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
        start = self.confirmed_at or self.protection_ends_at
        return start + self.policy.post_receipt if start else None

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
        source=[State.PAID, State.SHIPPED, State.DELIVERED],
        target=RETURN_VALUE(State.PAID, State.SHIPPED, State.DELIVERED, State.COMPLETED, State.CLOSED),
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

    @transition(field=state, source="*", target=None)
    def send_message(self) -> None:
        """The buyer and the seller can always write to each other (O-09)."""


class OrderLine(models.Model):
    """One line of an order. `paid` and `paid_shipping` are its share of what was really paid, after every discount (D-06)."""

    public_id = PublicIdField(prefix="lin")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="lines")
    reference = models.CharField(max_length=120)
    title = models.CharField(max_length=300, help_text="As it was when it was bought")
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField()
    discount = models.BigIntegerField(default=0, help_text="Of the whole line")
    shipping = models.BigIntegerField(default=0, help_text="Of the whole line")
    paid = models.BigIntegerField(default=0)
    paid_shipping = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["order", "reference"], name="one_line_per_reference"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_at_least_one"),
            models.CheckConstraint(
                condition=Q(
                    unit_price__gte=0, discount__gte=0, shipping__gte=0, paid__gte=0, paid_shipping__gte=0
                ),
                name="line_amounts_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("paid") + F("paid_shipping")),
                name="line_refunds_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> int:
        """What the goods of the line should have cost, discount taken off."""
        return self.unit_price * self.quantity - self.discount


class HoldBack(models.Model):
    """Money of the order that one open dispute is about; ended when the dispute ends (O-05, X-06)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="hold_backs")
    key = models.CharField(max_length=60, unique=True, help_text="Public id of the dispute")
    amount = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="hold_back_above_zero")]

    def __str__(self) -> str:
        return self.key


class Shipment(models.Model):
    """One parcel. Its present number is here; every number it ever had is in `numbers` (O-06)."""

    public_id = PublicIdField(prefix="shp")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True, db_index=True)
    shipped_at = models.DateTimeField()
    promised_by = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.tracking_number or self.public_id


class TrackingNumber(models.Model):
    """A number that a parcel had, from when on."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="numbers")
    carrier = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=120)
    since = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.number


class TrackingEvent(models.Model):
    """What a carrier reported of a parcel."""

    class Code(models.TextChoices):
        IN_TRANSIT = "in_transit", _("On its way")
        IN_DESTINATION_COUNTRY = "in_destination_country", _("In the country of destination")
        OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
        DELIVERED = "delivered", _("Delivered")
        RETURNED = "returned", _("Sent back by the carrier")

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="tracking_events")
    code = models.CharField(max_length=24, choices=Code)
    at = models.DateTimeField()
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "code", "at"], name="one_row_per_tracking_event")
        ]

    def __str__(self) -> str:
        return self.get_code_display()


class Review(models.Model):
    """A buyer's rating of an order (O-13)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="rating_one_to_five"),
            models.UniqueConstraint(fields=["order", "created_at"], name="one_review_per_order_and_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5"


class OrderEvent(CaseEvent):
    """The timeline of an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    CASE = "order"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["order", "id"], name="order_timeline")]

    def __str__(self) -> str:
        return f"{self.order}: {self.verb}"
