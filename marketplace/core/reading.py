"""What a machine's clocks say at one moment: the time of day, which can be set, and the time since it started, which cannot."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
#: counts while the machine sleeps too, where the system has such a clock
_UP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True)
class Reading:
    """`up`: seconds since the start of the machine; two of them can be compared only where `boot` is the same."""

    at: datetime
    boot: str
    up: int

    @classmethod
    def now(cls) -> Reading:
        return cls(timezone.now(), _boot(), int(time.clock_gettime(_UP)))

    def jumped_since(self, at: datetime, boot: str, up: int) -> timedelta | None:
        """How far the time of day went beyond the time that really passed; None if the machine has started anew since."""
        if boot != self.boot or up > self.up:
            return None
        return (self.at - at) - timedelta(seconds=self.up - up)


def _boot() -> str:
    """A name for this run of the machine; where the system gives none, of the group of processes that we belong to."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return f"{socket.gethostname()}:{os.getppid()}"
