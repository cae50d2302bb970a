"""The report itself: who reports what of whom, where it stands, and its transitions (C-02, C-03)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, Deadline
from marketplace.core.ids import PublicIdField
from marketplace.core.policy import ProtectionPolicy, published
from marketplace.core.windows import longer
from marketplace.messaging.models import Message
from marketplace.orders.models import Listing, Order

from .. import access
from ..kinds import PHISHING, TRACKING, Category
from .reminding import Reminded
from .states import AWAITING_TRACKING, OPEN, State, TargetKind, TrackingResult

TARGETS = tuple(f"target_{kind}" for kind in TargetKind.values)


def _exactly_one(*names: str) -> Q:
    """One of these columns is set, and only one."""
    found = Q()
    for one in names:
        found |= Q(**{f"{name}__isnull": name != one for name in names})
    return found


def _not_countered(report: Any) -> bool:
    return not report.is_countered


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor: Actor) -> ReportQuerySet:
        return self.filter(access.visible(actor))


class Report(Reminded):
    """One complaint of one person. The respondent is whoever stands behind the target."""

    public_id = PublicIdField(prefix="rpt")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    category = models.CharField(max_length=24, choices=Category)
    target_order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    target_listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    target_store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    target_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    respondent_store = models.ForeignKey(
        Store, null=True, blank=True, on_delete=models.PROTECT, related_name="reports_about"
    )
    respondent_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports_about",
    )
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="reports",
        help_text="The order that it is about, whatever the target is",
    )  # fmt: skip
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    counter_to = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="countered_by"
    )
    policy = models.ForeignKey(ProtectionPolicy, on_delete=models.PROTECT, related_name="+")

    answers = models.JSONField(default=dict, blank=True)
    description = models.TextField()
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=60, blank=True)
    show_name = models.BooleanField(
        default=False, help_text="The reporter agrees that the other side reads the name"
    )
    secret = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="In the address of the page of a person without an account",
    )
    is_urgent = models.BooleanField(default=False)

    state = FSMField(default=State.SUBMITTED, choices=State.choices, protected=True)
    submitted_at = models.DateTimeField()
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    heard_until = models.DateTimeField(
        null=True, blank=True, help_text="The respondent was asked, and has time until then"
    )
    responded_at = models.DateTimeField(null=True, blank=True)
    unheard_reason = models.TextField(
        blank=True, help_text="Why the respondent must not be asked before (C-05)"
    )
    tracking_due_at = models.DateTimeField(null=True, blank=True)
    tracking_result = models.CharField(max_length=12, choices=TrackingResult, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-submitted_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=_exactly_one(*TARGETS), name="report_has_one_target"),
            models.CheckConstraint(
                condition=_exactly_one("respondent_store", "respondent_user"),
                name="report_has_one_respondent",
            ),
            models.CheckConstraint(
                condition=Q(respondent_user__isnull=True) | ~Q(respondent_user=models.F("reporter")),
                name="nobody_reports_themselves",
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["reporter", "-submitted_at", "-id"], name="report_by_reporter"),
            models.Index(fields=["respondent_store", "-submitted_at", "-id"], name="report_by_store"),
            models.Index(
                fields=["-is_urgent", "due_at", "id"], condition=Q(state__in=OPEN), name="report_queue"
            ),
        ]

    RULES = access.RULES
    ANY_TIME = frozenset({"respond", "counter_report"})
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.SUBMITTED: Deadline(
            lambda r: r.answer_by,
            None,
            "moderator",
            why="A moderator decides, no clock does. This is the target date.",
        ),
        State.UNDER_REVIEW: Deadline(
            lambda r: r.checked_by,
            None,
            "moderator",
            why="A moderator decides, no clock does. This is the target date.",
        ),
        State.INFO_REQUESTED: Deadline(
            lambda r: r.entered_at + r.policy.evidence_request,
            "resume_review",
            "reporter",
            opens=lambda r: r.entered_at,
        ),
        AWAITING_TRACKING: Deadline(
            lambda r: r.tracking_due_at, "enforce_tracking", "seller", opens=lambda r: r.entered_at
        ),
    }

    def __str__(self) -> str:
        return self.public_id

    @classmethod
    def lock_many(cls, pks: Collection[int], *, skip_locked: bool = False) -> dict[int, Self]:
        """The order that each is about first, where there is one: always in that order."""
        about = cls._default_manager.filter(pk__in=pks, order__isnull=False).order_by()
        order_pks = set(about.values_list("order_id", flat=True))
        orders = Order.lock_many(order_pks, skip_locked=skip_locked) if order_pks else {}
        found = super().lock_many(pks, skip_locked=skip_locked)
        return {pk: report for pk, report in found.items() if report.take_up({"order": orders})}

    def take_up(self, parents: Mapping[str, Mapping[int, Any]]) -> bool:
        self.policy = published(self.policy_id)
        return super().take_up(parents) if self.order_id else True

    @property
    def parents(self) -> tuple[Case, ...]:
        return (self.order,) if self.order else ()

    def role_of(self, by: Actor) -> str:
        if by.is_automatic:
            return "system"
        return access.role_in(by, self) or ("moderator" if access.may_moderate(by) else super().role_of(by))

    @property
    def answer_by(self) -> datetime:
        """The target date of an answer."""
        return self.submitted_at + timedelta(days=self.policy.report_answer_days)

    @property
    def checked_by(self) -> datetime:
        """The same while it is checked: not before the other side has had its time."""
        return max(self.answer_by, self.heard_end or self.answer_by)

    @property
    def tracking_end(self) -> datetime | None:
        """By when the seller gives valid tracking, as it is after outages (C-06, Z-03); None where nothing is demanded."""
        due = self.tracking_due_at
        return longer(self.entered_at, due, self.outages) if due else None

    @property
    def phase(self) -> str:
        if self.state == State.UPHELD and self.tracking_due_at and not self.tracking_result:
            return AWAITING_TRACKING
        return str(self.state)

    @property
    def is_phishing(self) -> bool:
        return bool(self.answers.get("violation") == PHISHING)

    @property
    def wants_tracking(self) -> bool:
        """Is this the claim that obliges the seller once it is upheld (C-06)?"""
        return self.category == Category.TRADE_RULES and self.answers.get("claim") == TRACKING

    @property
    def target_kind(self) -> str:
        return next(kind for kind in TargetKind.values if getattr(self, f"target_{kind}_id"))

    @property
    def target(self) -> Any:
        return getattr(self, f"target_{self.target_kind}")

    @property
    def same_target(self) -> Q:
        """Reports on the very same thing (C-08)."""
        name = f"target_{self.target_kind}_id"
        return Q(**{name: getattr(self, name)})

    @cached_property
    def reported_listings(self) -> list[Listing]:
        """What it is about of the respondent's shop: the target and the listings that it names, each once, oldest first.

        Those of other shops are left out: nobody there was heard.
        """
        wanted = Q(public_id__in=self.answers.get("listings", [])) | Q(pk=self.target_listing_id)
        return list(Listing.objects.filter(wanted, store=self.respondent_store).order_by("pk"))

    @property
    def is_countered(self) -> bool:
        """Has the respondent reported the reporter? Lists read `countered_by` along."""
        return hasattr(self, "countered_by")

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=[State.SUBMITTED, State.UNDER_REVIEW], target=State.UNDER_REVIEW)
    def assign(self) -> None:
        """A moderator takes it and looks at it."""

    @transition(field=state, source=State.UNDER_REVIEW, target=State.INFO_REQUESTED)
    def request_info(self) -> None:
        """The moderator asks the reporter for something."""

    @transition(
        field=state,
        source=list(OPEN),
        target=RETURN_VALUE(State.SUBMITTED, State.UNDER_REVIEW),
    )
    def add_info(self) -> str:
        """The reporter says more; what was asked for counts as answered."""
        return State.SUBMITTED if self.state == State.SUBMITTED else State.UNDER_REVIEW

    @transition(field=state, source=State.INFO_REQUESTED, target=State.UNDER_REVIEW)
    def resume_review(self) -> None:
        """The reporter was silent: it is looked at as it is."""

    @transition(field=state, source=[State.UNDER_REVIEW, State.INFO_REQUESTED], target=None)
    def respond(self) -> None:
        """The respondent says their side."""

    @transition(
        field=state,
        source=[State.UNDER_REVIEW, State.INFO_REQUESTED],
        target=None,
        conditions=[_not_countered],
    )
    def counter_report(self) -> None:
        """The respondent reports the reporter, once."""

    @transition(field=state, source=list(OPEN), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The reporter takes it back."""

    @transition(
        field=state,
        source=[State.UNDER_REVIEW, State.INFO_REQUESTED],
        target=RETURN_VALUE(State.UPHELD, State.DISMISSED),
    )
    def decide(self, outcome: str) -> str:
        """The moderator decides, with reasons."""
        return outcome

    @transition(
        field=state,
        source=[State.UPHELD, State.DISMISSED],
        target=RETURN_VALUE(State.UPHELD, State.DISMISSED, State.UNDER_REVIEW),
    )
    def overturn(self, was_heard: bool) -> str:
        """An appeal found the decision wrong: the other one takes its place, or the respondent is heard first."""
        if self.state == State.UPHELD:
            return State.DISMISSED
        return State.UPHELD if was_heard else State.UNDER_REVIEW

    @transition(field=state, source=State.UPHELD, target=None)
    def enforce_tracking(self) -> None:
        """The seller's time to give valid tracking has ended (C-06)."""
