"""Who sees the files of a report (E-03): whoever sent them, and moderators to whom the report is nothing of their own."""

from __future__ import annotations

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence

from . import access
from .models import Report


def moderators_see(actor: Actor, evidence: Evidence) -> bool:
    """Files of a report are no party's: a photo can show who reported. Its own sender sees it anyway."""
    if not access.may_moderate(actor):
        return False
    reports = Report.objects.filter(files__evidence=evidence).exclude(reporter_id=actor.user_id)
    return any(access.free_moderator(actor, report) for report in reports)
