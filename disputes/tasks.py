"""What the workers do for disputes besides their deadlines (settings.SCHEDULES)."""

from __future__ import annotations

from .services import postage


def collect_postage() -> int:
    """Return postage that sellers still owe is tried again; how many debts were paid."""
    return postage.collect_owed()
