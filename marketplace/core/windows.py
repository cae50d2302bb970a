"""How long a window of a person really is: longer by the time in which nobody could reach the site (Z-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

#: Up to so long people bear it; it makes no window longer.
BEARABLE = timedelta(minutes=15)
#: After the site came back people have at least so long.
AT_LEAST = timedelta(hours=24)


def span(started_at: datetime, ended_at: datetime) -> list[str]:
    """An outage as a case keeps it: [from, until], ISO 8601."""
    return [started_at.isoformat(), ended_at.isoformat()]


def longer(opened: datetime, due: datetime, outages: Iterable[Sequence[str]]) -> datetime:
    """The end of a window [opened, due) after these outages, in the order in which they were.

    An outage counts with its part inside the window, and only where that part is over 15 minutes; the window then ends
    no earlier than 24 h after the site came back. Of two windows the one that ends first still ends first, or both at once.
    """
    for start, end in outages:
        started_at, ended_at = datetime.fromisoformat(start), datetime.fromisoformat(end)
        inside = min(ended_at, due) - max(started_at, opened)
        if inside > BEARABLE:
            due = max(due + inside, ended_at + AT_LEAST)
    return due
