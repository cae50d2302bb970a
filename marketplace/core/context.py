"""What the frame of every page shows: unread notices, and whether this person sells."""

from __future__ import annotations

from typing import Any

from django.utils.functional import SimpleLazyObject

from .edges import actor_of


def frame(request: Any) -> dict[str, Any]:
    """Asked only where a page shows them: an error page must come up without the database."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_counts": {"notices": 0}, "viewer_sells": False}
    return {
        "nav_counts": {"notices": SimpleLazyObject(lambda: user.notices.filter(read_at=None).count())},
        "viewer_sells": SimpleLazyObject(lambda: bool(actor_of(request).store_ids)),
    }
