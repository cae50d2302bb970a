"""Standing (section 10): kept figures of buyers and stores, the marketplace's own line, and flags for review.

A flag is a case: it says that somebody should look, with the figures of that moment, and changes nothing by itself (B-03).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline
from marketplace.core.ids import PublicIdField
from marketplace.core.policy import ProtectionPolicy

from . import access
from .measures import FEW

#: the windows that the rulebook names, in days (B-01); the policy adds those of its flag
WINDOWS = (30, 90, 365)


class Figures(models.Model):
    """What one person or store did in the last `days` days, by when a dispute was opened and an order was paid.

    `won`, `partly` and `lost` are of disputes that the two sides or a mediator ended. What a clock, a bank or staff ended is
    in `disputes`, and in no result (B-06); so is what a mediator decided and an appeal overturned. `decided`: those that a
    mediator decided.
    """

    days = models.PositiveSmallIntegerField()
    orders = models.PositiveIntegerField(default=0)
    disputes = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField(default=0)
    won = models.PositiveIntegerField(default=0)
    partly = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    fraud = models.PositiveIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)
    against = models.PositiveIntegerField(default=0, help_text="Of the decided ones, those decided against")
    counterparties = models.PositiveIntegerField(
        default=0, help_text="How many others the disputes were with"
    )
    sums = models.JSONField(
        default=dict, help_text='Minor units by currency: {"USD": {"paid": …, "asked": …, "back": …}}'
    )
    rate = models.FloatField(default=0, help_text="Disputes an order, 0 to 1")
    low = models.FloatField(default=0, help_text="The lower end of the rate's 95 % range")
    high = models.FloatField(default=1, help_text="Its upper end")
    counted_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def small_numbers(self) -> bool:
        """Too few decided cases to say much (B-06)."""
        return self.decided < FEW


class BuyerFigures(Figures):
    """A buyer's figures over one window (B-01)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="figures")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "days"], name="one_row_per_buyer_and_window")]
        indexes = [models.Index(F("days"), F("low").desc(), F("id"), name="buyers_by_rate")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.days} days"


class StoreFigures(Figures):
    """A store's figures over one window (B-05): `won` and `lost` are the store's."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="figures")
    silent = models.PositiveIntegerField(default=0, help_text="Disputes that it never answered")
    false_tracking = models.PositiveIntegerField(default=0, help_text="Parcels whose tracking is doubtful")
    off_platform = models.PositiveIntegerField(
        default=0, help_text="Messages that offer money outside the site"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "days"], name="one_row_per_store_and_window")]
        indexes = [models.Index(F("days"), F("low").desc(), F("id"), name="stores_by_rate")]

    def __str__(self) -> str:
        return f"{self.store_id}, {self.days} days"


class Peers(models.Model):
    """The marketplace's own distribution of rates over one window, of buyers with enough orders in it."""

    days = models.PositiveSmallIntegerField(unique=True)
    population = models.PositiveIntegerField()
    median = models.FloatField(null=True)
    p95 = models.FloatField(null=True)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.days} days: {self.population} buyers"


class Ground(models.TextChoices):
    """Why a flag is raised (B-02)."""

    MANY = "many_disputes", _("Many disputes in a short time")
    RATE = "high_rate", _("More disputes than other buyers")
    FRAUD = "fraud", _("A dispute that was not true")
    INSULTS = "insults", _("Insulting messages")


class State(models.TextChoices):
    RAISED = "raised", _("To be looked at")
    AWAITING_APPROVAL = "awaiting_approval", _("Waits for a second person")
    DISMISSED = "dismissed", _("Nothing follows")
    WARNED = "warned", _("Warned")
    LIMITED = "limited", _("Limited")
    SUSPENDED = "suspended", _("Closed")


OPEN = (State.RAISED, State.AWAITING_APPROVAL)


class Outcome(models.TextChoices):
    """What a review can come to."""

    DISMISS = "dismiss", _("Nothing follows")
    WARN = "warn", _("Warn")
    LIMIT = "limit", _("No new disputes for a time")
    SUSPEND = "suspend", _("Close the account")


LEADS_TO = {
    Outcome.DISMISS: State.DISMISSED,
    Outcome.WARN: State.WARNED,
    Outcome.LIMIT: State.LIMITED,
    Outcome.SUSPEND: State.AWAITING_APPROVAL,
}


class FlagQuerySet(models.QuerySet["Flag"]):
    def visible_to(self, actor: Actor) -> FlagQuerySet:
        return self.filter(access.visible(actor))


class Flag(Case):
    """Somebody should look at this person's standing. `facts`: the figures of the moment when it was raised."""

    public_id = PublicIdField(prefix="flg")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="standing_flags"
    )
    ground = models.CharField(max_length=16, choices=Ground)
    policy = models.ForeignKey(ProtectionPolicy, on_delete=models.PROTECT, related_name="+")
    state = FSMField(default=State.RAISED, choices=State.choices, protected=True)
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    statement = models.TextField(blank=True, help_text="What the person says to it")
    stated_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    reasons = models.TextField(blank=True, help_text="The statement of reasons, as the person reads it")
    until = models.DateTimeField(null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ("-raised_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ground"],
                condition=Q(state__in=OPEN),
                name="one_open_flag_per_person_and_ground",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("user")), name="nobody_reviews_their_own_flag"
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("user")) & ~Q(approver=F("reviewer")),
                name="a_second_person_approves_a_suspension",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SUSPENDED) | Q(approver__isnull=False), name="nobody_suspends_alone"
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["user", "-raised_at", "-id"], name="flags_by_person"),
            models.Index(fields=["-raised_at", "-id"], name="flags_newest"),
            models.Index(fields=["user"], condition=Q(state__in=OPEN), name="flags_open"),
        ]

    RULES = access.RULES
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("user", "policy")
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.RAISED: Deadline(
            lambda f: f.raised_at + timedelta(days=f.policy.report_answer_days),
            None,
            "moderator",
            why="A flag changes nothing; staff decide, no clock does (B-03). This is the target date.",
        ),
        State.AWAITING_APPROVAL: Deadline(
            lambda f: f.raised_at + timedelta(days=f.policy.report_answer_days),
            None,
            "moderator",
            why="A second person approves a suspension; no clock does.",
        ),
    }

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.RAISED, target=RETURN_VALUE(*LEADS_TO.values()))
    def review(self, *, outcome: str) -> str:
        """Staff have looked: nothing follows, a warning, a limit; a suspension waits for a second person."""
        return LEADS_TO[Outcome(outcome)]

    @transition(field=state, source=State.AWAITING_APPROVAL, target=State.SUSPENDED)
    def approve(self) -> None:
        """A second person agrees that the account is closed."""

    @transition(field=state, source=State.AWAITING_APPROVAL, target=State.RAISED)
    def reject_approval(self) -> None:
        """A second person does not agree: it is looked at again, and nothing has happened."""

    @transition(
        field=state, source=[each.value for each in State if each != State.DISMISSED], target=State.DISMISSED
    )
    def overturn(self) -> None:
        """What it was raised for, or what its review came to, was found to be wrong: nothing follows."""

    @transition(field=state, source=list(OPEN), target=None)
    def add_statement(self) -> None:
        """The person asks us to look again, in their own words."""


class FlagEvent(CaseEvent):
    """The timeline of a flag."""

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="events")
    CASE = "flag"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["flag", "id"], name="flag_timeline")]

    def __str__(self) -> str:
        return f"{self.flag}: {self.verb}"
