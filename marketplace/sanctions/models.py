"""A sanction: what was taken from a listing, a store or a person, by which rule, why, and until when (C-07, C-11).

It is the statement and the timeline. What it brings about is met in lower rooms, as rows that carry the sanction's public
id as their cause (effects.py): so one sanction ends without touching what others brought. A strike is only counted, and a
warning only read; both have no such row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from marketplace.accounts.models import Restriction, Store, StoreMeasure
from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline
from marketplace.core.ids import PublicIdField
from marketplace.orders.models import Listing, ListingMeasure

from . import access


class State(models.TextChoices):
    IN_FORCE = "in_force", _("In force")
    TAKEN_BACK = "taken_back", _("Taken back")
    EXPIRED = "expired", _("Over")


class Kind(models.TextChoices):
    """What is taken. Those with an effect have the words of the row that it is met by."""

    REMOVED = ListingMeasure.Kind.REMOVED.value, _("Listing removed")
    DEMOTED = ListingMeasure.Kind.DEMOTED.value, _("Listing shown lower in search")
    STRIKE = "strike", _("Strike")
    ORDERS_HELD = StoreMeasure.Kind.ORDERS_HELD.value, _("Orders on hold")
    SUSPENDED = StoreMeasure.Kind.SUSPENDED.value, _("Shop suspended")
    WARNING = "warning", _("Warning")
    NO_DISPUTES = Restriction.Kind.NO_DISPUTES.value, _("No new disputes")
    NO_REPORTS = Restriction.Kind.NO_REPORTS.value, _("No new reports")
    NO_ORDERS = Restriction.Kind.NO_ORDERS.value, _("No new orders")
    BLOCK = Restriction.Kind.BLOCK.value, _("Account blocked")


#: what a sanction of each target may be
KINDS: dict[str, tuple[Kind, ...]] = {
    "listing": (Kind.REMOVED, Kind.DEMOTED),
    "store": (Kind.STRIKE, Kind.ORDERS_HELD, Kind.SUSPENDED),
    "user": (Kind.WARNING, Kind.NO_DISPUTES, Kind.NO_REPORTS, Kind.NO_ORDERS, Kind.BLOCK),
}


def _one_target() -> Q:
    """Exactly one target, and a kind that fits it."""
    fits = Q()
    for target, kinds in KINDS.items():
        others = {f"{other}__isnull": True for other in KINDS if other != target}
        fits |= Q(**{f"{target}__isnull": False, **others, "kind__in": kinds})
    return fits


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def visible_to(self, actor: Actor) -> SanctionQuerySet:
        return self.filter(access.visible(actor))

    def burdening(self, actor: Actor) -> SanctionQuerySet:
        return self.filter(access.burdening(actor))

    def in_force(self, at: datetime) -> SanctionQuerySet:
        """By the clock on the wall: one whose end has passed is over, however late the worker is (Z-03)."""
        return self.filter(state=State.IN_FORCE, starts_at__lte=at).filter(
            Q(ends_at=None) | Q(ends_at__gt=at)
        )


class Sanction(Case):
    """One sanction against one target for one cause. Its statement never changes; the database holds that."""

    public_id = PublicIdField(prefix="snc")
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.PROTECT, related_name="sanctions"
    )
    store = models.ForeignKey(
        Store, null=True, blank=True, on_delete=models.PROTECT, related_name="sanctions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="sanctions"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    state = FSMField(default=State.IN_FORCE, choices=State.choices, protected=True)
    cause = models.CharField(
        max_length=60, help_text="Public id of what decided it; its own where it was imposed by hand"
    )
    rule = models.CharField(max_length=200, help_text="The rule relied on, in words")
    statement = models.TextField(help_text="Why, as whom it burdens reads it")
    points = models.PositiveSmallIntegerField(default=0, help_text="Of a strike")
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True, help_text="Why it was taken back")

    objects = SanctionQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=_one_target(), name="sanction_one_target_that_fits"),
            models.CheckConstraint(
                condition=Q(kind="strike", points__gte=1, ends_at__isnull=False)
                | (~Q(kind="strike") & Q(points=0)),
                name="sanction_points_are_of_strikes",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="sanction_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state="in_force", ended_at=None)
                | (~Q(state="in_force") & Q(ended_at__isnull=False)),
                name="sanction_ended_has_its_moment",
            ),
            models.UniqueConstraint(
                fields=["cause", "kind", "listing", "store", "user"],
                nulls_distinct=False,
                name="one_sanction_per_cause",
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["-starts_at", "-id"], name="sanction_newest"),
        ]

    RULES = access.RULES
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("listing", "store", "user")
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.IN_FORCE: Deadline(lambda sanction: sanction.ends_at, "expire", "time"),
    }

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    @property
    def is_by_hand(self) -> bool:
        """Did a moderator impose it by hand, with no decision of a case behind it?"""
        return self.cause == self.public_id

    @property
    def target(self) -> Any:
        return self.listing or self.store or self.user

    @property
    def target_kind(self) -> str:
        """listing, store or user."""
        return next(name for name in KINDS if getattr(self, f"{name}_id") is not None)

    @property
    def target_name(self) -> str:
        """The name that people know the target by."""
        return self.user.shown_name if self.user else str(self.target)

    @property
    def burdened_store_id(self) -> int | None:
        """The store whose people it burdens; None where it burdens one person."""
        return self.listing.store_id if self.listing else self.store_id

    def is_in_force(self, at: datetime) -> bool:
        return self.state == State.IN_FORCE and (self.ends_at is None or at < self.ends_at)

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.IN_FORCE, target=State.TAKEN_BACK)
    def take_back(self) -> None:
        """It should not have been imposed: all that it brought ends, and nothing else."""

    @transition(field=state, source=[State.IN_FORCE, State.EXPIRED], target=State.TAKEN_BACK)
    def overturn(self) -> None:
        """It, or what it came from, was found to be wrong: all that it brought ends. One that is over is told to be wrong."""

    @transition(field=state, source=State.IN_FORCE, target=State.EXPIRED)
    def expire(self) -> None:
        """Its time has passed."""


class SanctionEvent(CaseEvent):
    """The timeline of a sanction."""

    sanction = models.ForeignKey(Sanction, on_delete=models.PROTECT, related_name="events")
    CASE = "sanction"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["sanction", "id"], name="sanction_timeline")]

    def __str__(self) -> str:
        return f"{self.sanction}: {self.verb}"
