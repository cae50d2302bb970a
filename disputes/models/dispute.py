"""A dispute: a buyer and a seller disagree about lines of one order. Its columns, its phases and their deadlines.

Its transitions stand beside it, one module a storey: negotiating.py, returning.py, mediating.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, Deadline, Outcome
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.messaging.models import Thread
from marketplace.orders.models import Order

from .. import access
from ..reasons import REASONS, Reason
from .mediating import Mediating
from .negotiating import Negotiating
from .returning import Returning
from .words import WITH_STAFF, Payer, ReachedBy, Remedy, Result, State

if TYPE_CHECKING:
    from .claim import Claim


def _granted(dispute: Dispute) -> Outcome:
    """What silence of the seller brings: the claim as asked (for a return: once the return is made)."""
    return dispute.split(dispute.claim.amount)


def _nothing_back(dispute: Dispute) -> Outcome:
    return dispute.split(0)


def _terms(dispute: Dispute) -> Outcome:
    return dispute.split(dispute.settled_amount or 0)


def _once_it_is_back(dispute: Dispute) -> Outcome | None:
    """The refund, once the goods are back; None where an identical product is sent instead (T-03)."""
    return None if dispute.settled_remedy == Remedy.REPLACEMENT else _terms(dispute)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, actor: Actor) -> DisputeQuerySet:
        return self.filter(access.visible(actor))


#: phases that are no states: what one state waits for at different times
GIVING_UP = "giving_up"
RETURN_DELIVERED = "return_delivered"
REPLACEMENT_SENT = "replacement_sent"
REPLACEMENT_DELIVERED = "replacement_delivered"


class Dispute(Negotiating, Returning, Mediating, Case):
    """One disagreement, from opening to the money."""

    class Condition(models.TextChoices):
        """What a buyer waits for before giving the claim up (N-09)."""

        MONEY = "money", _("when the money has come")
        PARCEL = "parcel", _("when the parcel has come")

    public_id = PublicIdField(prefix="dsp")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="disputes")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="disputes")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="disputes")
    integrator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="dispute")
    # never empty outside the transaction that opens the dispute: the claim needs its dispute's row first
    claim: models.ForeignKey[Claim, Claim] = models.ForeignKey(  # type: ignore[misc]
        "Claim", null=True, on_delete=models.PROTECT, related_name="+"
    )

    state = FSMField(default=State.AWAITING_SELLER, choices=State.choices, protected=True)
    outcome = models.CharField(max_length=24, choices=Result, blank=True)
    reached_by = models.CharField(max_length=16, choices=ReachedBy, blank=True)
    currency = models.CharField(max_length=3)
    held = models.BigIntegerField(help_text="What the order holds back for this dispute")
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True, help_text="The seller's first answer")
    escalated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    settled_amount = models.BigIntegerField(
        null=True, blank=True, help_text="What the terms in force, or those proposed by us, give the buyer"
    )
    settled_remedy = models.CharField(max_length=20, choices=Remedy, blank=True)
    return_shipping_paid_by = models.CharField(max_length=8, choices=Payer, blank=True)
    no_evidence_yet = models.BooleanField(default=False)
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases_held"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    requests_due_at = models.DateTimeField(
        null=True, blank=True, help_text="Until when the mediator's open requests can be answered (M-03)"
    )
    cancel_condition = models.CharField(
        max_length=8, choices=Condition, blank=True, help_text="Once in a dispute; kept after it (N-09)"
    )
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    cancel_by = models.DateTimeField(null=True, blank=True, help_text="While it waits for the condition")
    paused_for = models.DurationField(
        default=timedelta, help_text="Time spent waiting for the condition; the other deadlines move by it"
    )

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(held__gt=0), name="dispute_is_about_money"),
            models.CheckConstraint(
                condition=Q(settled_amount=None)
                | Q(settled_amount__gte=0, settled_amount__lte=models.F("held")),
                name="settled_within_held",
            ),
            models.CheckConstraint(
                condition=Q(mediator=None) | ~Q(mediator=models.F("buyer")), name="mediator_is_not_the_buyer"
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["buyer", "-opened_at", "-id"], name="dispute_by_buyer"),
            models.Index(fields=["store", "-opened_at", "-id"], name="dispute_by_store"),
            models.Index(fields=["-opened_at", "-id"], name="dispute_newest"),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=WITH_STAFF),
                name="dispute_queue",
            ),
        ]

    RULES = access.RULES
    ANY_TIME = frozenset({"send_message"})
    LOCK_FIRST: ClassVar[tuple[str, ...]] = ("order",)
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("claim",)
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.AWAITING_SELLER: Deadline(
            lambda d: d.answer_due_at, "grant_claim", "seller", _granted, opens=lambda d: d.opened_at
        ),
        State.NEGOTIATION: Deadline(
            lambda d: d.negotiation_ends_at, "escalate", "buyer and seller", opens=lambda d: d.opened_at
        ),
        GIVING_UP: Deadline(lambda d: d.cancel_by, "resume", "buyer", opens=lambda d: d.cancel_asked_at),
        State.MEDIATION: Deadline(
            lambda d: d.escalated_at + d.policy.mediation_target,
            None,
            "mediator",
            why="Nothing is decided by a clock in mediation (M-09); this is the target date.",
        ),
        State.AWAITING_EVIDENCE: Deadline(
            lambda d: d.requests_due_at,
            "close_evidence_requests",
            "buyer and seller",
            opens=lambda d: d.entered_at,
        ),
        State.AWAITING_CHOICE: Deadline(
            lambda d: d.entered_at + d.policy.choice,
            "hold_proposal",
            "buyer",
            _terms,
            opens=lambda d: d.entered_at,
        ),
        State.AWAITING_APPROVAL: Deadline(
            lambda d: d.escalated_at + d.policy.mediation_target,
            None,
            "mediator",
            why="A second mediator approves; no clock does (M-08, M-09).",
        ),
        State.AWAITING_RETURN: Deadline(
            lambda d: d.return_shipment.send_by,
            "expire_return",
            "buyer",
            _nothing_back,
            opens=lambda d: d.entered_at,
        ),
        State.RETURN_IN_TRANSIT: Deadline(
            lambda d: d.return_shipment.lost_at, "mediate_lost_return", "carrier"
        ),
        RETURN_DELIVERED: Deadline(
            lambda d: d.return_shipment.check_by,
            "confirm_return_by_silence",
            "seller",
            _once_it_is_back,
            opens=lambda d: d.return_shipment.delivered_at,
        ),
        State.AWAITING_REPLACEMENT: Deadline(
            lambda d: d.replacement.send_by,
            "refund_missing_replacement",
            "seller",
            _terms,
            opens=lambda d: d.entered_at,
        ),
        REPLACEMENT_SENT: Deadline(lambda d: d.replacement.lost_at, "mediate_lost_replacement", "carrier"),
        REPLACEMENT_DELIVERED: Deadline(
            lambda d: d.replacement.acknowledge_by,
            "confirm_replacement_by_silence",
            "buyer",
            _nothing_back,
            opens=lambda d: d.replacement.delivered_at,
        ),
    }

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    @property
    def policy(self) -> Any:
        """The policy version of the order: a later one never reaches back (P-01)."""
        return self.order.policy

    @property
    def phase(self) -> str:
        if self.cancel_by is not None:
            return GIVING_UP
        if self.state == State.AWAITING_SELLER and self.answer_due_at >= self.negotiation_ends_at:
            return State.NEGOTIATION  # at a tie the mediator wins (api.md section 6)
        if self.state == State.RETURN_IN_TRANSIT and self.return_shipment.delivered_at:
            return RETURN_DELIVERED
        if self.state == State.AWAITING_REPLACEMENT:
            return self._replacement_phase()
        return str(self.state)

    def _replacement_phase(self) -> str:
        if self.replacement.delivered_at:
            return REPLACEMENT_DELIVERED
        return REPLACEMENT_SENT if self.replacement.shipped_at else str(self.state)

    @property
    def answer_due_at(self) -> datetime:
        """The end of the seller's time to answer; after an edit at least so many hours more (N-01, N-05)."""
        due: datetime = self.opened_at + self.policy.seller_response + self.paused_for
        if self.claim.revision > 1:
            due = max(due, self.claim.made_at + self.policy.edit_answer)
        return due

    @property
    def negotiation_ends_at(self) -> datetime:
        ends: datetime = self.opened_at + self.policy.negotiation + self.paused_for
        return ends

    @property
    def reason(self) -> Reason:
        return REASONS[self.claim.reason]

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def split(self, to_buyer: int) -> Outcome:
        """What the case holds, shared: so much to the buyer, the rest to the seller."""
        return Outcome(buyer=self.money(to_buyer), seller=self.money(self.held - to_buyer))
