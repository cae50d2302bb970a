"""An appeal: somebody else looks again at what was decided, once a side (section 8)."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence.models import Evidence

from . import access


class Kind(models.TextChoices):
    """What is appealed."""

    DECISION = "decision", _("A decision in a dispute")
    SECOND_LOOK = "second_look", _("A second look at a dispute")
    REPORT = "report", _("A decision on a report")
    SANCTION = "sanction", _("A sanction")


class State(models.TextChoices):
    SUBMITTED = "submitted", _("Sent")
    UNDER_REVIEW = "under_review", _("In review")
    UPHELD = "upheld", _("The decision stands")
    OVERTURNED = "overturned", _("The decision was wrong")


ENDED = (State.UPHELD, State.OVERTURNED)
OUTCOMES = [(each.value, each.label) for each in ENDED]
#: what people appeal themselves; a second look is opened for them
BY_PEOPLE = [(each.value, each.label) for each in Kind if each != Kind.SECOND_LOOK]
#: kind of reminder to staff: past the date by which it should be answered
LATE = "late"


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, actor: Actor) -> AppealQuerySet:
        return self.filter(access.visible(actor))

    def without_part_of(self, actor: Actor) -> AppealQuerySet:
        """Those in which this person had no part: no side of it, nobody who decided, nobody tied to one (A-02)."""
        kept_out = AppealExclusion.objects.filter(user_id=actor.user_id or 0).values("appeal_id")
        return self.exclude(access.of_a_side(actor)).exclude(pk__in=kept_out)

    def answered_by(self, actor: Actor) -> AppealQuerySet:
        """Those that this person may look at: of kinds that are their work, none that they had a part in (A-02)."""
        if actor.user_id is None:
            return self.none()
        return self.filter(kind__in=access.reviewed_kinds(actor)).without_part_of(actor)

    def open_for(self, actor: Actor) -> AppealQuerySet:
        """What waits for an answer that this person may give."""
        return self.exclude(state__in=ENDED).answered_by(actor)


class Appeal(Case):
    """One appeal of one side. `about`: the public id of what is appealed; `most`, `compensation`: minor units.

    `buyer` and `store` are the sides of the dispute that it is about, or the store that it is for; empty elsewhere.
    """

    public_id = PublicIdField(prefix="apl")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    about = models.CharField(_("about"), max_length=40)
    by_side = models.CharField(_("by"), max_length=12, help_text="buyer, seller, reporter, respondent, …")
    appellant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("sent by")
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.PROTECT, related_name="appeals")
    policy = models.ForeignKey(ProtectionPolicy, on_delete=models.PROTECT, related_name="+")

    state = FSMField(_("state"), default=State.SUBMITTED, choices=State.choices, protected=True)
    text = models.TextField(_("text"))
    submitted_at = models.DateTimeField(_("sent"))
    answer_due_at = models.DateTimeField(_("answer by"))
    overdue = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Past the date of its answer: 1; staff were told"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appeals_held",
        verbose_name=_("reviewer"),
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    facts = models.TextField(_("statement of reasons"), blank=True)
    currency = models.CharField(max_length=3, blank=True)
    most = models.BigIntegerField(default=0, help_text="The highest compensation (A-03)")
    compensation = models.BigIntegerField(default=0, help_text="From the platform's own account (A-03)")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ("-submitted_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["kind", "about", "by_side"], name="one_appeal_a_side"),
            models.UniqueConstraint(
                fields=["about"], condition=Q(kind=Kind.SECOND_LOOK), name="one_second_look"
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True, state=State.SUBMITTED)
                | (Q(reviewer__isnull=False) & ~Q(state=State.SUBMITTED)),
                name="appeal_is_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False, state__in=ENDED) & ~Q(facts="")
                | Q(decided_at__isnull=True, facts="") & ~Q(state__in=ENDED),
                name="appeal_is_answered_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(compensation=0)
                | Q(compensation__gt=0, compensation__lte=models.F("most"), state=State.OVERTURNED),
                name="appeal_compensation_within_bounds",
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["appellant", "-submitted_at", "-id"], name="appeal_by_appellant"),
            models.Index(
                models.F("overdue").desc(),
                "answer_due_at",
                "id",
                condition=~Q(state__in=ENDED),
                name="appeal_queue",
            ),
        ]

    RULES = access.RULES
    LOCK_WITH: ClassVar[tuple[str, ...]] = ("policy",)
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.SUBMITTED: Deadline(
            lambda a: a.answer_due_at,
            None,
            "reviewer",
            why="A person answers an appeal, no clock does; this is the target date (A-02).",
        ),
        State.UNDER_REVIEW: Deadline(
            lambda a: a.answer_due_at,
            None,
            "reviewer",
            why="The same: taking it does not change the date of its answer (A-02).",
        ),
    }

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    def why_not(self, verb: str, by: Actor) -> str:
        """As every case; whoever had a part in what is appealed is told so (A-02)."""
        if access.reviews(by, self.kind) and access.kept_out(by, self):
            return access.kept_out_words()
        if verb == "decide" and access.reviewer(by, self):
            return _t("Take this appeal first.")
        return super().why_not(verb, by)

    @cached_property
    def excluded_ids(self) -> frozenset[int]:
        """Who must not review it; lists read `exclusions` along."""
        return frozenset(each.user_id for each in self.exclusions.all())

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def compensated(self) -> Money | None:
        """What the platform gave; None where nothing was given."""
        return self.money(self.compensation) if self.compensation else None

    def next_reminder(self, after: datetime) -> datetime | None:
        """Staff are told once that the date of the answer has passed."""
        if self.due_at is None or self.overdue:
            return None
        return max(self.due_at, after)

    def reminder_due(self) -> str:
        return LATE if self.due_at and not self.overdue and self.now >= self.due_at else ""

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.SUBMITTED, target=State.UNDER_REVIEW)
    def assign(self) -> None:
        """Somebody who had no part in it takes the appeal (A-02)."""

    @transition(field=state, source=State.UNDER_REVIEW, target=State.SUBMITTED)
    def release(self) -> None:
        """The reviewer gives it back."""

    @transition(field=state, source=State.UNDER_REVIEW, target=RETURN_VALUE(State.UPHELD, State.OVERTURNED))
    def decide(self, *, outcome: str) -> str:
        """The decision stands, or was wrong (A-03). Nothing leads out of either (threats.md S2)."""
        return outcome


class AppealExclusion(models.Model):
    """Somebody who must not review this appeal: who decided, approved or proposed it, is a side of it, or tied to one (A-02).

    Rows are only ever added; a trigger refuses such a reviewer, whoever writes (migration 0002).
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="exclusions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "user"], name="one_row_per_excluded_reviewer")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.user_id}"


class AppealFile(models.Model):
    """A file that was sent with the appeal (A-01)."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="files")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["appeal", "evidence"], name="one_row_per_file_of_an_appeal")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.evidence_id}"


class AppealEvent(CaseEvent):
    """The timeline of an appeal."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="events")
    CASE = "appeal"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["appeal", "id"], name="appeal_timeline")]

    def __str__(self) -> str:
        return f"{self.appeal}: {self.verb}"
