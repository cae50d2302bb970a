"""A warranty claim: after the money was released, the buyer of a line asks the seller for what the warranty gives (O-14).

The platform does not decide about it and moves nothing of the seller's by itself: every payment is an act of the seller.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.evidence.models import Evidence
from marketplace.orders.models import Order, OrderLine

from . import access


class State(models.TextChoices):
    REQUESTED = "requested", _("Waiting for the seller")
    AWAITING_PARCEL = "awaiting_parcel", _("The seller sends a parcel")
    PARCEL_SENT = "parcel_sent", _("On its way")
    AWAITING_RECEIPT = "awaiting_receipt", _("Being repaired")
    RECEIPT_SENT = "receipt_sent", _("Receipt sent")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Remedy(models.TextChoices):
    SPARE_PART = "spare_part", _("A spare part, sent free")
    REPAIR = "repair", _("A repair near me; the seller pays the receipt")
    REPLACEMENT = "replacement", _("A new one")
    REFUND = "refund", _("Money back")


OPEN = (
    State.REQUESTED, State.AWAITING_PARCEL, State.PARCEL_SENT, State.AWAITING_RECEIPT, State.RECEIPT_SENT,
)  # fmt: skip


class ClaimQuerySet(models.QuerySet["WarrantyClaim"]):
    def visible_to(self, actor: Actor) -> ClaimQuerySet:
        return self.filter(access.visible(actor))


class WarrantyClaim(Case):
    """One claim on one line. `amount`: asked for (refund) or on the receipt (repair), in minor units."""

    public_id = PublicIdField(prefix="wty")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="warranty_claims")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="warranty_claims")
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="warranty_claims"
    )
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="warranty_claims")

    state = FSMField(default=State.REQUESTED, choices=State.choices, protected=True)
    remedy = models.CharField(max_length=12, choices=Remedy)
    description = models.TextField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True, blank=True)
    paid = models.BigIntegerField(default=0, help_text="What the seller paid from the balance")
    requested_at = models.DateTimeField()
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="Why the seller refuses")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(state__in=OPEN), name="one_open_warranty_claim_per_line"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0), name="warranty_amount_above_zero"
            ),
            models.CheckConstraint(condition=Q(paid__gte=0), name="warranty_paid_not_below_zero"),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["buyer", "-requested_at", "-id"], name="warranty_by_buyer"),
            models.Index(fields=["store", "-requested_at", "-id"], name="warranty_by_store"),
        ]

    RULES = access.RULES
    LOCK_FIRST: ClassVar[tuple[str, ...]] = ("order",)
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("line",)
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.REQUESTED: Deadline(
            lambda c: c.requested_at + c.policy.seller_response,
            "expire",
            "seller",
            opens=lambda c: c.requested_at,
        ),
        State.AWAITING_PARCEL: Deadline(
            lambda c: c.entered_at + timedelta(days=c.policy.replacement_ship_days),
            "expire",
            "seller",
            opens=lambda c: c.entered_at,
        ),
        State.PARCEL_SENT: Deadline(
            lambda c: c.shipped_at + c.policy.max_delivery, "conclude", "buyer", opens=lambda c: c.shipped_at
        ),
        State.AWAITING_RECEIPT: Deadline(
            lambda c: c.entered_at + c.policy.max_delivery, "expire", "buyer", opens=lambda c: c.entered_at
        ),
        State.RECEIPT_SENT: Deadline(
            lambda c: c.entered_at + c.policy.seller_response,
            "expire",
            "seller",
            opens=lambda c: c.entered_at,
        ),
    }

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    @property
    def policy(self) -> Any:
        """The policy version of the order (P-01)."""
        return self.order.policy

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(
        field=state,
        source=State.REQUESTED,
        target=RETURN_VALUE(State.AWAITING_PARCEL, State.AWAITING_RECEIPT, State.DONE),
    )
    def accept(self) -> str:
        """The seller gives what was asked for."""
        if self.remedy == Remedy.REFUND:
            return State.DONE
        return State.AWAITING_RECEIPT if self.remedy == Remedy.REPAIR else State.AWAITING_PARCEL

    @transition(field=state, source=[State.REQUESTED, State.RECEIPT_SENT], target=State.REFUSED)
    def decline(self) -> None:
        """The seller says no, and why; nobody decides about it."""

    @transition(field=state, source=State.AWAITING_PARCEL, target=State.PARCEL_SENT)
    def ship(self) -> None:
        """The part, or the new one, was handed to a carrier."""

    @transition(field=state, source=State.PARCEL_SENT, target=State.DONE)
    def acknowledge(self) -> None:
        """The buyer has it."""

    @transition(field=state, source=State.PARCEL_SENT, target=State.DONE)
    def conclude(self) -> None:
        """The longest time for a delivery has passed, and the buyer said nothing."""

    @transition(field=state, source=State.AWAITING_RECEIPT, target=State.RECEIPT_SENT)
    def send_receipt(self) -> None:
        """It was repaired, and this is what it cost."""

    @transition(field=state, source=State.RECEIPT_SENT, target=State.DONE)
    def pay_receipt(self) -> None:
        """The seller paid the receipt from the balance."""

    @transition(field=state, source=list(OPEN), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The buyer gives the claim up."""

    @transition(
        field=state,
        source=[State.REQUESTED, State.AWAITING_PARCEL, State.AWAITING_RECEIPT, State.RECEIPT_SENT],
        target=State.EXPIRED,
    )
    def expire(self) -> None:
        """Whoever was waited for did nothing. No money moves by itself."""


class ClaimFile(models.Model):
    """A file that a side put to the claim."""

    claim = models.ForeignKey(WarrantyClaim, on_delete=models.PROTECT, related_name="files")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    is_receipt = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["claim", "evidence"], name="one_row_per_file_of_a_warranty_claim")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.evidence_id}"


class WarrantyEvent(CaseEvent):
    """The timeline of a claim."""

    claim = models.ForeignKey(WarrantyClaim, on_delete=models.PROTECT, related_name="events")
    CASE = "claim"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["claim", "id"], name="warranty_timeline")]

    def __str__(self) -> str:
        return f"{self.claim}: {self.verb}"
