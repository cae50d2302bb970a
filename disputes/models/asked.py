"""What a mediator waits for from the two sides: until when, from whom, and who can add no more files (M-03)."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import Case
from marketplace.core.errors import TooLate
from marketplace.core.windows import longer

from .words import Payer, State

GIVING_FILES = "provide_evidence"


class Asked(Case):
    """Mixed into Dispute. The columns say what its evidence requests come to, so that no page has to read them for it."""

    requests_due_at = models.DateTimeField(
        null=True, blank=True, help_text="Until when the mediator's open requests can be answered"
    )
    asked_side = models.CharField(
        max_length=8, choices=Payer, blank=True, help_text="Whom open requests ask; empty: both, or nobody"
    )
    buyer_shut_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the buyer adds no files in mediation"
    )
    seller_shut_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the seller adds no files in mediation"
    )

    escalated_at: datetime | None

    class Meta:
        abstract = True

    def allow(self, verb: str, by: Actor) -> None:
        """Late files are refused, with words: after a side's deadline, until it is asked again."""
        super().allow(verb, by)
        if verb == GIVING_FILES and (since := self.shut_since(self.role_of(by), self.now)):
            words = _("The time to add files has ended. The mediator decides on what is there.")
            raise TooLate(words, possible_until=since)

    def verbs_for(self, by: Actor, *, now: datetime | None = None) -> list[str]:
        verbs = super().verbs_for(by, now=now)
        if GIVING_FILES in verbs and self.shut_since(self.role_of(by), now or timezone.now()):
            verbs.remove(GIVING_FILES)
        return verbs

    def shut_since(self, role: str, now: datetime) -> datetime | None:
        """Since when this side can add no files; None while it can. A round before this mediation does not count."""
        at: datetime | None = getattr(self, f"{role}_shut_at", None)
        if at is None or self.escalated_at is None or at < self.escalated_at:
            return None
        if self.state == State.AWAITING_EVIDENCE:
            at = longer(self.entered_at, at, self.outages)
        return at if self.state in (State.MEDIATION, State.AWAITING_EVIDENCE) and now >= at else None
