"""How long the files of a hold are needed: what a seller sent to show that an order is honest (E-05, O-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.evidence.retention import Keeper, longest

from .models import Order, Proof


def kept_until(ids: Sequence[int]) -> dict[int, datetime | None]:
    """File → when no hold needs it any more; None while one lasts. A hold's end can be appealed as a sanction can."""
    rows = Proof.objects.filter(files__in=ids).select_related("hold__order__policy")
    return longest(
        (file.pk, _needed_until(proof))
        for proof in rows.prefetch_related("files")
        for file in proof.files.all()
    )


def _needed_until(proof: Proof) -> datetime | None:
    policy = proof.hold.order.policy
    ended_at = proof.hold.ended_at
    return ended_at + policy.evidence_kept(policy.report_appeal_days) if ended_at else None


def write_down(evidence: Evidence, at: datetime) -> None:
    """One line in the order's timeline, by the file's hash; the buyer never knew of it, and reads nothing (E-05)."""
    for pk in Order.objects.filter(holds__proofs__files=evidence).values_list("pk", flat=True).distinct():
        order = Order.lock(pk)
        order.moved_at = max(at, order.moved_at)
        order.say(file=evidence.public_id, sha256=evidence.sha256)
        order.record("remove_private_file", Actor.system(), order.state)


KEEPER = Keeper(kept_until, write_down)
