"""An order on hold as its reader sees it (O-08): why, what was shown, how it ended. Needs holds__proofs__files read along."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marketplace.core.access import Actor

from . import access
from .models import Hold, Order

#: what a query must read along
ALONG = ("holds__proofs__files",)


@dataclass(frozen=True)
class ShownProof:
    """What the seller sent, for moderators and the seller's own people."""

    text: str
    sent_at: datetime
    files: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class ShownHold:
    """One hold. The buyer reads how it ended and why, not what it was suspected of."""

    placed_at: datetime
    ended_at: datetime | None
    accepted: bool | None
    note: str
    reason: str = ""
    proofs: list[ShownProof] = field(default_factory=list)


def holds_of(order: Order, actor: Actor) -> list[ShownHold]:
    """Every hold of the order, the oldest first."""
    inside = access.seller(actor, order) or access.moderator(actor, order)
    return [_shown(hold, inside=inside) for hold in order.holds.all()]


def _shown(hold: Hold, *, inside: bool) -> ShownHold:
    public = ShownHold(hold.placed_at, hold.ended_at, hold.accepted, hold.note)
    if not inside:
        return public
    proofs = [
        ShownProof(proof.text, proof.sent_at, [file for file in proof.files.all() if file.removed_at is None])
        for proof in hold.proofs.all()
    ]
    return ShownHold(hold.placed_at, hold.ended_at, hold.accepted, hold.note, hold.reason, proofs)
