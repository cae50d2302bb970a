"""What the workers do for this room. django-q2 only ticks; what is due stands in the rows (settings.SCHEDULES)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from .cases import sweep
from .models import IdempotentAnswer


def meet_deadlines() -> int:
    """One sweep over everything that is due; how many deadlines were met."""
    return sweep().total()


def forget_answers() -> int:
    """Answers to `Idempotency-Key`s are kept for 24 h (api.md section 1); how many were dropped."""
    old = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - timedelta(hours=24))
    return old.delete()[0]
