"""The next step while a mediator has the case, in each side's words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..models import Dispute
from .negotiating import Words


def words(dispute: Dispute, phase: str, role: str) -> Words:
    """For the phases of mediation."""
    decides = _("A mediator decides about {held}. We plan to decide by {at}.")
    return _("A mediator looks at this"), [
        decides,
        _("You do not need to do anything. You can still add photos or files."),
    ]
