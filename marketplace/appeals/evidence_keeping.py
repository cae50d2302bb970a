"""How long the files of an appeal are needed (E-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.evidence.retention import Keeper, longest

from .models import Appeal, AppealFile


def kept_until(ids: Sequence[int]) -> dict[int, datetime | None]:
    """File → when no appeal needs it any more; None while one is open."""
    rows = AppealFile.objects.filter(evidence_id__in=ids).select_related("appeal__policy")
    return longest((row.evidence_id, _needed_until(row.appeal)) for row in rows)


def _needed_until(appeal: Appeal) -> datetime | None:
    """An appeal's answer can be appealed no more, so from its end on only the keeping time counts."""
    return appeal.decided_at + appeal.policy.evidence_kept(0) if appeal.decided_at else None


def write_down(evidence: Evidence, at: datetime) -> None:
    """One line in the timeline of each appeal that it was sent with, by the file's hash."""
    pks = Appeal.objects.filter(files__evidence=evidence).values_list("pk", flat=True)
    for pk in pks.distinct():
        appeal = Appeal.lock(pk)
        appeal.moved_at = max(at, appeal.moved_at)
        appeal.say(file=evidence.public_id, sha256=evidence.sha256)
        appeal.record("remove_file", Actor.system(), appeal.state)


KEEPER = Keeper(kept_until, write_down)
