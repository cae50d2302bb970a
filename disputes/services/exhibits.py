"""Putting files before the other side and the mediator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import Invalid
from marketplace.evidence.models import Evidence

from ..models import Dispute, DisputeEvidence

MOST_FILES = 20


def own_files(public_ids: Sequence[str], by: Actor) -> list[Evidence]:
    """The actor's own files, in the order named. Raises Invalid for any that is not theirs."""
    found = {e.public_id: e for e in Evidence.objects.filter(public_id__in=public_ids, owner_id=by.user_id)}
    if set(public_ids) - found.keys():
        raise Invalid.field(
            "evidence", "unknown", _("One of these files is not yours, or does not exist. Add it again.")
        )
    return [found[public_id] for public_id in dict.fromkeys(public_ids)]


def attach(dispute: Dispute, files: Sequence[Evidence], *, role: str, at: datetime) -> int:
    """Add the files that are not there yet; how many were new. Raises Invalid above the most that a case takes."""
    there = set(dispute.exhibits.values_list("evidence_id", flat=True))
    new = [file for file in files if file.pk not in there]
    if len(there) + len(new) > MOST_FILES:
        raise Invalid.field("evidence", "too_many", _("A case takes up to %(n)s files.") % {"n": MOST_FILES})
    DisputeEvidence.objects.bulk_create(
        DisputeEvidence(dispute=dispute, evidence=file, role=role, added_at=at) for file in new
    )
    return len(new)
