"""Who may knock at the addresses of feedback: its rows of the written table (policy.py says what the words mean).

Nobody in the table is a lead mediator: for all other staff there is none. What leads do is in tests/feedback.
"""

from __future__ import annotations

from typing import Any

from tests.contracts.policy import ANONYMOUS, API, SIGNED_IN, STAFF, Row, hidden, no, signed_in
from tests.contracts.policy_appeals import asks

GIVEN = {"rating": 1, "text": "Nobody looked at the label."}


def desk(status: int) -> dict[str, int]:
    """Staff who are no leads; whoever is no staff is led to the sign-in."""
    return dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302) | dict.fromkeys(STAFF.split(), status)


#: of a lead's verbs: its own side sees the feedback and may not, for everybody else there is none
_OF_LEADS: Row = {"GET": no(api=True), "POST": hidden("buyer", 403, api=True)}
ROWS: dict[str, Row] = {
    "/disputes/<public_id>/feedback/": {"GET": asks(200), "POST": asks(302)},
    f"{API}/disputes/<id>/feedback/": {"GET": no(api=True), "POST": asks(200, api=True)},
    f"{API}/feedback/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/feedback/<id>/": {"GET": hidden("buyer", 200, api=True), "POST": no(api=True)},
    f"{API}/feedback/<id>/open-second-look/": _OF_LEADS,
    f"{API}/feedback/<id>/set-aside/": _OF_LEADS,
    "/admin/desk/feedback/": {"GET": desk(403), "POST": desk(403)},
    "/admin/desk/feedback/<public_id>/": {"GET": desk(403), "POST": desk(403)},
    "/admin/desk/feedback/<public_id>/second-look/": {"GET": desk(405), "POST": desk(403)},
    "/admin/desk/feedback/<public_id>/set-aside/": {"GET": desk(405), "POST": desk(403)},
}
HOLES = {
    "/disputes/<public_id>/feedback/": "dispute:stands",
    f"{API}/disputes/<id>/feedback/": "dispute:stands",
    f"{API}/feedback/": "feedback",
    "/admin/desk/feedback/": "feedback",
}
BODIES: dict[str, Any] = {
    "/disputes/<public_id>/feedback/": GIVEN,
    f"{API}/disputes/<id>/feedback/": GIVEN,
    f"{API}/feedback/<id>/set-aside/": {"reason": "It was looked at."},
}
