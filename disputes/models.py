"""A dispute: a buyer and a seller disagree about lines of one order."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline, Outcome
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.evidence.models import Evidence
from marketplace.messaging.models import Thread
from marketplace.orders.models import Order, OrderLine

from . import access
from .reasons import CHOICES, REASONS, Reason


class State(models.TextChoices):
    AWAITING_SELLER = "awaiting_seller", _("Waiting for the seller")
    NEGOTIATION = "negotiation", _("In negotiation")
    MEDIATION = "mediation", _("With a mediator")
    AWAITING_APPROVAL = "awaiting_approval", _("Decision being checked")
    AWAITING_RETURN = "awaiting_return", _("Waiting for the return")
    RETURN_IN_TRANSIT = "return_in_transit", _("Return on its way")
    RESOLVED = "resolved", _("Resolved")
    CANCELLED = "cancelled", _("Cancelled")


class Result(models.TextChoices):
    REFUNDED = "refunded", _("Full refund")
    PARTLY_REFUNDED = "partly_refunded", _("Partial refund")
    RETURNED_AND_REFUNDED = "returned_and_refunded", _("Return and refund")
    NO_REFUND = "no_refund", _("No refund")


class ReachedBy(models.TextChoices):
    AGREEMENT = "agreement", _("agreement")
    SELLER_SILENCE = "seller_silence", _("the seller's silence")
    BUYER_SILENCE = "buyer_silence", _("the buyer's silence")
    DECISION = "decision", _("a mediator's decision")


class Remedy(models.TextChoices):
    REFUND = "refund", _("Refund")
    RETURN_AND_REFUND = "return_and_refund", _("Return and refund")


class Payer(models.TextChoices):
    BUYER = "buyer", _("the buyer")
    SELLER = "seller", _("the seller")


def _granted(dispute: Dispute) -> Outcome:
    """What silence of the seller brings: the claim as asked (for a return: once the return is made)."""
    return dispute.split(dispute.claim.amount)


def _nothing_back(dispute: Dispute) -> Outcome:
    return dispute.split(0)


def _terms(dispute: Dispute) -> Outcome:
    return dispute.split(dispute.settled_amount or 0)


def _is_unclaimed(dispute: Any) -> bool:
    return dispute.mediator_id is None


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, actor: Actor) -> DisputeQuerySet:
        return self.filter(access.visible(actor))


class Dispute(Case):
    """One disagreement, from opening to the money."""

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
        null=True, blank=True, help_text="What the terms in force give the buyer"
    )
    return_shipping_paid_by = models.CharField(max_length=8, choices=Payer, blank=True)
    no_evidence_yet = models.BooleanField(default=False)
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases_held"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)

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
                condition=Q(state__in=["mediation", "awaiting_approval"]),
                name="dispute_queue",
            ),
        ]

    RULES = access.RULES
    ANY_TIME = frozenset({"send_message"})
    LOCK_FIRST: ClassVar[tuple[str, ...]] = ("order",)
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("claim",)
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.AWAITING_SELLER: Deadline(lambda d: d.answer_due_at, "grant_claim", "seller", _granted),
        State.NEGOTIATION: Deadline(lambda d: d.negotiation_ends_at, "escalate", "buyer and seller"),
        State.MEDIATION: Deadline(
            lambda d: d.entered_at + d.policy.mediation_target,
            None,
            "mediator",
            why="Nothing is decided by a clock in mediation (M-09); this is the target date.",
        ),
        State.AWAITING_APPROVAL: Deadline(
            lambda d: d.entered_at + d.policy.mediation_target,
            None,
            "mediator",
            why="A second mediator approves; no clock does (M-08, M-09).",
        ),
        State.AWAITING_RETURN: Deadline(
            lambda d: d.return_shipment.send_by, "expire_return", "buyer", _nothing_back
        ),
        State.RETURN_IN_TRANSIT: Deadline(
            lambda d: d.return_shipment.lost_at, "mediate_lost_return", "carrier"
        ),
        "return_delivered": Deadline(
            lambda d: d.return_shipment.check_by, "confirm_return_by_silence", "seller", _terms
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
        if self.state == State.AWAITING_SELLER and self.answer_due_at >= self.negotiation_ends_at:
            return State.NEGOTIATION  # at a tie the mediator wins (api.md section 6)
        if self.state == State.RETURN_IN_TRANSIT and self.return_shipment.delivered_at:
            return "return_delivered"
        return str(self.state)

    @property
    def answer_due_at(self) -> datetime:
        due: datetime = self.opened_at + self.policy.seller_response
        return due

    @property
    def negotiation_ends_at(self) -> datetime:
        ends: datetime = self.opened_at + self.policy.negotiation
        return ends

    @property
    def reason(self) -> Reason:
        return REASONS[self.claim.reason]

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def split(self, to_buyer: int) -> Outcome:
        """What the case holds, shared: so much to the buyer, the rest to the seller."""
        return Outcome(buyer=self.money(to_buyer), seller=self.money(self.held - to_buyer))

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(
        field=state,
        source=[State.AWAITING_SELLER, State.NEGOTIATION],
        target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN),
    )
    def accept_claim(self) -> str:
        """The seller agrees to what was asked."""
        return self._after_terms()

    @transition(
        field=state, source=State.AWAITING_SELLER, target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN)
    )
    def grant_claim(self) -> str:
        """The seller never answered (N-01)."""
        return self._after_terms()

    def _after_terms(self) -> str:
        return State.AWAITING_RETURN if self.claim.remedy == Remedy.RETURN_AND_REFUND else State.RESOLVED

    @transition(field=state, source=[State.AWAITING_SELLER, State.NEGOTIATION], target=State.NEGOTIATION)
    def refuse_claim(self) -> None:
        """The seller says no; both may still agree until a mediator takes over (N-02)."""

    @transition(field=state, source=[State.AWAITING_SELLER, State.NEGOTIATION], target=State.MEDIATION)
    def escalate(self) -> None:
        """No agreement in time: a mediator decides (N-02)."""

    @transition(
        field=state,
        source=[State.AWAITING_SELLER, State.NEGOTIATION, State.MEDIATION],
        target=State.CANCELLED,
    )
    def cancel(self) -> None:
        """The buyer gives up the claim (N-06)."""

    @transition(
        field=state,
        source=[State.AWAITING_SELLER, State.NEGOTIATION, State.MEDIATION],
        target=State.CANCELLED,
    )
    def staff_cancel(self) -> None:
        """Staff end it, with a reason (N-06)."""

    @transition(
        field=state,
        source=[
            State.AWAITING_SELLER,
            State.NEGOTIATION,
            State.MEDIATION,
            State.AWAITING_RETURN,
            State.RETURN_IN_TRANSIT,
        ],
        target=None,
    )
    def send_message(self) -> None:
        """The two sides write to each other."""

    @transition(
        field=state,
        source=[State.AWAITING_SELLER, State.NEGOTIATION, State.MEDIATION, State.RETURN_IN_TRANSIT],
        target=None,
    )
    def provide_evidence(self) -> None:
        """A side adds files."""

    @transition(field=state, source=State.AWAITING_RETURN, target=State.RETURN_IN_TRANSIT)
    def ship_return(self) -> None:
        """The buyer sent it back (T-01)."""

    @transition(field=state, source=State.RETURN_IN_TRANSIT, target=None)
    def record_return_tracking(self) -> None:
        """The carrier reported something of the return."""

    @transition(field=state, source=State.AWAITING_RETURN, target=State.RESOLVED)
    def expire_return(self) -> None:
        """Nothing was sent back in time (T-01)."""

    @transition(field=state, source=State.RETURN_IN_TRANSIT, target=State.RESOLVED)
    def acknowledge_return(self) -> None:
        """The seller has it back (T-03)."""

    @transition(field=state, source=State.RETURN_IN_TRANSIT, target=State.RESOLVED)
    def confirm_return_by_silence(self) -> None:
        """It was delivered and the seller said nothing (T-02)."""

    @transition(field=state, source=State.RETURN_IN_TRANSIT, target=State.MEDIATION)
    def contest_return(self) -> None:
        """The seller says that it did not come back as it should (T-02)."""

    @transition(field=state, source=State.RETURN_IN_TRANSIT, target=State.MEDIATION)
    def mediate_lost_return(self) -> None:
        """It has been on its way for too long."""

    @transition(field=state, source=State.MEDIATION, target=None, conditions=[_is_unclaimed])
    def assign(self) -> None:
        """A mediator takes the case (M-02)."""

    @transition(field=state, source=State.MEDIATION, target=None)
    def release(self) -> None:
        """The mediator gives it back to the queue."""

    @transition(
        field=state,
        source=State.MEDIATION,
        target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN, State.AWAITING_APPROVAL),
    )
    def adjudicate(self, *, needs_approval: bool, with_return: bool) -> str:
        """The mediator decides (M-06)."""
        if needs_approval:
            return State.AWAITING_APPROVAL
        return State.AWAITING_RETURN if with_return else State.RESOLVED

    @transition(
        field=state,
        source=State.AWAITING_APPROVAL,
        target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN),
    )
    def approve(self, *, with_return: bool) -> str:
        """A second mediator agrees with the decision (M-08)."""
        return State.AWAITING_RETURN if with_return else State.RESOLVED

    @transition(field=state, source=State.AWAITING_APPROVAL, target=State.MEDIATION)
    def reject_approval(self) -> None:
        """A second mediator does not agree; the case goes back."""


class DisputeLine(models.Model):
    """What the dispute is about: so many pieces of that line. One open dispute a line (D-08), held by the database."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="dispute_lines")
    quantity = models.PositiveIntegerField()
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(is_open=True), name="one_open_dispute_per_line"
            ),
            models.UniqueConstraint(fields=["dispute", "order_line"], name="one_row_per_dispute_and_line"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="disputed_quantity_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line}"


class Claim(models.Model):
    """What the buyer asks, one row a revision; the newest is `dispute.claim`."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="claims")
    revision = models.PositiveIntegerField(default=1)
    received = models.BooleanField()
    reason = models.CharField(max_length=40, choices=CHOICES)
    remedy = models.CharField(max_length=20, choices=Remedy)
    amount = models.BigIntegerField()
    ceiling = models.BigIntegerField(help_text="What could be refunded at most (D-06)")
    description = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["dispute", "revision"], name="one_row_per_claim_revision"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=models.F("ceiling")), name="claim_within_ceiling"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} r{self.revision}"


class DisputeEvidence(models.Model):
    """A file that a side put before the other and the mediator."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="exhibits")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="exhibits")
    role = models.CharField(max_length=20)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["dispute", "evidence"], name="one_row_per_exhibit")]

    def __str__(self) -> str:
        return f"{self.evidence} in {self.dispute}"


