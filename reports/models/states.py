"""The words of a report: its states, what it is about, and what came of a demand for tracking (C-02, C-03, C-06)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    SUBMITTED = "submitted", _("Received")
    UNDER_REVIEW = "under_review", _("Being checked")
    INFO_REQUESTED = "info_requested", _("We need something from you")
    UPHELD = "upheld", _("Closed: we acted")
    DISMISSED = "dismissed", _("Closed: no action")
    WITHDRAWN = "withdrawn", _("Taken back")


OPEN = (State.SUBMITTED, State.UNDER_REVIEW, State.INFO_REQUESTED)
#: upheld, and the seller still has time to give valid tracking (C-06): a phase, not a state
AWAITING_TRACKING = "awaiting_tracking"


class TargetKind(models.TextChoices):
    ORDER = "order", _("an order")
    LISTING = "listing", _("a listing")
    STORE = "store", _("a shop")
    USER = "user", _("a person")


class TrackingResult(models.TextChoices):
    GIVEN = "given", _("Valid tracking came")
    REFUNDED = "refunded", _("No valid tracking came: the order was closed and paid back")
    OVERTURNED = "overturned", _("The decision did not stand")
