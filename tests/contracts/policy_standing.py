"""Standing's rows of the written table (policy.py): who may knock where, and with what."""

from __future__ import annotations

from typing import Any

from tests.contracts.policy import (
    ANONYMOUS,
    API,
    SIGNED_IN,
    STAFF,
    Cells,
    Row,
    hidden,
    no,
    only,
    signed_in,
    verb,
)

_NO_STAFF: Cells = dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302)


def _board(staff: int, **others: int) -> Cells:
    """Staff with a role; whoever is none is led to the sign-in, as by all of /admin/."""
    return _NO_STAFF | dict.fromkeys(STAFF.split(), staff) | others


def _read() -> Row:
    return {"GET": _board(200), "POST": _board(405)}


def _verb(roles: str) -> Row:
    """Staff and the person see the flag; for everybody else it does not exist."""
    return verb(roles, seller=404, integrator=404)


_MODERATORS = _board(403, moderator=200)
_SECOND: Row = {"GET": _board(405), "POST": _board(403, moderator=302)}
ROWS: dict[str, Row] = {
    "/standing/": {"GET": signed_in(200), "POST": no()},
    "/standing/<public_id>/say/": {"GET": hidden("buyer", 200), "POST": hidden("buyer", 302)},
    "/admin/abuse/": _read(),
    "/admin/abuse/appeals/": _read(),
    "/admin/abuse/sellers/": _read(),
    "/admin/abuse/<public_id>/": _read(),
    "/admin/abuse/flags/<public_id>/": {"GET": _MODERATORS, "POST": _MODERATORS},
    "/admin/abuse/flags/<public_id>/approve/": _SECOND,
    "/admin/abuse/flags/<public_id>/send-back/": _SECOND,
    f"{API}/standing/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/standing/<user>/": {"GET": hidden(f"buyer {STAFF}", 200, api=True), "POST": no(api=True)},
    f"{API}/flags/": {"GET": only(STAFF, 200, api=True, strangers=403), "POST": no(api=True)},
    f"{API}/flags/<id>/": {"GET": hidden(f"buyer {STAFF}", 200, api=True), "POST": no(api=True)},
    f"{API}/flags/<id>/review/": _verb("moderator"),
    f"{API}/flags/<id>/approve/": _verb("moderator"),
    f"{API}/flags/<id>/reject-approval/": _verb("moderator"),
    f"{API}/flags/<id>/add-statement/": verb("buyer", seller=404, integrator=404),
}
HOLES = {
    "/standing/": "flag",
    "/admin/abuse/": "user:buyer",
    "/admin/abuse/flags/": "flag",
    "/admin/abuse/flags/<public_id>/approve/": "flag:waiting",
    "/admin/abuse/flags/<public_id>/send-back/": "flag:waiting",
    f"{API}/standing/": "user:buyer",
    f"{API}/flags/": "flag",
    f"{API}/flags/<id>/approve/": "flag:waiting",
    f"{API}/flags/<id>/reject-approval/": "flag:waiting",
}
_REVIEW = {"outcome": "warn", "facts": "Three disputes in a week."}
BODIES: dict[str, Any] = {
    "/standing/<public_id>/say/": {"text": "All three were broken."},
    "/admin/abuse/flags/<public_id>/": {**_REVIEW, "step": "preview"},
    "/admin/abuse/flags/<public_id>/send-back/": {"note": "Look at the photos."},
    f"{API}/flags/<id>/review/": _REVIEW,
    f"{API}/flags/<id>/reject-approval/": {"note": "Look at the photos."},
    f"{API}/flags/<id>/add-statement/": {"text": "All three were broken."},
}
