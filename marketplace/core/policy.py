"""The protection policy: every number of the rulebook, as named, versioned rows (P-01, P-02).

No other place in the code holds such a number. A published version never changes (a database trigger holds that too);
an order keeps the version that was in force when it was paid, so new numbers never reach back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import Invalid, WrongState
from .money import Money
from .policy_checks import faults_of

PHOTO_FORMATS = "jpg, jpeg, bmp, gif, png"
VIDEO_FORMATS = "3gp, mp4, mpv, mov, rm, rmvb, avi, mpeg, wmv, dat, vob, flv"


def days(label: Any, default: int, help_text: Any = "") -> models.PositiveSmallIntegerField[int, int]:
    """A length of time in days of 24 h, at least one and at most ten years."""
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        help_text=help_text,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )


def count(label: Any, default: int, help_text: Any = "") -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(label, default=default, help_text=help_text)


class PolicyQuerySet(models.QuerySet["ProtectionPolicy"]):
    def in_force(self, name: str, at: datetime) -> ProtectionPolicy:
        """The version of `name` in force at that moment; before the first one was published, the first.

        Raises Invalid where no version of that name was ever published.
        """
        published = self.filter(name=name, status=ProtectionPolicy.Status.PUBLISHED)
        found = (
            published.filter(published_at__lte=at).order_by("-version").first()
            or published.order_by("version").first()
        )
        if found is None:
            raise Invalid.field("policy", "unknown_policy", f"There is no policy called “{name}”.")
        return found


class ProtectionPolicy(models.Model):
    """One version of one policy. Times are in days of 24 h unless the name says otherwise."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class Wait(models.TextChoices):
        ALL = "all", _("all reasons")
        NOT_RECEIVED = "not_received", _("only “not received”")

    name = models.SlugField(_("name"), max_length=40, default="default")
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    # Orders and opening
    max_delivery_days = days(_("longest promised delivery time (days)"), 60)
    ship_within_days = days(_("seller ships within, from payment (days)"), 10)
    dispute_wait_days = models.PositiveSmallIntegerField(
        _("wait after shipment before a dispute may be opened (days)"),
        default=10,
        validators=[MaxValueValidator(3650)],
    )
    dispute_wait_applies_to = models.CharField(
        _("that wait applies to"), max_length=12, choices=Wait, default=Wait.ALL
    )
    post_receipt_days = days(_("window after receipt is confirmed (days)"), 15)
    near_end_days = days(
        _("“not received” while the parcel is in the country: at most so much protection left (days)"), 3
    )
    redispute_times = count(_("times the lines of a cancelled dispute may be disputed again"), 1)
    claim_min_percent = count(_("smallest claim (percent of what can be refunded)"), 1)
    description_min = count(_("shortest description (characters)"), 20)
    description_max = count(_("longest description (characters)"), 2000)

    # Negotiation
    seller_response_days = days(_("seller's time to answer a claim (days)"), 5)
    negotiation_days = days(_("negotiation, from opening to mediation (days)"), 7)
    manual_escalation = models.BooleanField(
        _("buyer may ask a mediator once the seller refused or countered"), default=False
    )
    edit_answer_hours = count(_("seller's least time to answer an edited claim (hours)"), 48)
    conditional_cancel_days = days(_("a cancellation on a condition waits (days)"), 7)

    # Returns and replacements
    return_ship_days = days(_("buyer sends the return and enters its number (days)"), 10)
    return_confirm_days = days(_("seller confirms or contests a delivered return (days)"), 10)
    return_transit_days = days(_("return in transit at most (days)"), 60)
    postage_cap_percent = models.PositiveSmallIntegerField(
        _("return postage paid back, at most (percent of the refund)"),
        default=50,
        validators=[MaxValueValidator(100)],
        help_text=_("Where the seller pays the postage and the terms name no other sum."),
    )
    replacement_ship_days = days(_("seller sends a replacement (days)"), 10)
    replacement_confirm_days = days(_("buyer acknowledges a delivered replacement (days)"), 15)

    # Mediation
    evidence_request_days = days(_("answer to an evidence request (days)"), 3)
    mediation_target_days = days(_("mediation: target (days)"), 15)
    mediation_latest_days = days(_("mediation: latest (days)"), 60)
    choice_days = days(_("buyer's choice between proposals (days)"), 5)
    approval_limit_minor = models.BigIntegerField(
        _("second mediator approves a refund above (minor units)"),
        default=50000,
        validators=[MinValueValidator(0)],
    )
    approval_currency = models.CharField(_("currency of that limit"), max_length=3, default="USD")
    approval_rates = models.JSONField(
        _("rates to that currency"),
        default=dict,
        blank=True,
        help_text=_(
            'Worth of one unit, with a date: {"date": "2026-11-01", "BRL": "0.19"}. No rate: approval is needed.'
        ),
    )

    # Carrying out
    refund_days_min = days(_("refund reaches the buyer: from (days)"), 3)
    refund_days_max = days(_("refund reaches the buyer: to (days)"), 20)
    refund_in_working_days = models.BooleanField(_("those are working days"), default=True)
    calendar = models.CharField(
        _("business calendar"),
        max_length=12,
        default="US",
        help_text=_("A country (US), or country and region (BR-SP)."),
    )

    # Appeals, compensation, reports
    appeal_days = days(_("appeal against a mediated decision (days)"), 7)
    appeal_max_chars = count(_("longest appeal (characters)"), 1000)
    appeal_answer_working_days = days(_("appeal answered in (working days)"), 15)
    strike_days = days(_("a store's strike counts for (days)"), 365)
    report_appeal_days = days(_("appeal against a report's decision or a restriction (days)"), 180)
    coupon_issue_working_days = days(_("compensation coupons issued in (working days)"), 5)
    coupon_valid_days = days(_("coupons valid for (days)"), 60)
    coupon_max_pieces = count(_("a compensation is split into at most so many coupons"), 10)
    report_answer_days = days(_("report answered: target (days)"), 3)
    hold_proof_days = days(_("suspicious order: seller's time to prove it (days)"), 7)
    hold_refund_days = days(_("suspicious order: refunded after failure within (days)"), 14)
    respondent_days = days(_("respondent is heard for (days)"), 3)
    report_tracking_days = days(_("upheld trade-rules claim: valid tracking within (days)"), 7)

    # Evidence
    photo_max_bytes = count(_("largest photo (bytes)"), 2 * 1024 * 1024)
    photo_formats = models.CharField(_("photo formats"), max_length=200, default=PHOTO_FORMATS)
    video_max_bytes = count(_("largest video (bytes)"), 500 * 1024 * 1024)
    video_formats = models.CharField(_("video formats"), max_length=200, default=VIDEO_FORMATS)
    evidence_keep_days = days(_("evidence is kept after the last appeal window (days)"), 215)

    # Standing and warranty
    flag_disputes = count(_("frequent disputes: so many …"), 3)
    flag_days = days(_("… within (days)"), 30)
    flag_rate_orders = count(_("dispute rate is judged from so many orders …"), 5)
    flag_rate_days = days(_("… within (days)"), 180)
    flag_insults = count(_("insulting messages before a flag"), 3)
    warranty_months = count(_("warranty shown on a listing (months)"), 12)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("protection policy")
        verbose_name_plural = _("protection policies")
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="one_row_per_policy_version"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(status="draft"), name="one_draft_per_policy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and type(self).objects.filter(pk=self.pk, status=self.Status.PUBLISHED).exists():
            raise WrongState("A published policy never changes. Make a new draft instead.")
        super().save(*args, **kwargs)

    #: what a diff and a copy speak of: the parameters, not the row's own life
    NOT_PARAMETERS = frozenset({"id", "name", "version", "status", "published_at", "published_by"})

    @classmethod
    def parameters(cls) -> list[models.Field[Any, Any]]:
        return [f for f in cls._meta.concrete_fields if f.name not in cls.NOT_PARAMETERS]

    def clean(self) -> None:
        """Refuse numbers that contradict each other, and names that nothing knows (P-02)."""
        if errors := faults_of(self):
            raise ValidationError(errors)

    def diff(self, other: ProtectionPolicy | None) -> list[tuple[str, Any, Any]]:
        """(label, other's value, own value) of each parameter that differs; all of them where there is no other."""
        rows = []
        for parameter in self.parameters():
            mine, theirs = getattr(self, parameter.name), getattr(other, parameter.name) if other else None
            if mine != theirs:
                rows.append((str(parameter.verbose_name), theirs, mine))
        return rows

    def previous(self) -> ProtectionPolicy | None:
        """The newest published version before this one."""
        published = type(self).objects.filter(name=self.name, status=self.Status.PUBLISHED)
        return published.filter(version__lt=self.version).order_by("-version").first()

    # -- derived, so that no caller does arithmetic on days ---------------------------------------------------

    @property
    def max_delivery(self) -> timedelta:
        return timedelta(days=self.max_delivery_days)

    @property
    def ship_within(self) -> timedelta:
        return timedelta(days=self.ship_within_days)

    @property
    def dispute_wait(self) -> timedelta:
        return timedelta(days=self.dispute_wait_days)

    @property
    def post_receipt(self) -> timedelta:
        return timedelta(days=self.post_receipt_days)

    @property
    def near_end(self) -> timedelta:
        return timedelta(days=self.near_end_days)

    @property
    def seller_response(self) -> timedelta:
        return timedelta(days=self.seller_response_days)

    @property
    def negotiation(self) -> timedelta:
        return timedelta(days=self.negotiation_days)

    @property
    def edit_answer(self) -> timedelta:
        return timedelta(hours=self.edit_answer_hours)

    @property
    def mediation_target(self) -> timedelta:
        return timedelta(days=self.mediation_target_days)

    @property
    def evidence_request(self) -> timedelta:
        return timedelta(days=self.evidence_request_days)

    @property
    def strike_time(self) -> timedelta:
        """C-07: how long a strike counts."""
        return timedelta(days=self.strike_days)

    @property
    def restriction_appeal(self) -> timedelta:
        """For how long a restriction can be contested (A-07)."""
        return timedelta(days=self.report_appeal_days)

    @property
    def choice(self) -> timedelta:
        return timedelta(days=self.choice_days)

    @property
    def conditional_cancel(self) -> timedelta:
        return timedelta(days=self.conditional_cancel_days)

    @property
    def mediation_latest(self) -> timedelta:
        return timedelta(days=self.mediation_latest_days)

    def evidence_kept(self, appeal_days: int) -> timedelta:
        """From the end of a case: its longest window for an appeal, then the time for which files are kept (E-05)."""
        return timedelta(days=appeal_days + self.evidence_keep_days)

    def needs_approval(self, amount: Money) -> bool:
        """M-08: above the limit, in the limit's own currency; without a rate to it, always."""
        if amount.currency == self.approval_currency:
            return amount.minor > self.approval_limit_minor
        rate = self.approval_rates.get(amount.currency)
        if rate is None:
            return True
        return (
            amount.decimal * Decimal(str(rate))
            > Money(self.approval_limit_minor, self.approval_currency).decimal
        )


@lru_cache(maxsize=64)
def published(pk: int) -> ProtectionPolicy:
    """A published version by primary key. It never changes, so each process reads it once."""
    return ProtectionPolicy.objects.get(pk=pk, status=ProtectionPolicy.Status.PUBLISHED)
