"""A dispute: a buyer and a seller disagree about lines of one order. Its states, its deadlines, its transitions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, Deadline, Outcome
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.messaging.models import Thread
from marketplace.orders.models import Order

from .. import access
from ..reasons import REASONS, Reason
from .words import Payer, ReachedBy, Remedy, Result, State

if TYPE_CHECKING:
    from .claim import Claim


def _granted(dispute: Dispute) -> Outcome:
    """What silence of the seller brings: the claim as asked (for a return: once the return is made)."""
    return dispute.split(dispute.claim.amount)


def _nothing_back(dispute: Dispute) -> Outcome:
    return dispute.split(0)


def _terms(dispute: Dispute) -> Outcome:
    return dispute.split(dispute.settled_amount or 0)


def _is_unclaimed(dispute: Any) -> bool:
    return dispute.mediator_id is None


def _is_claimed(dispute: Any) -> bool:
    return dispute.mediator_id is not None


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

    @transition(field=state, source=State.MEDIATION, target=None, conditions=[_is_claimed])
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
