"""What returns and replacements have in common: their numbers, and the reports of their carriers."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import Invalid

from ..models import Dispute


def needed_number(tracking_number: str) -> str:
    """The number of the parcel, which there must be."""
    if not tracking_number.strip():
        raise Invalid.field("tracking_number", "required", _("Enter the tracking number of the parcel."))
    return tracking_number.strip()


def reported_at(dispute: Dispute, shipped_at: datetime | None, at: datetime | None) -> datetime:
    """When a reported thing happened: never in the future, and never before the parcel was sent."""
    return max(min(at or dispute.now, dispute.now), shipped_at or dispute.now)


def is_known(pk: int, verb: str, *, code: str, at: datetime | None, by: Actor) -> Dispute | None:
    """The dispute, where its carrier reported the very same before: same code, same moment. Nothing happens then.

    Whoever may not report is not answered here, but refused by the step.
    """
    dispute = Dispute.objects.select_related("order").filter(pk=pk).first()
    if at is None or dispute is None or not dispute.RULES[verb](by, dispute):
        return None
    same = dispute.events.filter(verb=verb, data__code=code, data__happened_at=at.isoformat())
    return dispute if same.exists() else None
