"""Sanctions: who may knock where. Whom they burden reads them; staff read all; moderators act."""

from __future__ import annotations

from typing import Any

from tests.contracts import policy as p

API = p.API
_STAFF_ONLY = dict.fromkeys((*p.SIGNED_IN, p.ANONYMOUS), 302) | dict.fromkeys(p.STAFF.split(), 403)
ROWS: dict[str, p.Row] = {
    "/sanctions/": {"GET": p.signed_in(200), "POST": p.no()},
    "/sanctions/<public_id>/": {"GET": p.hidden(f"seller {p.STAFF}", 200), "POST": p.no()},
    "/sanctions/<public_id>/take-back/": {
        "GET": p.only("moderator", 200, buyer=404, integrator=404),
        "POST": p.only("moderator", 302, buyer=404, integrator=404),
    },
    "/admin/sanctions/sanction/impose/": {
        "GET": _STAFF_ONLY | {"moderator": 200},
        "POST": _STAFF_ONLY | {"moderator": 200},
    },
    f"{API}/sanctions/": {
        "GET": p.signed_in(200, api=True),
        "POST": p.only("moderator", 201, api=True, strangers=403),
    },
    f"{API}/sanctions/<id>/": {"GET": p.hidden(f"seller {p.STAFF}", 200, api=True), "POST": p.no(api=True)},
    f"{API}/sanctions/<id>/take-back/": p.verb("moderator", buyer=404, integrator=404),
}
HOLES = {
    "/sanctions/": "sanction",
    f"{API}/sanctions/": "sanction",
}
BODIES: dict[str, Any] = {
    "/sanctions/<public_id>/take-back/": {"note": "It was another shop."},
    "/admin/sanctions/sanction/impose/": {},
    f"{API}/sanctions/": lambda ids: {
        "target": ids["user:buyer"],
        "kind": "warning",
        "statement": "It was not true.",
        "rule": "Terms, 4.2",
    },
    f"{API}/sanctions/<id>/take-back/": {"note": "It was another shop."},
}
