"""What is written down about a report and never edited: statements, files, decisions, the timeline (Z-02)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.core.ids import PublicIdField
from marketplace.evidence.models import Evidence

from .report import Report
from .states import State


class Statement(models.Model):
    """What somebody said on a report: the reporter, the respondent, or the moderator who asks."""

    class Kind(models.TextChoices):
        INFO = "info", _("More from the reporter")
        QUESTION = "question", _("Asked by a moderator")
        RESPONSE = "response", _("Answer of the other side")
        COUNTER_NOTICE = "counter_notice", _("Counter-notice")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=16, choices=Kind)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.report_id}: {self.kind}"


class ReportFile(models.Model):
    """A file that somebody put to a report; `role` is whose it is. Only moderators and whoever sent it see it."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["report", "evidence"], name="one_row_per_file_of_a_report")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.evidence_id}"


class Decision(models.Model):
    """What was decided about a report, with the reasons that people read. Never changed: an appeal adds a row."""

    public_id = PublicIdField(prefix="rde")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="decisions")
    main = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="+", help_text="The report it was decided with; its number is the cause of what follows"
    )  # fmt: skip
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=10, choices=[(s.value, s.label) for s in (State.UPHELD, State.DISMISSED)]
    )
    reason_code = models.CharField(max_length=40)
    facts = models.TextField()
    sanctions = models.JSONField(default=list, blank=True)
    false_data = models.BooleanField(default=False, help_text="The reporter gave false data (C-08)")
    appeal = models.CharField(max_length=40, blank=True, help_text="The appeal that it comes from")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["report", "appeal"], name="one_decision_per_report_and_appeal")
        ]

    def __str__(self) -> str:
        return self.public_id


class ReportEvent(CaseEvent):
    """The timeline of a report."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="events")
    CASE = "report"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["report", "id"], name="report_timeline")]

    def __str__(self) -> str:
        return f"{self.report}: {self.verb}"
