"""The states of an order, and the phases that are no states of their own: what one state waits for at different times."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", _("Closed")


#: a delivered order whose receipt is confirmed: it waits for the release, not for the confirmation
CONFIRMED = "confirmed"
#: an order on hold whose seller has sent a proof: it waits for the moderator, not for the seller
PROVED = "proved"
#: a hold that failed while a dispute owns a part of the money: the order closes when that dispute ends
CLOSING = "closing"
