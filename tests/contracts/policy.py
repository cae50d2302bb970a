HOLES = {
    "/orders/<public_id>/": "order:shipped", "/orders/<public_id>/send/": "order:paid", "/orders/<public_id>/cancel/": "order:paid",
    "/disputes/<public_id>/return/": "dispute:to_return", "/disputes/<public_id>/return/received/": "dispute:returning",
    "/disputes/<public_id>/return/wrong/": "dispute:returning", "/disputes/<public_id>/": "dispute:opened",
    "/api/v1/orders/<id>/ship/": "order:paid", "/api/v1/orders/<id>/cancel/": "order:paid", "/api/v1/orders/<id>/": "order:shipped",
    "/api/v1/orders/<order>": "order:shipped",
    "/api/v1/disputes/<id>/ship-return/": "dispute:to_return",
    "/api/v1/disputes/<id>/acknowledge-return/": "dispute:returning", "/api/v1/disputes/<id>/contest-return/": "dispute:returning",
    "/api/v1/disputes/<id>/return-events/": "dispute:returning",
    "/api/v1/disputes/<id>/assign/": "dispute:waiting", "/api/v1/disputes/<id>/release/": "dispute:held", "/api/v1/disputes/<id>/adjudicate/": "dispute:held",
    "/api/v1/disputes/<id>/staff-cancel/": "dispute:held",
    "/api/v1/disputes/<id>/approve/": "dispute:decided", "/api/v1/disputes/<id>/reject-approval/": "dispute:decided",
    "/api/v1/disputes/<id>/": "dispute:opened", "/api/v1/disputes/drafts/": "order:shipped",
    "/api/v1/evidence/": "evidence", "/evidence/": "evidence", "/api/v1/notifications/": "notice",
    "/admin/desk/<public_id>/second/": "dispute:decided", "/admin/desk/<public_id>/": "dispute:held",
}
def filled(route, ids):
    best=max((k for k in HOLES if route.startswith(k)), key=len, default=None)
    for hole, value in {"<file>": ids["evidence"], "<step>":"came", "<provider>":"sandbox", "<verb>":"assign"}.items():
        route=route.replace(hole, value)
    import re
    return re.sub("<\w+>", ids[HOLES[best]] if best else "x", route)
PARCEL={"carrier": "Post", "tracking_number": "RR7CN"}
BODIES={
 "/orders/<public_id>/": {"text":"Hello"}, "/orders/<public_id>/send/": {**PARCEL,"days":30}, "/orders/<public_id>/tracking/": PARCEL,
 "/orders/<public_id>/parcel/": {"code":"in_transit"}, "/orders/<public_id>/extend/": {"days":3},
 "/disputes/<public_id>/": {"text":"Hello"}, "/disputes/<public_id>/refuse/": {"note":"No."}, "/disputes/<public_id>/return/": PARCEL,
 "/disputes/<public_id>/return/wrong/": {"code":"damaged"}, "/orders/<public_id>/problem/<step>/": {"answer":"yes"},
 "/api/v1/orders/<id>/ship/": PARCEL, "/api/v1/orders/<id>/change-tracking/": PARCEL, "/api/v1/orders/<id>/tracking-events/": {"code":"in_transit"},
 "/api/v1/orders/<id>/extend-protection/": {"days":3}, "/api/v1/orders/<id>/messages/": {"text":"Hello"},
 "/api/v1/disputes/<id>/refuse-claim/": {"note":"No."}, "/api/v1/disputes/<id>/send-message/":{"text":"Hello"},
 "/api/v1/disputes/<id>/ship-return/": PARCEL, "/api/v1/disputes/<id>/contest-return/":{"code":"damaged"},
 "/api/v1/disputes/<id>/return-events/": {"code":"delivered"}, "/api/v1/disputes/<id>/adjudicate/": {"outcome":"no_refund","reason_code":"evidence.insufficient","facts":"Seen."},
 "/api/v1/disputes/<id>/reject-approval/":{"note":"Again."}, "/api/v1/disputes/<id>/staff-cancel/":{"reason":"Mistake."},
 "/api/v1/disputes/<id>/provide-evidence/": {"evidence": lambda ids: [ids["stray"]]},
 "/api/v1/disputes/drafts/<order>/": {"answers":{}},
 "/me/": {"language":"en","time_zone":"UTC"}, "/me/tokens/": {"name":"x","scopes":["read"]}, "/i18n/setlang/":{"language":"en"},
}
