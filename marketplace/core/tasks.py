"""What the workers do for this room. django-q2 only ticks; what is due stands in the rows (settings.SCHEDULES)."""

from __future__ import annotations

from .cases import sweep


def meet_deadlines() -> int:
    """One sweep over everything that is due; how many deadlines were met."""
    return sweep().total()
