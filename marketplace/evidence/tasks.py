"""What the workers do with files (settings.SCHEDULES)."""

from __future__ import annotations

from . import retention, uploads


def tidy() -> int:
    """Drop what was half here for a day, remove what nobody needs any more; how many went."""
    return uploads.expire() + retention.sweep()
