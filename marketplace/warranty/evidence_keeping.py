"""How long the files of a warranty claim are needed (E-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.evidence.retention import Keeper, longest

from .models import ClaimFile, WarrantyClaim


def kept_until(ids: Sequence[int]) -> dict[int, datetime | None]:
    """File → when no claim needs it any more; None while one is open."""
    rows = ClaimFile.objects.filter(evidence_id__in=ids).select_related("claim__order__policy")
    return longest((row.evidence_id, _needed_until(row.claim)) for row in rows)


def _needed_until(claim: WarrantyClaim) -> datetime | None:
    policy = claim.order.policy
    return None if claim.is_open else claim.entered_at + policy.evidence_kept(policy.appeal_days)


def write_down(evidence: Evidence, at: datetime) -> None:
    """One line in the timeline of each claim that it was put to, by the file's hash."""
    for pk in WarrantyClaim.objects.filter(files__evidence=evidence).values_list("pk", flat=True).distinct():
        claim = WarrantyClaim.lock(pk)
        claim.moved_at = max(at, claim.moved_at)
        claim.say(file=evidence.public_id, sha256=evidence.sha256)
        claim.record("remove_file", Actor.system(), claim.state)


KEEPER = Keeper(kept_until, write_down)
