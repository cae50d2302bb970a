"""Files go when nobody needs them any more (E-05): the bytes, original and copy; the row with its hash stays.

What a file is needed for is known above this room: a room that puts files to its cases registers a `Keeper` in its
`AppConfig.ready()`. Each file carries the moment at which to ask again, so a run looks at a few rows only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from marketplace.core.policy import ProtectionPolicy

from .models import Evidence
from .services import discard
from .storage import StoreAway

log = logging.getLogger(__name__)

#: A file of an open case is asked about again after this.
ASK_AGAIN = timedelta(days=1)
BATCH = 200


class Keeper(NamedTuple):
    """What a room says of its files."""

    #: primary keys of files → until when each is needed; None: its case is open. Files that it does not know are left out
    kept_until: Callable[[Sequence[int]], dict[int, datetime | None]]
    #: the file is being removed: write it down. Inside the transaction that marks the row
    removed: Callable[[Evidence, datetime], None]


_keepers: list[Keeper] = []


def register_keeper(keeper: Keeper) -> None:
    """Have `keeper` asked before any file is removed. Twice is once."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def longest(needs: Iterable[tuple[int, datetime | None]]) -> dict[int, datetime | None]:
    """File → the latest of its ends; None, which is “still needed”, wins."""
    found: dict[int, datetime | None] = {}
    for pk, end in needs:
        before = found.get(pk, end)
        found[pk] = None if end is None or before is None else max(end, before)
    return found


def forget_keeper(keeper: Keeper) -> None:
    """Undo `register_keeper`."""
    if keeper in _keepers:
        _keepers.remove(keeper)


def sweep(now: datetime | None = None) -> int:
    """Remove the files whose time has passed; how many went. Safe to run twice, late, and beside others."""
    now = now or timezone.now()
    due = list(Evidence.objects.filter(look_at__lte=now).order_by("look_at")[:BATCH])
    if not due:
        return 0
    until, gone = _needed([each.pk for each in due]), 0
    policy = ProtectionPolicy.objects.in_force("default", now)
    for evidence in due:
        alone = evidence.created_at + policy.evidence_kept(policy.appeal_days)
        end = until.get(evidence.pk, alone)
        if evidence.removed_at is None and (end is None or end > now):
            Evidence.objects.filter(pk=evidence.pk).update(look_at=end or now + ASK_AGAIN)
        else:
            gone += remove(evidence, now)
    return gone


def _needed(ids: Sequence[int]) -> dict[int, datetime | None]:
    """Until when each is needed by the case that needs it longest."""
    longest: dict[int, datetime | None] = {}
    for keeper in _keepers:
        for pk, end in keeper.kept_until(ids).items():
            before = longest.get(pk, end)
            longest[pk] = None if end is None or before is None else max(end, before)
    return longest


def remove(evidence: Evidence, now: datetime) -> bool:
    """Mark the row, then delete the bytes: a crash between leaves a row that the next run finishes. False where the store
    did not answer: the next run comes."""
    with transaction.atomic():
        fresh = Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(removed_at=now, look_at=now)
        if fresh:
            for keeper in _keepers:
                keeper.removed(evidence, now)
    try:
        discard(evidence)
    except (StoreAway, OSError):
        log.exception("evidence %s could not be deleted", evidence.public_id)
        return False
    Evidence.objects.filter(pk=evidence.pk).update(look_at=None, original_file="", clean_file="")
    return True
