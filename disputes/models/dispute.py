"""A dispute: a buyer and a seller disagree about lines of one order. Its columns, and its phases.

Beside it: the deadlines of the phases (deadlines.py) and the transitions, one module a storey (negotiating.py, returning.py,
mediating.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Outcome
from marketplace.core.errors import WrongState
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.core.windows import AT_LEAST
from marketplace.messaging.models import Thread
from marketplace.orders.models import Order
from marketplace.payments.freezing import MoneyCase

from .. import access
from ..reasons import REASONS, Reason
from .asked import Asked
from .deadlines import (
    BUYER_ASKED,
    DEADLINES,
    GIVING_UP,
    REPLACEMENT_DELIVERED,
    REPLACEMENT_SENT,
    RETURN_ADDRESS,
    RETURN_DELIVERED,
    SELLER_ASKED,
)
from .mediating import Mediating
from .negotiating import Negotiating
from .returning import Returning
from .waiting import Waiting
from .words import WITH_STAFF, Payer, ReachedBy, Remedy, Result, State

if TYPE_CHECKING:
    from .claim import Claim


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, actor: Actor) -> DisputeQuerySet:
        return self.filter(access.visible(actor))


_NO_TIME = timedelta()


class Dispute(Negotiating, Returning, Mediating, Asked, Waiting, MoneyCase):
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
    from_bank = models.BigIntegerField(
        default=0, help_text="What of it the buyer has from the bank, by a chargeback (X-06)"
    )
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
            *MoneyCase.Meta.indexes,
            models.Index(fields=["buyer", "-opened_at", "-id"], name="dispute_by_buyer"),
            models.Index(fields=["store", "-opened_at", "-id"], name="dispute_by_store"),
            models.Index(fields=["-opened_at", "-id"], name="dispute_newest"),
            models.Index(
                models.F("overdue").desc(),
                "queue_at",
                "id",
                condition=Q(state__in=WITH_STAFF),
                name="dispute_queue",
            ),
        ]

    RULES = access.RULES
    ANY_TIME = frozenset({"send_message"})
    MOVES_MONEY = frozenset(
        {
            "accept_by_rule",
            "accept_claim",
            "accept_offer",
            "acknowledge_replacement",
            "acknowledge_return",
            "adjudicate",
            "approve",
            "choose_proposal",
            "edit_claim",
        }
    )
    NEVER_FROZEN = frozenset(
        {
            "close_evidence_requests",
            "escalate",
            "mediate_lost_replacement",
            "mediate_lost_return",
            "resume",
        }
    )
    AFTER_FREEZE = AT_LEAST
    #: what can be done while the buyer waits for the condition: give up, go on, agree, write, show; all else rests (N-09)
    WHILE_GIVING_UP = frozenset(
        {
            "cancel",
            "resume",
            "accept_claim",
            "accept_offer",
            "staff_cancel",
            "send_message",
            "provide_evidence",
            "assign",
            "release",
        }
    )
    LOCK_FIRST: ClassVar[tuple[str, ...]] = ("order",)
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("claim",)
    BATCH_WITH: ClassVar[tuple[str, ...]] = ("lines", "return_shipment")
    DEADLINES = DEADLINES

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    @property
    def policy(self) -> Any:
        """The policy version of the order: a later one never reaches back (P-01)."""
        return self.order.policy

    def allow(self, verb: str, by: Actor) -> None:
        """As every case; besides, all but a few verbs rest while the buyer waits for the condition (N-09)."""
        super().allow(verb, by)
        if self.rests and verb not in self.WHILE_GIVING_UP:
            raise WrongState(
                _t("The buyer waits for the money or the parcel. Until then this dispute rests.")
            )

    def why_not(self, verb: str, by: Actor) -> str:
        """As every case; a mediator who is tied to one of the two sides is told so (M-02)."""
        if by.is_mediator and not access.party(by, self) and access.tied(by, self):
            return access.tied_words()
        return super().why_not(verb, by)

    def verbs_for(self, by: Actor, *, now: datetime | None = None) -> list[str]:
        verbs = super().verbs_for(by, now=now)
        if "accept_offer" in verbs and not self._has_offer_for(by):
            verbs = [verb for verb in verbs if verb not in ("accept_offer", "deny_offer")]
        return [verb for verb in verbs if not self.rests or verb in self.WHILE_GIVING_UP]

    def _has_offer_for(self, by: Actor) -> bool:
        """Is there an open offer of the other side? Lists read offers along (`prefetch_related("offers")`)."""
        own = self.role_of(by)
        return any(offer.status == "open" and offer.by != own for offer in self.offers.all())

    @property
    def rests(self) -> bool:
        """Has the buyer given it up on a condition that has not come true yet (N-09)?"""
        return self.cancel_by is not None and self.state not in (State.RESOLVED, State.CANCELLED)

    @property
    def phase(self) -> str:
        if self.rests:
            return GIVING_UP
        if self.state == State.AWAITING_SELLER and self.answer_due_at >= self.negotiation_ends_at:
            return State.NEGOTIATION  # at a tie the mediator wins (api.md section 6)
        if self.state == State.AWAITING_EVIDENCE and self.asked_side:
            return BUYER_ASKED if self.asked_side == Payer.BUYER else SELLER_ASKED
        if self.state == State.AWAITING_RETURN and self.return_shipment.send_by is None:
            return RETURN_ADDRESS
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
            waited = (
                self.paused_for
                if self.cancel_asked_at and self.claim.made_at <= self.cancel_asked_at
                else _NO_TIME
            )
            due = max(due, self.claim.made_at + self.policy.edit_answer + waited)
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
        """What the case holds, shared: so much to the buyer, the rest to the seller. What the buyer's bank has given
        cannot be taken back, whatever is agreed or decided."""
        to_buyer = max(to_buyer, self.from_bank)
        return Outcome(buyer=self.money(to_buyer), seller=self.money(self.held - to_buyer))

    @transition(
        field=state,
        source=[each for each in State if each not in (State.RESOLVED, State.CANCELLED)],
        target=State.RESOLVED,
    )
    def end_by_bank(self) -> None:
        """The buyer's bank has paid all that this was about: there is nothing left to decide (X-06)."""
