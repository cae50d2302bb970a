"""Compensation of a buyer for a wrong decision (A-03, A-04): offered, chosen in pieces, spent on an order or expired.

Both are cases with a clock of their own. Amounts are whole minor units. What was offered and is not spent yet is a debt of
the platform: it stands in the ledger, one account for each offer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.windows import longer
from marketplace.core.workdays import add_working_days
from marketplace.payments.models import Escrow

from . import access


class VisibleQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> VisibleQuerySet:
        return self.filter(access.visible(actor))


class OwnCase(Case):
    """What both kinds have in common: somebody's own, of a sum."""

    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    user_id: Any

    class Meta:
        abstract = True

    def role_of(self, by: Actor) -> str:
        return "buyer" if access.owner(by, self) else super().role_of(by)

    @property
    def money(self) -> Money:
        return self.worth(self.amount)

    def worth(self, minor: int) -> Money:
        return Money(minor, self.currency)


class CouponOffer(OwnCase):
    """A sum that somebody gets in coupons, and chooses how: one of the whole, or several pieces (A-04)."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Choose your coupons")
        ISSUED = "issued", _("Chosen")

    public_id = PublicIdField(prefix="cof")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coupon_offers")
    policy = models.ForeignKey(ProtectionPolicy, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(
        max_length=120,
        unique=True,
        help_text="What decided it, for example appeal:apl_…; offered once for it",
    )
    state = FSMField(default=State.OFFERED, choices=State.choices, protected=True)
    offered_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of coupons")
        verbose_name_plural = _("offers of coupons")
        ordering = ("-offered_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="coupon_offer_above_zero"),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["user", "-offered_at", "-id"], name="coupon_offer_by_user"),
        ]

    RULES = access.OFFER_RULES
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.OFFERED: Deadline(
            lambda offer: offer.choice_ends_at, "issue_whole", "buyer", opens=lambda offer: offer.offered_at
        )
    }

    def __str__(self) -> str:
        return self.public_id

    @property
    def choice_ends_at(self) -> datetime:
        """The end of the time to choose, without outages: the policy's working days after it was offered."""
        policy = self.policy
        return add_working_days(self.offered_at, policy.coupon_issue_working_days, policy.calendar)

    @property
    def source(self) -> str:
        """The public id of the case that gave it."""
        return self.cause.split(":")[1] if ":" in self.cause else ""

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.OFFERED, target=State.ISSUED)
    def choose_pieces(self) -> None:
        """The person chose the pieces."""

    @transition(field=state, source=State.OFFERED, target=State.ISSUED)
    def issue_whole(self) -> None:
        """Nobody chose in time: it is one coupon of the whole sum."""


class Coupon(OwnCase):
    """One coupon: spent once and whole, or expired. `spent`: how much of it the order took; the rest is lost."""

    class State(models.TextChoices):
        ISSUED = "issued", _("You can use it")
        SPENT = "spent", _("Used")
        EXPIRED = "expired", _("Expired")

    public_id = PublicIdField(prefix="cpn")
    offer = models.ForeignKey(CouponOffer, on_delete=models.PROTECT, related_name="coupons")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coupons")
    state = FSMField(default=State.ISSUED, choices=State.choices, protected=True)
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    escrow = models.ForeignKey(
        Escrow, null=True, blank=True, on_delete=models.PROTECT, related_name="coupons_spent"
    )
    spent = models.BigIntegerField(default=0)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ("-issued_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="coupon_above_zero"),
            models.CheckConstraint(
                condition=Q(state="spent", escrow__isnull=False, spent__gt=0, spent__lte=F("amount"))
                | (~Q(state="spent") & Q(escrow=None, spent=0)),
                name="coupon_spent_on_an_order_up_to_its_worth",
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["user", "-issued_at", "-id"], name="coupon_by_user"),
        ]

    RULES = access.COUPON_RULES
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("offer__policy",)
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.ISSUED: Deadline(
            lambda coupon: coupon.valid_until, "expire", "buyer", opens=lambda coupon: coupon.issued_at
        )
    }

    def __str__(self) -> str:
        return self.public_id

    @property
    def valid_until(self) -> datetime:
        """The end of its time, without outages: the policy's days after it was issued."""
        return self.issued_at + timedelta(days=self.offer.policy.coupon_valid_days)

    @property
    def use_before(self) -> datetime:
        """That end, as it is after outages."""
        return longer(self.issued_at, self.valid_until, self.outages)

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.ISSUED, target=State.SPENT)
    def spend(self) -> None:
        """A part of an order was paid with it."""

    @transition(field=state, source=State.ISSUED, target=State.EXPIRED)
    def expire(self) -> None:
        """Its time has ended, and it was not used."""


class CouponOfferEvent(CaseEvent):
    """The timeline of an offer."""

    offer = models.ForeignKey(CouponOffer, on_delete=models.PROTECT, related_name="events")
    CASE = "offer"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["offer", "id"], name="coupon_offer_timeline")]

    def __str__(self) -> str:
        return f"{self.offer}: {self.verb}"


class CouponEvent(CaseEvent):
    """The timeline of a coupon."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="events")
    CASE = "coupon"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["coupon", "id"], name="coupon_timeline")]

    def __str__(self) -> str:
        return f"{self.coupon}: {self.verb}"
