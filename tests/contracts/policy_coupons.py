"""Coupons: who may knock where. They are their owner's; staff read, and nobody else knows of them."""

from __future__ import annotations

from typing import Any

from tests.contracts import policy as p

API = p.API
ROWS: dict[str, p.Row] = {
    "/coupons/": {"GET": p.signed_in(200), "POST": p.no()},
    "/coupons/offers/<public_id>/": {
        "GET": p.only("buyer", 200, seller=404, integrator=404),
        "POST": p.only("buyer", 200, seller=404, integrator=404),
    },  # looked at once more: the second time it is taken
    f"{API}/coupons/": {"GET": p.signed_in(200, api=True), "POST": p.no(api=True)},
    f"{API}/coupons/<id>/": {
        "GET": p.hidden(f"buyer {p.STAFF}", 200, api=True),
        "POST": p.no(api=True),
    },
    f"{API}/coupons/offers/": {"GET": p.signed_in(200, api=True), "POST": p.no(api=True)},
    f"{API}/coupons/offers/<id>/": {
        "GET": p.hidden(f"buyer {p.STAFF}", 200, api=True),
        "POST": p.no(api=True),
    },
    f"{API}/coupons/offers/<id>/split/": p.verb("buyer", seller=404, integrator=404),
}
HOLES = {
    "/coupons/offers/": "coupon_offer",
    f"{API}/coupons/<id>/": "coupon",
    f"{API}/coupons/offers/<id>/": "coupon_offer",
}
BODIES: dict[str, Any] = {
    "/coupons/offers/<public_id>/": {"choice": "4"},
    f"{API}/coupons/offers/<id>/split/": {"pieces": ["5.00", "15.00"]},
}
