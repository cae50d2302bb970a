"""What the workers do for this room (settings.SCHEDULES)."""

from __future__ import annotations

from django.utils import timezone

from .services import keep_ended_months


def keep_months() -> int:
    """Once a month has ended, its figures are counted and kept; how many months were."""
    return keep_ended_months(timezone.now())
