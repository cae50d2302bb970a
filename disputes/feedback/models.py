"""Feedback: how a side felt treated in a dispute that has ended (A-06). A poor one waits for a lead mediator."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from marketplace.core.access import Actor
from marketplace.core.cases import Case, CaseEvent, Deadline
from marketplace.core.ids import PublicIdField

from ..models import Dispute
from . import access


class Side(models.TextChoices):
    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Seller")


class Rating(models.IntegerChoices):
    """How well we handled it."""

    VERY_BAD = 1, _("Very bad")
    BAD = 2, _("Bad")
    ALL_RIGHT = 3, _("All right")
    GOOD = 4, _("Good")
    VERY_GOOD = 5, _("Very good")


class Felt(models.IntegerChoices):
    """An answer to one of the three questions about fairness."""

    NOT_AT_ALL = 1, _("Not at all")
    HARDLY = 2, _("Hardly")
    PARTLY = 3, _("Partly")
    MOSTLY = 4, _("Mostly")
    FULLY = 5, _("Fully")


#: from here down a lead mediator reads it (A-06)
POOR = Rating.BAD


class State(models.TextChoices):
    GIVEN = "given", _("Given")
    WAITING = "waiting", _("Waits for a lead mediator")
    SECOND_LOOK = "second_look", _("A second look was opened")
    SET_ASIDE = "set_aside", _("Set aside")


HANDLED = (State.SECOND_LOOK, State.SET_ASIDE)


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, actor: Actor) -> FeedbackQuerySet:
        return self.filter(access.visible(actor))

    def without_part_of(self, actor: Actor) -> FeedbackQuerySet:
        """Of cases in which this person had no part at all (A-06)."""
        return self.filter(access.without_part(actor))

    def waiting_for(self, actor: Actor) -> FeedbackQuerySet:
        """Poor feedback that this lead mediator may handle."""
        return self.visible_to(actor).without_part_of(actor).filter(state=State.WAITING)


class Feedback(Case):
    """What one side said, once (A-06). `heard`, `respected`, `understood`: how fair it felt, where that was answered."""

    public_id = PublicIdField(prefix="fbk")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="feedback")
    side = models.CharField(_("side"), max_length=6, choices=Side)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    state = FSMField(_("state"), default=State.WAITING, choices=State.choices, protected=True)
    rating = models.PositiveSmallIntegerField(_("rating"), choices=Rating)
    heard = models.PositiveSmallIntegerField(_("heard"), choices=Felt, null=True, blank=True)
    respected = models.PositiveSmallIntegerField(_("respected"), choices=Felt, null=True, blank=True)
    understood = models.PositiveSmallIntegerField(_("understood"), choices=Felt, null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    given_at = models.DateTimeField(_("given"))
    read_by = models.DateTimeField(
        _("read by"), null=True, blank=True, help_text="Until when a lead reads a poor one"
    )
    look_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="A second look comes after the time to appeal"
    )
    kept_out = ArrayField(
        models.BigIntegerField(),
        default=list,
        editable=False,
        help_text="Who had a part in the dispute when it was given; a lead among them does not handle it",
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("handled by"),
    )
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, help_text="Why it was set aside; its side reads it")

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ("-given_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "side"], name="one_feedback_a_side"),
            models.UniqueConstraint(
                fields=["dispute"],
                condition=Q(state=State.SECOND_LOOK),
                name="one_second_look_a_dispute",
            ),
            models.CheckConstraint(
                condition=Q(rating__gt=POOR, rating__lte=Rating.VERY_GOOD, state=State.GIVEN)
                | Q(rating__gte=Rating.VERY_BAD, rating__lte=POOR) & ~Q(state=State.GIVEN),
                name="poor_feedback_is_looked_at",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__range": (Felt.NOT_AT_ALL, Felt.FULLY)}),
                    name=f"feedback_{name}_is_1_to_5",
                )
                for name in ("heard", "respected", "understood")
            ),
            models.CheckConstraint(
                condition=Q(handled_by__isnull=False, handled_at__isnull=False, state__in=HANDLED)
                | Q(handled_by=None, handled_at=None) & ~Q(state__in=HANDLED),
                name="feedback_is_handled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SET_ASIDE) & ~Q(reason="") | ~Q(state=State.SET_ASIDE) & Q(reason=""),
                name="feedback_is_set_aside_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(handled_by=None) | ~Q(handled_by=F("author")),
                name="nobody_handles_their_own_feedback",
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["-given_at", "-id"], name="feedback_newest"),
            models.Index(fields=["read_by", "id"], condition=Q(state=State.WAITING), name="feedback_queue"),
        ]

    RULES = access.RULES
    LOCK_FIRST: ClassVar[tuple[str, ...]] = ("dispute",)
    DEADLINES: ClassVar[dict[str, Deadline]] = {
        State.WAITING: Deadline(
            lambda f: f.read_by,
            None,
            "lead_mediator",
            why="A lead mediator reads it, no clock does (A-06); this is the target date.",
        ),
    }

    def __str__(self) -> str:
        return self.public_id

    def role_of(self, by: Actor) -> str:
        return access.role_in(by, self) or super().role_of(by)

    def why_not(self, verb: str, by: Actor) -> str:
        """As every case; a lead mediator who had a part in the dispute is told so."""
        return access.kept_out_words() if access.kept_out(by, self) else super().why_not(verb, by)

    def verbs_for(self, by: Actor, *, now: datetime | None = None) -> list[str]:
        """As every case; a second look once a dispute, and after the time to appeal. Lists read `dispute__feedback` along."""
        now = now or timezone.now()
        verbs = super().verbs_for(by, now=now)
        if "open_second_look" in verbs and (self.is_too_early(now) or self.had_second_look):
            verbs.remove("open_second_look")
        return verbs

    def is_too_early(self, now: datetime) -> bool:
        """Can the dispute's decision still be appealed? Then that comes first."""
        return self.look_from is not None and now < self.look_from

    @property
    def is_poor(self) -> bool:
        return self.rating <= POOR

    @property
    def had_second_look(self) -> bool:
        """Has either side's feedback led to the dispute's one second look?"""
        return any(each.state == State.SECOND_LOOK for each in self.dispute.feedback.all())

    # -- transitions; only services call them -----------------------------------------------------------------

    @transition(field=state, source=State.WAITING, target=State.SECOND_LOOK)
    def open_second_look(self) -> None:
        """A lead mediator has the dispute looked at once more, by somebody who had no part in it."""

    @transition(field=state, source=State.WAITING, target=State.SET_ASIDE)
    def set_aside(self) -> None:
        """A lead mediator has read it, and says why there is no second look."""


class FeedbackEvent(CaseEvent):
    """The timeline of feedback."""

    feedback = models.ForeignKey(Feedback, on_delete=models.PROTECT, related_name="events")
    CASE = "feedback"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["feedback", "id"], name="feedback_timeline")]

    def __str__(self) -> str:
        return f"{self.feedback}: {self.verb}"
