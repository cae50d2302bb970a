"""How long the files of a dispute are needed, and what its timeline says once they are gone (E-05); the evidence room
asks here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from marketplace.appeals.models import ENDED, Appeal, Kind
from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.evidence.retention import Keeper, longest

from .models import Dispute, DisputeEvidence, Result, ReturnShipment


def kept_until(ids: Sequence[int]) -> dict[int, datetime | None]:
    """File → when no dispute needs it any more; None while one is open, or looked at a second time."""
    shown = DisputeEvidence.objects.filter(evidence_id__in=ids).select_related("dispute__order__policy")
    receipts = ReturnShipment.objects.filter(postage_receipt__in=ids).select_related("dispute__order__policy")
    needed = [(row.evidence_id, row.dispute) for row in shown]
    needed += [(row.postage_receipt_id or 0, row.dispute) for row in receipts]
    about = [dispute.public_id for _file, dispute in needed]
    looks = Appeal.objects.filter(kind=Kind.SECOND_LOOK, about__in=about).exclude(state__in=ENDED)
    looked_at = set(looks.values_list("about", flat=True))
    return longest((file, _needed_until(dispute, looked_at)) for file, dispute in needed)


def _needed_until(dispute: Dispute, looked_at: set[str]) -> datetime | None:
    """The end, the longest time in which something of it can be appealed, and the time to keep files: a fraud finding
    restricts a buyer, and that can be appealed for longer."""
    if dispute.ended_at is None or dispute.public_id in looked_at:
        return None
    policy = dispute.policy
    window = policy.report_appeal_days if dispute.outcome == Result.FRAUD else policy.appeal_days
    return dispute.ended_at + policy.evidence_kept(window)


def write_down(evidence: Evidence, at: datetime) -> None:
    """One line in the timeline of each dispute that it was put to: which file it was, by its hash. Nothing moves. That
    there was a file which only mediators saw stays with them."""
    verb = "remove_private_file" if evidence.private else "remove_file"
    put_to = Q(exhibits__evidence=evidence) | Q(return_shipment__postage_receipt=evidence)
    for pk in Dispute.objects.filter(put_to).values_list("pk", flat=True).distinct():
        dispute = Dispute.lock(pk)
        dispute.moved_at = max(at, dispute.moved_at)
        dispute.say(file=evidence.public_id, sha256=evidence.sha256)
        dispute.record(verb, Actor.system(), dispute.state)


KEEPER = Keeper(kept_until, write_down)
