"""Who may see a file (E-03). Its owner may; whoever else may is known above this room, where files are put to a
case: orders and disputes register a question here, in their `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from marketplace.core.access import Actor

if TYPE_CHECKING:
    from .models import Evidence

#: (actor, file) → does a case that this file is in let this person see it?
Viewer = Callable[[Actor, "Evidence"], bool]

_party_viewers: list[Viewer] = []
_staff_viewers: list[Viewer] = []


def register_viewer(viewer: Viewer, *, sees_private: bool = False) -> None:
    """Have `viewer` asked about files. With `sees_private` it is asked also about files that "only the mediator
    sees": such a viewer must answer for staff on the case alone, never for its parties. Twice is once."""
    viewers = _staff_viewers if sees_private else _party_viewers
    if viewer not in viewers:
        viewers.append(viewer)


def forget_viewer(viewer: Viewer) -> None:
    """Undo `register_viewer`."""
    for viewers in (_party_viewers, _staff_viewers):
        if viewer in viewers:
            viewers.remove(viewer)


def may_see(actor: Actor, evidence: Evidence) -> bool:
    """May this person see the clean copy, now? Nobody sees what was removed; nobody but its owner what is not
    known to be clean (E4)."""
    if actor.user_id is None or evidence.removed_at is not None:
        return False
    if evidence.owner_id == actor.user_id:
        return True
    if evidence.status != "ready":
        return False
    viewers = _staff_viewers if evidence.private else (*_party_viewers, *_staff_viewers)
    return any(viewer(actor, evidence) for viewer in viewers)


def may_open_original(actor: Actor, evidence: Evidence) -> bool:
    """Staff who may see the file may open its sealed original, and that is logged (E-02). Its owner has the
    right to see it as everyone does; the original stays sealed for them too."""
    return actor.is_staff and may_see(actor, evidence)
