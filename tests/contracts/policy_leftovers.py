"""Rows of the written table (policy.py) for staff who settle refunds, judge tracking and say whom they are tied to."""

from __future__ import annotations

from typing import Any

from tests.contracts.policy import API, MEDIATORS, Row, hidden, no, only, page, verb

ROWS: dict[str, Row] = {
    # lead mediators: tests/payments/test_unanswered.py
    f"{API}/refunds/<id>/ask-again/": {"GET": no(api=True), "POST": hidden(MEDIATORS, 403, api=True)},
    f"{API}/refunds/<id>/record-books/": {"GET": no(api=True), "POST": hidden(MEDIATORS, 403, api=True)},
    "/orders/<public_id>/tracking-right/": page("moderator"),
    f"{API}/orders/<id>/clear-doubts/": verb("moderator"),
    f"{API}/conflicts-of-interest/": {
        "GET": only(MEDIATORS, 200, api=True, strangers=403),
        "POST": only(MEDIATORS, 201, api=True, strangers=403),
    },
    f"{API}/conflicts-of-interest/<id>/": {  # leads end it: tests/disputes/test_conflicts.py
        "GET": no(api=True),
        "POST": no(api=True),
        "DELETE": only("", 403, api=True, strangers=403, other_mediator=404),
    },
}
HOLES = {
    "/orders/<public_id>/tracking-right/": "order:doubtful",
    f"{API}/orders/<id>/clear-doubts/": "order:doubtful",
    f"{API}/conflicts-of-interest/": "tie",
}
_WHY = {"reason": "The carrier used one number twice."}
BODIES: dict[str, Any] = {
    "/orders/<public_id>/tracking-right/": _WHY,
    f"{API}/orders/<id>/clear-doubts/": _WHY,
    f"{API}/conflicts-of-interest/": lambda ids: {
        "store": ids["store:other"],
        "why": "My brother works there.",
    },
}
