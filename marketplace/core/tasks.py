"""What the workers do for this room. django-q2 only ticks; what is due stands in the rows (settings.SCHEDULES)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from . import outages
from .clock import tick
from .models import IdempotentAnswer
from .reading import Reading


def meet_deadlines() -> int:
    """One tick of the clock; how many deadlines were met."""
    return tick(Reading.now()).total()


def forget_answers() -> int:
    """Answers to `Idempotency-Key`s are kept for 24 h (api.md section 1); how many were dropped."""
    old = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - timedelta(hours=24))
    return old.delete()[0]


def forget_heartbeats() -> int:
    """Heartbeats are kept for a few days; how many were dropped."""
    return outages.forget(timezone.now())
