"""What is done once a day beside the deadlines: rooms register it, and each says itself whether its day has come."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

log = logging.getLogger(__name__)

#: name → what to do; it is asked at every run, and answers how much it did (0: its day has not come)
rounds: dict[str, Callable[[datetime], int]] = {}


def register(name: str, work: Callable[[datetime], int]) -> None:
    """Called once by the app's AppConfig.ready()."""
    rounds[name] = work


def run(*, now: datetime | None = None) -> Counter[str]:
    """Ask every round; how much each did. One that fails is logged and does not stop the others."""
    done: Counter[str] = Counter()
    for name, work in rounds.items():
        try:
            done[name] += work(now or timezone.now())
        except Exception:  # the deadlines and the other rounds go on
            log.exception("daily round failed: %s", name)
    return done
