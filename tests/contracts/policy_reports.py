"""The report centre's rows of the written table (policy.py): who may knock where, and with what.

Of the scene: the buyer reported the seller's listing; the moderator has it, and asked the seller.
"""

from __future__ import annotations

from typing import Any

from tests.contracts.policy import ANONYMOUS, API, SIGNED_IN, STAFF, Cells, Row, hidden, no, public, signed_in

_NO_STAFF: Cells = dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302)


def _desk(moderator: int, others: int = 403) -> Cells:
    """Moderators alone; whoever is no staff is led to the sign-in, as by all of /admin/."""
    return _NO_STAFF | dict.fromkeys(STAFF.split(), others) | {"moderator": moderator}


def _page(who: str) -> Row:
    """One verb on a page of the two sides; whoever else sees the report is no side of it."""
    other = {"buyer": "seller", "seller": "buyer"}[who]
    get = hidden(who, 200) | {other: 403}
    return {"GET": get, "POST": hidden(who, 302) | {other: 403}}


def _verb(who: str, **others: int) -> Row:
    cells = hidden(who, 200, api=True) | dict.fromkeys({"buyer", "seller", "moderator"} - {who}, 403) | others
    return {"GET": no(api=True), "POST": cells}


_OPEN = {"GET": public(200), "POST": public(405)}
ROWS: dict[str, Row] = {
    "/reports/": _OPEN,
    "/reports/new/": _OPEN,
    "/reports/new/<category>/": {"GET": public(302), "POST": public(302)},
    "/reports/new/<category>/<step>/": {"GET": public(404), "POST": public(404)},  # there is no such question
    "/reports/mine/": {"GET": signed_in(200), "POST": no()},
    "/sell/reports/": {"GET": signed_in(200), "POST": no()},
    "/reports/message/<message>/": {"GET": hidden("", 200), "POST": hidden("", 302)},
    "/reports/confirm/<token>/": {"GET": public(404), "POST": public(404)},
    "/reports/open/<secret>/": {"GET": public(404), "POST": public(404)},
    "/reports/<public_id>/": {"GET": hidden("buyer seller", 200), "POST": no()},
    "/reports/<public_id>/files/<file>/": {"GET": hidden("", 302), "POST": no()},
    "/reports/<public_id>/more/": _page("buyer"),
    "/reports/<public_id>/withdraw/": _page("buyer"),
    "/reports/<public_id>/answer/": _page("seller"),
    "/reports/<public_id>/counter-report/": _page("seller"),
    "/admin/reports/": {"GET": _desk(200), "POST": _desk(405, 405)},
    "/admin/reports/<public_id>/": {"GET": _desk(200), "POST": _desk(405, 405)},
    "/admin/reports/<public_id>/assign/": {"GET": _desk(405, 405), "POST": _desk(302)},
    "/admin/reports/<public_id>/ask/": {"GET": _desk(405, 405), "POST": _desk(302)},
    "/admin/reports/<public_id>/decide/": {"GET": _desk(405, 405), "POST": _desk(200)},
    f"{API}/reports/": {
        "GET": signed_in(200, api=True),
        "POST": signed_in(201, api=True) | {"seller": 422},
    },
    f"{API}/reports/<id>/": {"GET": hidden("buyer seller moderator", 200, api=True), "POST": no(api=True)},
    f"{API}/reports/<id>/help/": {
        "GET": hidden("moderator", 200, api=True) | {"buyer": 403, "seller": 403},
        "POST": no(api=True),
    },
    f"{API}/reports/<id>/add-info/": _verb("buyer"),
    f"{API}/reports/<id>/withdraw/": _verb("buyer"),
    f"{API}/reports/<id>/respond/": _verb("seller"),
    f"{API}/reports/<id>/counter-report/": _verb("seller"),
    f"{API}/reports/<id>/appeal/": _verb("buyer", buyer=409, seller=409),  # nothing is decided yet
    f"{API}/reports/<id>/assign/": _verb("moderator", seller=404),
    f"{API}/reports/<id>/request-info/": _verb("moderator"),
    f"{API}/reports/<id>/decide/": _verb("moderator"),
}
HOLES = {
    "/reports/": "report",
    "/admin/reports/": "report",
    "/admin/reports/<public_id>/assign/": "report:new",
    f"{API}/reports/": "report",
    f"{API}/reports/<id>/assign/": "report:new",
}
_SAID = {"text": "It was on a Monday."}
_DECIDED = {"outcome": "dismissed", "facts": "Nothing is to be seen.", "reason_code": "none"}
BODIES: dict[str, Any] = {
    "/reports/<public_id>/more/": _SAID,
    "/reports/<public_id>/answer/": _SAID,
    "/reports/<public_id>/counter-report/": _SAID,
    "/admin/reports/<public_id>/ask/": _SAID,
    "/admin/reports/<public_id>/decide/": {**_DECIDED, "step": "preview"},
    f"{API}/reports/": lambda ids: {
        "category": "prohibited_products",
        "target": {"type": "listing", "id": ids["listing"]},
        "answers": {"rule": "weapons", "country": "DE"},
        "description": "This is a forbidden knife.",
    },
    f"{API}/reports/<id>/add-info/": _SAID,
    f"{API}/reports/<id>/respond/": _SAID,
    f"{API}/reports/<id>/counter-report/": _SAID,
    f"{API}/reports/<id>/appeal/": _SAID,
    f"{API}/reports/<id>/request-info/": _SAID,
    f"{API}/reports/<id>/decide/": _DECIDED,
}
