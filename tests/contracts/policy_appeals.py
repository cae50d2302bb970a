"""Who may knock at the addresses of appeals: its rows of the written table (policy.py says what the words mean)."""

from __future__ import annotations

from typing import Any

from tests.contracts.policy import ANONYMOUS, API, SIDES, SIGNED_IN, Row, hidden, no, only, signed_in

STAFF = ("mediator", "other_mediator", "moderator")
TEXT = {"text": "The label was not looked at."}
ANSWER = {"outcome": "upheld", "facts": "The label shows the same size."}


def own(status: int, *, api: bool = False) -> dict[str, int]:
    """The two sides; staff are told that it is not theirs, and for everybody else there is none."""
    return hidden("buyer seller", status, api=api) | dict.fromkeys(STAFF, 403)


def asks(status: int, *, api: bool = False) -> dict[str, int]:
    """The same at the dispute; whoever may read it and is no side of it is told so."""
    return own(status, api=api) | {"integrator": 403}


def desk(decider: int, reviewer: int, moderator: int) -> dict[str, int]:
    """`mediator` made the decision, `other_mediator` may look at the appeal; no staff: to the sign-in."""
    cells = dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302)
    return cells | {"mediator": decider, "other_mediator": reviewer, "moderator": moderator}


def reviewers(status: int) -> Row:
    """One verb in the API, of whoever had no part in the decision."""
    return {"GET": no(api=True), "POST": only("other_mediator", status, api=True, integrator=404)}


ROWS: dict[str, Row] = {
    "/appeals/new/<kind>/<about>/": {"GET": own(200), "POST": own(200)},  # the page to check it
    "/disputes/<public_id>/appeal/": {"GET": asks(200), "POST": asks(200)},
    "/disputes/<public_id>/appeal/result/": {"GET": only(SIDES, 200), "POST": no()},
    f"{API}/disputes/<id>/appeal/": {"GET": no(api=True), "POST": asks(200, api=True)},
    "/appeals/<public_id>/": {"GET": only(SIDES, 200, integrator=404), "POST": no()},
    "/appeals/<public_id>/files/<file>/": {"GET": signed_in(404), "POST": no()},  # of something else
    "/admin/desk/appeals/": {"GET": desk(200, 200, 200), "POST": desk(200, 200, 200)},
    "/admin/desk/appeals/<public_id>/": {"GET": desk(403, 200, 403), "POST": desk(403, 200, 403)},
    "/admin/desk/appeals/<public_id>/decide/": {"GET": desk(302, 302, 302), "POST": desk(403, 200, 403)},
    "/admin/desk/appeals/<public_id>/do/<verb>/": {"GET": desk(405, 405, 405), "POST": desk(403, 302, 403)},
    f"{API}/appeals/": {"GET": signed_in(200, api=True), "POST": own(201, api=True)},
    f"{API}/appeals/<id>/": {"GET": only(SIDES, 200, api=True, integrator=404), "POST": no(api=True)},
    f"{API}/appeals/<id>/assign/": reviewers(200),
    f"{API}/appeals/<id>/release/": reviewers(200),
    f"{API}/appeals/<id>/decide/": reviewers(200),
}
HOLES = {
    "/appeals/<public_id>/": "appeal:sent",
    "/disputes/<public_id>/appeal/": "dispute:stands",
    "/disputes/<public_id>/appeal/result/": "dispute:appealed",
    f"{API}/disputes/<id>/appeal/": "dispute:stands",
    "/admin/desk/appeals/<public_id>/": "appeal:sent",
    "/admin/desk/appeals/<public_id>/decide/": "appeal:held",
    f"{API}/appeals/": "appeal:sent",
    f"{API}/appeals/<id>/release/": "appeal:held",
    f"{API}/appeals/<id>/decide/": "appeal:held",
}
WORDS = {"<kind>": "decision", "<about>": "decision:stands"}
BODIES: dict[str, Any] = {
    "/appeals/new/<kind>/<about>/": {**TEXT, "step": "check"},
    "/admin/desk/appeals/<public_id>/decide/": {**ANSWER, "step": "preview"},
    "/disputes/<public_id>/appeal/": {**TEXT, "step": "check"},
    f"{API}/disputes/<id>/appeal/": TEXT,
    f"{API}/appeals/": lambda ids: {**TEXT, "kind": "decision", "about": ids["decision:stands"]},
    f"{API}/appeals/<id>/decide/": ANSWER,
}
