"""Putting files, and messages of the two sides, before the mediator as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import Invalid
from marketplace.evidence.models import Evidence
from marketplace.messaging.models import Message

from ..models import Dispute, DisputeEvidence, MessageExhibit

MOST_FILES = MOST_MESSAGES = 20


def own_files(public_ids: Sequence[str], by: Actor) -> list[Evidence]:
    """The actor's own files, in the order named. Raises Invalid for any that is not theirs."""
    found = {e.public_id: e for e in Evidence.objects.of(by).filter(public_id__in=public_ids)}
    if set(public_ids) - found.keys():
        raise Invalid.field(
            "evidence", "unknown", _("One of these files is not yours, or does not exist. Add it again.")
        )
    return [found[public_id] for public_id in dict.fromkeys(public_ids)]


def attach(dispute: Dispute, files: Sequence[Evidence], *, role: str, at: datetime) -> list[Evidence]:
    """Add the files that are not there yet, and say which were new. Raises Invalid above the most that a case takes."""
    there = set(dispute.exhibits.values_list("evidence_id", flat=True))
    new = [file for file in files if file.pk not in there]
    if len(there) + len(new) > MOST_FILES:
        raise Invalid.field("evidence", "too_many", _("A case takes up to %(n)s files.") % {"n": MOST_FILES})
    DisputeEvidence.objects.bulk_create(
        DisputeEvidence(dispute=dispute, evidence=file, role=role, added_at=at) for file in new
    )
    return new


def known_to_both(files: Sequence[Evidence]) -> int:
    """How many of the files the timeline speaks of: that there is one which only mediators see stays with them (E-03)."""
    return sum(not file.private for file in files)


def attach_messages(dispute: Dispute, public_ids: Sequence[str], *, role: str, at: datetime) -> int:
    """Make messages of the order's or the dispute's thread, of either side, exhibits; how many were new (N-08).

    Raises Invalid for a message of anywhere else, and above the most that a case takes.
    """
    threads = [pk for pk in (dispute.thread_id, dispute.order.thread_id) if pk]
    found = {
        each.public_id: each for each in Message.objects.filter(public_id__in=public_ids, thread__in=threads)
    }
    if set(public_ids) - found.keys():
        raise Invalid.field("messages", "unknown", _("One of these messages is not part of this case."))
    there = set(dispute.message_exhibits.values_list("message_id", flat=True))
    wanted = (found[public_id] for public_id in dict.fromkeys(public_ids))
    new = [message for message in wanted if message.pk not in there]
    if len(there) + len(new) > MOST_MESSAGES:
        message = _("A case takes up to %(n)s messages as evidence.") % {"n": MOST_MESSAGES}
        raise Invalid.field("messages", "too_many", message)
    MessageExhibit.objects.bulk_create(
        MessageExhibit(dispute=dispute, message=message, role=role, added_at=at) for message in new
    )
    return len(new)