class Decision(models.Model):
    """What a mediator decided, and why (M-07). Never changed; a new one supersedes it. It keeps the amount that was shown."""

    public_id = PublicIdField(prefix="dec")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decisions")
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=24, choices=Result)
    amount = models.BigIntegerField()
    return_shipping_paid_by = models.CharField(max_length=8, choices=Payer, blank=True)
    reason_code = models.CharField(max_length=40)
    facts = models.TextField()
    evidence_cited = models.JSONField(default=list)
    note_to_parties = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.public_id


class Approval(models.Model):
    """A second mediator's answer to a decision: a row of its own, so that the decision is never edited (M-08)."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="approval")
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision}: {'approved' if self.approved else 'sent back'}"


class ReturnShipment(models.Model):
    """The goods on their way back (section 5)."""

    class Status(models.TextChoices):
        AWAITING_SHIPMENT = "awaiting_shipment", _("Waiting to be sent")
        IN_TRANSIT = "in_transit", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        CONFIRMED = "confirmed", _("Confirmed by the seller")
        CONTESTED = "contested", _("Contested by the seller")
        EXPIRED = "expired", _("Not sent in time")

    public_id = PublicIdField(prefix="ret")
    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="return_shipment")
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_SHIPMENT)
    agreed_at = models.DateTimeField()
    send_by = models.DateTimeField()
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True, help_text="In transit at most until then")
    delivered_at = models.DateTimeField(null=True, blank=True)
    check_by = models.DateTimeField(null=True, blank=True)
    contest_code = models.CharField(max_length=24, blank=True)
    contest_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.public_id


class Draft(models.Model):
    """A half-filled claim, kept on every device until the window closes (D-10)."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="dispute_draft")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft on {self.order}"


class DisputeEvent(CaseEvent):
    """The timeline of a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="events")
    CASE = "dispute"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["dispute", "id"], name="dispute_timeline")]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.verb}"
