"""Who may knock where, and what they are answered: the written table (threats.md A1). Default is deny.

An address that is not in this table fails the build. Each row says, for GET and POST, which roles are let in and with
which status; everybody else is answered as the row's word says:

- `only(roles, status)`: others who see the case 403, strangers 404;
- `hidden(roles, status)`: for everybody else it does not exist: 404;
- `signed_in(status)`: everybody with an account;
- `public(status)`: everybody.

Whoever is not signed in is led to the sign-in by pages (302), and told 401 by the API. PUT and DELETE are nobody's
unless written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

ANONYMOUS = "anonymous"
STRANGERS = ("other_buyer", "other_seller")
MEDIATORS = "mediator other_mediator"
STAFF = f"{MEDIATORS} moderator"
#: everybody who sees the case
READERS = f"buyer seller integrator {STAFF}"
#: everybody who has a shop
SELLERS = "seller other_seller"
SIGNED_IN = (*READERS.split(), *STRANGERS)
#: everybody who sees what is between the two sides
SIDES = f"buyer seller {STAFF}"
NOBODY = ""

Cells = dict[str, int]
Row = dict[str, Cells]


def only(roles: str, status: int, *, api: bool = False, strangers: int = 404, **others: int) -> Cells:
    cells = (
        dict.fromkeys(SIGNED_IN, 403) | dict.fromkeys(STRANGERS, strangers) | {ANONYMOUS: 401 if api else 302}
    )
    return cells | dict.fromkeys(roles.split(), status) | others


def hidden(roles: str, status: int, *, api: bool = False) -> Cells:
    return (
        dict.fromkeys(SIGNED_IN, 404)
        | {ANONYMOUS: 401 if api else 302}
        | dict.fromkeys(roles.split(), status)
    )


def signed_in(status: int, *, api: bool = False) -> Cells:
    return dict.fromkeys(SIGNED_IN, status) | {ANONYMOUS: 401 if api else 302}


def public(status: int) -> Cells:
    return dict.fromkeys((*SIGNED_IN, ANONYMOUS), status)


def no(*, api: bool = False) -> Cells:
    """Not that method: 405, once it is known who asks."""
    return signed_in(405, api=api)


def page(roles: str) -> Row:
    """One verb on a page: the form, then the act, which leads back to the case."""
    return {"GET": only(roles, 200), "POST": only(roles, 302)}


def verb(roles: str, status: int = 200, **others: int) -> Row:
    """One verb in the API."""
    return {"GET": no(api=True), "POST": only(roles, status, api=True, **others)}


def claim_page(roles: str) -> Row:
    """One verb of a warranty claim on a page."""
    return {"GET": only(roles, 200, integrator=404), "POST": only(roles, 302, integrator=404)}


def desk(get: Cells | int, post: Cells | int) -> Row:
    """The desk: mediators alone; moderators 403; whoever is no staff is led to the sign-in, as by all of /admin/."""
    return {"GET": _desk(get), "POST": _desk(post)}


def _desk(cells: Cells | int) -> Cells:
    if isinstance(cells, dict):
        return cells
    return (
        dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302)
        | {"moderator": 403}
        | dict.fromkeys(MEDIATORS.split(), cells)
    )


#: an act at the desk is POST alone, whoever of the staff asks
DESK_ACT = dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302) | dict.fromkeys(STAFF.split(), 405)

API = "/api/v1"
POLICY: dict[str, Row] = {
    # everybody's
    "/": {"GET": signed_in(302) | {ANONYMOUS: 200}, "POST": signed_in(302) | {ANONYMOUS: 405}},
    "/help/": {"GET": public(200), "POST": public(405)},
    "/help/evidence/": {"GET": public(200), "POST": public(405)},
    "/help/time-limits/": {"GET": public(200), "POST": public(405)},
    "/transparency/": {"GET": public(200), "POST": public(405)},
    "/transparency/figures.csv": {"GET": public(200), "POST": public(405)},
    "/transparency/<month>/": {"GET": public(200), "POST": public(405)},
    "/transparency/<month>.csv": {"GET": public(404), "POST": public(405)},  # there is no such month
    f"{API}/transparency/": {"GET": public(200), "POST": public(405)},
    f"{API}/transparency/statements/": {
        "GET": only(STAFF, 200, api=True, strangers=403),
        "POST": no(api=True),
    },
    "/styleguide/": {"GET": public(200), "POST": public(405)},
    "/i18n/setlang/": {"GET": public(405), "POST": public(302)},
    "/api/schema/": {"GET": public(200), "POST": public(405)},
    "/api/docs/": {"GET": public(200), "POST": public(405)},
    "/payments/webhooks/<provider>/": {
        "GET": public(405),
        "POST": public(400),
    },  # without the provider's signature
    # one's own
    "/me/": {"GET": signed_in(200), "POST": signed_in(302)},
    "/me/tokens/": {"GET": signed_in(302), "POST": signed_in(200)},
    "/me/tokens/end/": {"GET": no(), "POST": signed_in(404)},  # no such token of theirs
    "/notifications/": {"GET": signed_in(200), "POST": no()},
    "/notifications/read/": {"GET": no(), "POST": signed_in(302)},
    "/sell/": {"GET": signed_in(200), "POST": no()},
    "/sell/rules/": {"GET": hidden(SELLERS, 200), "POST": hidden(SELLERS, 405)},
    "/sell/rules/new/": {
        "GET": hidden(SELLERS, 200),
        "POST": hidden("seller", 302) | {"other_seller": 200},
    },  # it is not their shop: said beside the field
    "/sell/rules/<public_id>/": {"GET": hidden("seller", 200), "POST": hidden("seller", 200)},
    "/sell/addresses/": {"GET": signed_in(200), "POST": hidden("seller", 302)},
    "/sell/addresses/remove/": {"GET": no(), "POST": hidden("seller", 404)},  # no such address
    # orders
    "/orders/": {"GET": signed_in(200), "POST": no()},
    "/orders/<public_id>/": {"GET": only(READERS, 200), "POST": only("buyer seller", 302)},
    "/orders/<public_id>/send/": page("seller integrator"),
    "/orders/<public_id>/tracking/": page("seller integrator"),
    "/orders/<public_id>/parcel/": page("seller integrator"),
    "/orders/<public_id>/extend/": page("seller"),
    "/orders/<public_id>/more-time/": page("buyer"),
    "/orders/<public_id>/received/": page("buyer integrator"),
    "/orders/<public_id>/cancel/": page("buyer integrator"),
    "/orders/<public_id>/rate/": page("buyer"),
    "/orders/<public_id>/hold/": page("moderator"),
    "/orders/<public_id>/prove/": page("seller"),
    "/orders/<public_id>/prove/<file>/": {"GET": signed_in(404), "POST": no()},  # a file of something else
    "/orders/<public_id>/go-on/": page("moderator"),
    "/orders/<public_id>/close/": page("moderator"),
    "/orders/<public_id>/warranty/": {"GET": hidden("buyer", 200), "POST": hidden("buyer", 302)},
    # what everybody may see of a store
    "/stores/<public_id>/": {"GET": public(200), "POST": public(405)},
    "/stores/<public_id>/hold/": {
        "GET": only("moderator", 200, strangers=403),
        "POST": only("moderator", 302, strangers=403),
    },
    "/listings/<public_id>/": {"GET": public(200), "POST": public(405)},
    # warranty claims are between the two sides; the host marketplace does not see them
    "/warranty-claims/": {"GET": signed_in(200), "POST": no()},
    "/warranty-claims/<public_id>/": {"GET": only(SIDES, 200, integrator=404), "POST": no()},
    "/warranty-claims/<public_id>/files/<file>/": {"GET": signed_in(404), "POST": no()},  # of something else
    "/warranty-claims/<public_id>/accept/": claim_page("seller"),
    "/warranty-claims/<public_id>/decline/": claim_page("seller"),
    "/warranty-claims/<public_id>/send/": claim_page("seller"),
    "/warranty-claims/<public_id>/received/": claim_page("buyer"),
    "/warranty-claims/<public_id>/receipt/": {
        "GET": only("buyer", 200, integrator=404),
        "POST": only("buyer", 200, integrator=404),
    },  # no file: said there
    "/warranty-claims/<public_id>/pay/": claim_page("seller"),
    "/warranty-claims/<public_id>/withdraw/": claim_page("buyer"),
    "/orders/<public_id>/problem/": {"GET": hidden("buyer", 302), "POST": hidden("buyer", 302)},
    "/orders/<public_id>/problem/not-yet/": {"GET": hidden("buyer", 302), "POST": hidden("buyer", 302)},
    "/orders/<public_id>/problem/<step>/": {"GET": hidden("buyer", 200), "POST": hidden("buyer", 302)},
    # disputes
    "/disputes/": {"GET": signed_in(200), "POST": no()},
    "/disputes/<public_id>/": {"GET": only(READERS, 200), "POST": only("buyer seller", 302)},
    "/disputes/<public_id>/sent/": {"GET": only(READERS, 200), "POST": no()},
    "/disputes/<public_id>/answer/": page("buyer seller"),
    "/disputes/<public_id>/results/": page("buyer"),
    "/disputes/<public_id>/files/": {
        "GET": only("buyer seller", 200),
        "POST": only("buyer seller", 200),
    },  # no file: said there
    "/disputes/<public_id>/messages/": {
        "GET": only("buyer seller", 200),
        "POST": only("buyer seller", 200),
    },  # none chosen: said there
    "/disputes/<public_id>/files/<file>/": {"GET": hidden(f"buyer seller {MEDIATORS}", 302), "POST": no()},
    "/disputes/<public_id>/accept/": page("seller"),
    "/disputes/<public_id>/refuse/": page("seller"),
    "/disputes/<public_id>/offer/": page("buyer seller"),
    "/disputes/<public_id>/offers/<offer>/accept/": page("buyer"),  # it is the seller's own
    "/disputes/<public_id>/offers/<offer>/deny/": page("buyer"),
    "/disputes/<public_id>/edit/": page("buyer"),
    "/disputes/<public_id>/mediator/": page("buyer"),
    "/disputes/<public_id>/cancel/": page("buyer"),
    "/disputes/<public_id>/cancel/later/": page("buyer"),
    "/disputes/<public_id>/go-on/": page("buyer"),
    "/disputes/<public_id>/return/": page("buyer"),
    "/disputes/<public_id>/return/address/": page("seller"),
    "/disputes/<public_id>/return/postage/": {
        "GET": only("buyer", 200),
        "POST": only("buyer", 200),
    },  # no file: said there
    "/disputes/<public_id>/replacement/": page("seller"),
    "/disputes/<public_id>/replacement/received/": page("buyer"),
    "/disputes/<public_id>/replacement/wrong/": page("buyer"),
    "/disputes/<public_id>/return/received/": page("seller"),
    "/disputes/<public_id>/return/wrong/": page("seller"),
    # files: the page needs a link that has not died; the original is sealed for all but staff on the case
    "/evidence/<public_id>/content/": {"GET": signed_in(404), "POST": no()},
    "/evidence/<public_id>/original/": {"GET": hidden(MEDIATORS, 200), "POST": no()},
    # the desk
    "/admin/desk/": desk(200, 200),
    "/admin/desk/next/": desk(DESK_ACT, 302),
    "/admin/desk/<public_id>/": desk(200, 200),
    "/admin/desk/<public_id>/decide/": desk(dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302), 422),
    "/admin/desk/<public_id>/second/": desk(200, 200),
    "/admin/desk/<public_id>/ask/": desk(dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302), 422),
    "/admin/desk/<public_id>/propose/": desk(  # whoever does not hold it is led back to the case
        dict.fromkeys((*SIGNED_IN, ANONYMOUS), 302) | {"moderator": 403, "mediator": 200}, 422
    ),
    "/admin/desk/figures/": desk(200, 200),
    "/admin/desk/<public_id>/do/<verb>/": desk(DESK_ACT, 409),  # the case is held already
    # the API: oneself
    f"{API}/auth/token/": {"GET": no(api=True), "POST": public(422), "DELETE": signed_in(400, api=True)},
    f"{API}/notifications/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/refunds/": {
        "GET": signed_in(200, api=True),
        "POST": no(api=True),
    },  # mediators' alone: others read none
    f"{API}/refunds/<id>/pay-another-way/": {
        "GET": no(api=True),
        "POST": hidden(MEDIATORS, 403, api=True),  # lead mediators: tests/payments/test_other_ways.py
    },
    f"{API}/notifications/<id>/read/": {"GET": no(api=True), "POST": hidden("buyer", 200, api=True)},
    f"{API}/policies/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/policies/<version>/simulate/": {  # lead mediators; none of these is one
        "GET": no(api=True),
        "POST": signed_in(403, api=True),
    },
    f"{API}/stores/<id>/addresses/": {
        "GET": hidden("seller", 200, api=True),
        "POST": no(api=True),
        "PUT": hidden("seller", 200, api=True),
    },
    # the API: files
    f"{API}/evidence/": {"GET": no(api=True), "POST": signed_in(422, api=True)},  # nothing is announced
    f"{API}/evidence/uploads/": {"GET": no(api=True), "POST": signed_in(412, api=True)},  # another tus
    f"{API}/evidence/uploads/<public_id>/": {
        "GET": hidden("buyer", 200, api=True),
        "POST": no(api=True),
        "DELETE": hidden("buyer", 204, api=True),
    },
    f"{API}/evidence/uploads/<public_id>/complete/": {
        "GET": no(api=True),
        "POST": hidden("buyer", 409, api=True),  # its bytes are not here yet
    },
    f"{API}/evidence/<public_id>/": {
        "GET": hidden(f"buyer seller {MEDIATORS}", 200, api=True),
        "POST": no(api=True),
    },
    f"{API}/evidence/<public_id>/content/": {
        "GET": hidden(f"buyer seller {MEDIATORS}", 200, api=True),
        "POST": no(api=True),
    },
    # the API: orders
    f"{API}/orders/": {
        "GET": signed_in(200, api=True),
        "POST": only("integrator", 422, api=True, strangers=403),
    },
    f"{API}/orders/<id>/": {"GET": only(READERS, 200, api=True), "POST": no(api=True)},
    f"{API}/orders/<id>/ship/": verb("seller integrator"),
    f"{API}/orders/<id>/change-tracking/": verb("seller integrator"),
    f"{API}/orders/<id>/tracking-events/": verb("seller integrator"),
    f"{API}/orders/<id>/extend-protection/": verb("seller"),
    f"{API}/orders/<id>/request-extension/": verb("buyer"),
    f"{API}/orders/<id>/confirm-receipt/": verb("buyer integrator"),
    f"{API}/orders/<id>/cancel/": verb("buyer integrator"),
    f"{API}/orders/<id>/rate/": verb("buyer"),
    f"{API}/orders/<id>/hold/": verb("moderator"),
    f"{API}/orders/<id>/prove/": verb("seller"),
    f"{API}/orders/<id>/accept-proof/": verb("moderator"),
    f"{API}/orders/<id>/refuse-proof/": verb("moderator"),
    f"{API}/orders/<id>/warranty-claims/": {
        "GET": only(READERS, 200, api=True),
        "POST": only("buyer", 201, api=True),
    },
    f"{API}/stores/<id>/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/stores/<id>/hold/": verb("moderator", strangers=403),
    f"{API}/listings/<id>/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/warranty-claims/": {"GET": signed_in(200, api=True), "POST": no(api=True)},
    f"{API}/warranty-claims/<id>/": {"GET": only(SIDES, 200, api=True, integrator=404), "POST": no(api=True)},
    f"{API}/warranty-claims/<id>/accept/": verb("seller", integrator=404),
    f"{API}/warranty-claims/<id>/decline/": verb("seller", integrator=404),
    f"{API}/warranty-claims/<id>/ship/": verb("seller", integrator=404),
    f"{API}/warranty-claims/<id>/acknowledge/": verb("buyer", integrator=404),
    f"{API}/warranty-claims/<id>/send-receipt/": verb("buyer", integrator=404),
    f"{API}/warranty-claims/<id>/pay-receipt/": verb("seller", integrator=404),
    f"{API}/warranty-claims/<id>/withdraw/": verb("buyer", integrator=404),
    f"{API}/orders/<id>/messages/": {
        "GET": only(f"buyer seller {STAFF}", 200, api=True),
        "POST": only("buyer seller", 201, api=True),
    },
    f"{API}/orders/<id>/dispute-options/": {
        "GET": only(f"buyer {STAFF}", 200, api=True),
        "POST": no(api=True),
    },
    # the API: disputes
    f"{API}/disputes/": {"GET": signed_in(200, api=True), "POST": signed_in(422, api=True)},
    f"{API}/disputes/drafts/<order>/": {
        "GET": only("buyer", 200, api=True),
        "POST": no(api=True),
        "PUT": only("buyer", 200, api=True),
    },
    f"{API}/disputes/next/": verb(MEDIATORS, strangers=403),
    f"{API}/disputes/<id>/": {"GET": only(READERS, 200, api=True), "POST": no(api=True)},
    f"{API}/disputes/<id>/accept-claim/": verb("seller"),
    f"{API}/disputes/<id>/refuse-claim/": verb("seller"),
    f"{API}/disputes/<id>/cancel/": verb("buyer"),
    f"{API}/disputes/<id>/cancel-conditionally/": verb("buyer"),
    f"{API}/disputes/<id>/resume/": verb("buyer"),
    f"{API}/disputes/<id>/escalate/": verb("buyer"),
    f"{API}/disputes/<id>/edit-claim/": verb("buyer"),
    f"{API}/disputes/<id>/make-offer/": verb("buyer seller"),
    f"{API}/disputes/<id>/accept-offer/": verb("buyer"),
    f"{API}/disputes/<id>/deny-offer/": verb("buyer"),
    # the API: a store's own rules
    f"{API}/stores/<id>/auto-accept-rules/": {
        "GET": hidden("seller", 200, api=True),
        "POST": hidden("seller", 201, api=True),
    },
    f"{API}/stores/<id>/auto-accept-rules/<rule>/try/": {
        "GET": no(api=True),
        "POST": hidden("seller", 200, api=True),
    },
    f"{API}/stores/<id>/auto-accept-rules/<rule>/switch-on/": {
        "GET": no(api=True),
        "POST": hidden("seller", 200, api=True),
    },
    f"{API}/stores/<id>/auto-accept-rules/<rule>/switch-off/": {
        "GET": no(api=True),
        "POST": hidden("seller", 409, api=True),
    },  # it is off
    f"{API}/disputes/<id>/send-message/": verb("buyer seller"),
    f"{API}/disputes/<id>/provide-evidence/": verb("buyer", seller=422),  # the file is the buyer's
    f"{API}/disputes/<id>/ship-return/": verb("buyer"),
    f"{API}/disputes/<id>/acknowledge-return/": verb("seller"),
    f"{API}/disputes/<id>/contest-return/": verb("seller"),
    f"{API}/disputes/<id>/return-events/": verb("integrator"),
    f"{API}/disputes/<id>/give-return-address/": verb("seller"),
    f"{API}/disputes/<id>/postage-receipt/": verb("buyer"),
    f"{API}/disputes/<id>/ship-replacement/": verb("seller"),
    f"{API}/disputes/<id>/replacement-events/": verb("integrator"),
    f"{API}/disputes/<id>/acknowledge-replacement/": verb("buyer"),
    f"{API}/disputes/<id>/contest-replacement/": verb("buyer"),
    f"{API}/disputes/<id>/assign/": verb(MEDIATORS),
    f"{API}/disputes/<id>/release/": verb("mediator"),
    f"{API}/disputes/<id>/require-evidence/": verb("mediator"),
    f"{API}/disputes/<id>/close-evidence-requests/": verb("mediator"),
    f"{API}/disputes/<id>/propose/": verb("mediator"),
    f"{API}/disputes/<id>/choose-proposal/": verb("buyer"),
    f"{API}/disputes/<id>/adjudicate/": verb("mediator"),
    f"{API}/disputes/<id>/approve/": verb("other_mediator"),
    f"{API}/disputes/<id>/reject-approval/": verb("other_mediator"),
    f"{API}/disputes/<id>/staff-cancel/": verb(MEDIATORS),
}

#: addresses that a library makes: the beginning → who is let in at all, and the statuses they may be answered with
PREFIXES: dict[str, dict[str, frozenset[int]]] = {
    # Django's admin: whoever is no staff with a code app is led to the sign-in. What staff may open is in tests/admin/.
    "/admin/": dict.fromkeys(("anonymous", "buyer", "seller", "integrator", "new_staff"), frozenset({302}))
    | dict.fromkeys(("mediator", "moderator"), frozenset({200, 302, 403, 404, 405})),
    # allauth: everybody's own account; its pages lead to the sign-in, ask for the password again, or are for strangers only
    "/account/": dict.fromkeys(("anonymous", "buyer", "mediator"), frozenset({200, 302, 400, 403, 404, 405})),
}
#: inside a prefix, but open to whoever is on the way in or out
OPEN_DOORS = {"/admin/login/": frozenset({302, 403}), "/admin/logout/": frozenset({302})}

#: sent without our CSRF token by design, and why
NO_CSRF = {
    "/payments/webhooks/<provider>/": "the provider signs its events",
    f"{API}/auth/token/": "signing in needs no session; DELETE asks for the token itself",
}

# -- what fills the holes ------------------------------------------------------------------------------------------

#: the beginning of an address → which case stands in it; the longest that fits holds
HOLES = {
    "/sell/rules/<public_id>/": "rule",
    "/disputes/<public_id>/offers/": "dispute:countered",
    "/disputes/<public_id>/mediator/": "dispute:classic",
    "/disputes/<public_id>/go-on/": "dispute:resting",
    f"{API}/disputes/<id>/accept-offer/": "dispute:countered",
    f"{API}/disputes/<id>/deny-offer/": "dispute:countered",
    f"{API}/disputes/<id>/escalate/": "dispute:classic",
    f"{API}/disputes/<id>/resume/": "dispute:resting",
    "/orders/<public_id>/": "order:shipped",
    "/orders/<public_id>/send/": "order:paid",
    "/orders/<public_id>/cancel/": "order:paid",
    "/orders/<public_id>/rate/": "order:ended",
    "/orders/<public_id>/warranty/": "order:ended",
    "/orders/<public_id>/hold/": "order:paid",
    "/orders/<public_id>/prove/": "order:on_hold",
    "/orders/<public_id>/go-on/": "order:proved",
    "/orders/<public_id>/close/": "order:proved",
    "/stores/": "store",
    "/listings/": "listing",
    "/warranty-claims/": "claim:asked",
    "/warranty-claims/<public_id>/send/": "claim:agreed",
    "/warranty-claims/<public_id>/received/": "claim:sent",
    "/warranty-claims/<public_id>/receipt/": "claim:repair",
    "/warranty-claims/<public_id>/pay/": "claim:receipt",
    "/disputes/<public_id>/": "dispute:opened",
    "/disputes/<public_id>/return/": "dispute:to_return",
    "/disputes/<public_id>/return/address/": "dispute:no_address",
    "/disputes/<public_id>/return/received/": "dispute:returning",
    "/disputes/<public_id>/replacement/": "dispute:to_replace",
    "/disputes/<public_id>/replacement/received/": "dispute:replacing",
    "/disputes/<public_id>/replacement/wrong/": "dispute:replacing",
    "/disputes/<public_id>/return/wrong/": "dispute:returning",
    "/evidence/": "evidence",
    "/admin/desk/<public_id>/": "dispute:held",
    "/admin/desk/<public_id>/second/": "dispute:decided",
    f"{API}/evidence/": "evidence",
    f"{API}/evidence/uploads/": "upload",
    f"{API}/notifications/": "notice",
    f"{API}/refunds/": "refund",
    f"{API}/orders/<id>/": "order:shipped",
    f"{API}/orders/<id>/ship/": "order:paid",
    f"{API}/orders/<id>/cancel/": "order:paid",
    f"{API}/orders/<id>/rate/": "order:ended",
    f"{API}/orders/<id>/warranty-claims/": "order:ended",
    f"{API}/orders/<id>/hold/": "order:paid",
    f"{API}/orders/<id>/prove/": "order:on_hold",
    f"{API}/orders/<id>/accept-proof/": "order:proved",
    f"{API}/orders/<id>/refuse-proof/": "order:proved",
    f"{API}/stores/": "store",
    f"{API}/listings/": "listing",
    f"{API}/warranty-claims/": "claim:asked",
    f"{API}/warranty-claims/<id>/ship/": "claim:agreed",
    f"{API}/warranty-claims/<id>/acknowledge/": "claim:sent",
    f"{API}/warranty-claims/<id>/send-receipt/": "claim:repair",
    f"{API}/warranty-claims/<id>/pay-receipt/": "claim:receipt",
    f"{API}/disputes/drafts/": "order:shipped",
    f"{API}/disputes/<id>/": "dispute:opened",
    f"{API}/disputes/<id>/ship-return/": "dispute:to_return",
    f"{API}/disputes/<id>/acknowledge-return/": "dispute:returning",
    f"{API}/disputes/<id>/contest-return/": "dispute:returning",
    f"{API}/disputes/<id>/return-events/": "dispute:returning",
    f"{API}/disputes/<id>/give-return-address/": "dispute:no_address",
    f"{API}/disputes/<id>/postage-receipt/": "dispute:to_return",
    f"{API}/disputes/<id>/ship-replacement/": "dispute:to_replace",
    f"{API}/disputes/<id>/replacement-events/": "dispute:replacing",
    f"{API}/disputes/<id>/acknowledge-replacement/": "dispute:replacing",
    f"{API}/disputes/<id>/contest-replacement/": "dispute:replacing",
    f"{API}/stores/<id>/": "store",
    f"{API}/disputes/<id>/assign/": "dispute:waiting",
    f"{API}/disputes/<id>/release/": "dispute:held",
    f"{API}/disputes/<id>/require-evidence/": "dispute:held",
    f"{API}/disputes/<id>/close-evidence-requests/": "dispute:asked",
    f"{API}/disputes/<id>/propose/": "dispute:held",
    f"{API}/disputes/<id>/choose-proposal/": "dispute:choosing",
    f"{API}/disputes/<id>/adjudicate/": "dispute:held",
    "/disputes/<public_id>/answer/": "dispute:asked",
    "/disputes/<public_id>/results/": "dispute:choosing",
    f"{API}/disputes/<id>/staff-cancel/": "dispute:held",
    f"{API}/disputes/<id>/approve/": "dispute:decided",
    f"{API}/disputes/<id>/reject-approval/": "dispute:decided",
}
WORDS = {
    "<offer>": "offer",
    "<rule>": "rule",
    "<file>": "evidence",
    "<step>": "came",
    "<provider>": "sandbox",
    "<category>": "prohibited_products",
    "<verb>": "assign",
    "<version>": "default.1",
    "<month>": "2026-08",
}


def filled(route: str, ids: dict[str, str]) -> str:
    """The address with ids of real cases in its holes."""
    fits = max((start for start in HOLES if route.startswith(start)), key=len, default="")
    for hole, word in WORDS.items():
        route = route.replace(hole, ids.get(word, word))
    return re.sub(r"<\w+>", ids[HOLES[fits]] if fits else "x", route)


PARCEL = {"carrier": "Post", "tracking_number": "RR7CN"}
TEXT, NOTE, WRONG = {"text": "Hello."}, {"note": "It was fine."}, {"code": "damaged"}
PLACE = {"country": "BR", "city": "Yiwu", "lines": "Returns desk\n1 Harbour Road"}
STATEMENT = {"reason_code": "evidence.insufficient", "facts": "Nothing is to be seen."}
DECISION = {"outcome": "no_refund", **STATEMENT}
WHY = {"reason": "Many new orders in one day."}
ASKED = {"remedy": "refund", "description": "It stopped working after two months."}
EDIT = {
    "reason": "quality.fades",
    "remedy": "refund",
    "description": "The colour came off after one wash.",
}
Body = dict[str, Any] | Callable[[dict[str, str]], dict[str, Any]]
#: what is sent where the empty form would be refused for another reason than who sent it
BODIES: dict[str, Body] = {
    "/i18n/setlang/": {"language": "en"},
    "/me/": {"language": "en", "time_zone": "UTC"},
    "/me/tokens/": {"name": "x", "scopes": ["read"]},
    "/orders/<public_id>/": TEXT,
    "/orders/<public_id>/send/": {**PARCEL, "days": 30},
    "/orders/<public_id>/tracking/": PARCEL,
    "/orders/<public_id>/parcel/": {"code": "in_transit"},
    "/orders/<public_id>/extend/": {"days": 3},
    "/orders/<public_id>/problem/<step>/": {"answer": "yes"},
    "/orders/<public_id>/rate/": {"rating": "5"},
    "/orders/<public_id>/hold/": WHY,
    "/orders/<public_id>/prove/": TEXT,
    "/orders/<public_id>/close/": NOTE,
    "/orders/<public_id>/warranty/": lambda ids: {**ASKED, "line": ids["line:ended"]},
    "/stores/<public_id>/hold/": WHY,
    "/warranty-claims/<public_id>/decline/": NOTE,
    "/warranty-claims/<public_id>/send/": PARCEL,
    f"{API}/orders/<id>/rate/": {"rating": 5},
    f"{API}/orders/<id>/hold/": WHY,
    f"{API}/orders/<id>/prove/": TEXT,
    f"{API}/orders/<id>/refuse-proof/": NOTE,
    f"{API}/orders/<id>/warranty-claims/": lambda ids: {**ASKED, "line": ids["line:ended"]},
    f"{API}/stores/<id>/hold/": WHY,
    f"{API}/warranty-claims/<id>/decline/": NOTE,
    f"{API}/warranty-claims/<id>/ship/": PARCEL,
    f"{API}/warranty-claims/<id>/send-receipt/": lambda ids: {
        "amount": {"amount": "8.00", "currency": "USD"},
        "evidence": [ids["stray"]],
    },
    "/disputes/<public_id>/": TEXT,
    "/disputes/<public_id>/refuse/": NOTE,
    "/disputes/<public_id>/offer/": {"offer": "50"},
    "/disputes/<public_id>/offers/<offer>/deny/": NOTE,
    "/disputes/<public_id>/edit/": lambda ids: {**EDIT, "received": "yes", "lines": [ids["line:opened"]]},
    "/disputes/<public_id>/cancel/later/": {"condition": "money"},
    "/sell/rules/new/": lambda ids: {"store": ids["store"], "up_to": "5", "currency": "USD"},
    f"{API}/disputes/<id>/cancel-conditionally/": {"condition": "money"},
    f"{API}/disputes/<id>/edit-claim/": lambda ids: {
        **EDIT,
        "received": True,
        "lines": [{"line": ids["line:opened"], "quantity": 1}],
    },
    f"{API}/disputes/<id>/make-offer/": {"remedy": "refund"},
    f"{API}/disputes/<id>/accept-offer/": lambda ids: {"offer": ids["offer"]},
    f"{API}/disputes/<id>/deny-offer/": lambda ids: {"offer": ids["offer"], **NOTE},
    f"{API}/stores/<id>/auto-accept-rules/": {"up_to": {"amount": "5.00", "currency": "USD"}},
    "/disputes/<public_id>/return/": PARCEL,
    "/disputes/<public_id>/return/wrong/": WRONG,
    "/disputes/<public_id>/return/address/": PLACE,
    "/disputes/<public_id>/return/postage/": {"amount": "5.00"},
    "/disputes/<public_id>/replacement/": PARCEL,
    "/disputes/<public_id>/replacement/wrong/": NOTE,
    "/sell/addresses/": lambda ids: {"store": ids["store"], **PLACE},
    "/sell/addresses/remove/": lambda ids: {"store": ids["store"], "address": "adr_none"},
    f"{API}/orders/<id>/ship/": PARCEL,
    f"{API}/orders/<id>/change-tracking/": PARCEL,
    f"{API}/orders/<id>/tracking-events/": {"code": "in_transit"},
    f"{API}/orders/<id>/extend-protection/": {"days": 3},
    f"{API}/orders/<id>/messages/": TEXT,
    f"{API}/disputes/drafts/<order>/": {"answers": {}},
    f"{API}/disputes/<id>/refuse-claim/": NOTE,
    f"{API}/disputes/<id>/send-message/": TEXT,
    f"{API}/disputes/<id>/provide-evidence/": lambda ids: {"evidence": [ids["stray"]]},
    f"{API}/disputes/<id>/ship-return/": PARCEL,
    f"{API}/disputes/<id>/contest-return/": WRONG,
    f"{API}/disputes/<id>/return-events/": {"code": "delivered"},
    f"{API}/disputes/<id>/give-return-address/": PLACE,
    f"{API}/disputes/<id>/postage-receipt/": lambda ids: {
        "evidence": ids["stray"],
        "amount": {"amount": "5.00", "currency": "USD"},
    },
    f"{API}/disputes/<id>/ship-replacement/": PARCEL,
    f"{API}/disputes/<id>/replacement-events/": {"code": "delivered"},
    f"{API}/disputes/<id>/contest-replacement/": NOTE,
    f"{API}/stores/<id>/addresses/": {"addresses": [PLACE]},
    f"{API}/disputes/<id>/require-evidence/": {"from": ["buyer"], "items": ["A photo of the label"]},
    f"{API}/disputes/<id>/propose/": {"platform": {"remedy": "", **STATEMENT}},
    f"{API}/disputes/<id>/choose-proposal/": lambda ids: {"proposal": ids["proposal"]},
    "/disputes/<public_id>/answer/": lambda ids: {
        f"text_{ids[f'item:{side}']}": "None." for side in ("buyer", "seller")
    },
    "/disputes/<public_id>/results/": lambda ids: {"proposal": ids["proposal"]},
    f"{API}/disputes/<id>/adjudicate/": DECISION,
    f"{API}/disputes/<id>/reject-approval/": NOTE,
    f"{API}/disputes/<id>/staff-cancel/": {"reason": "Opened by mistake."},
}


def body_of(route: str, ids: dict[str, str]) -> dict[str, Any]:
    found = BODIES.get(route, {})
    return found(ids) if callable(found) else found


# -- rows of single rooms ------------------------------------------------------------------------------------------

from tests.contracts import (  # noqa: E402  (they read the words above)
    policy_appeals,
    policy_coupons,
    policy_feedback,
    policy_leftovers,
    policy_reports,
    policy_sanctions,
    policy_standing,
)

_ROOMS = (
    policy_appeals,
    policy_coupons,
    policy_feedback,
    policy_leftovers,
    policy_reports,
    policy_sanctions,
    policy_standing,
)
for _room in _ROOMS:
    POLICY |= _room.ROWS
    HOLES |= _room.HOLES
    BODIES |= _room.BODIES
WORDS |= policy_appeals.WORDS
