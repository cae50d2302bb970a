"""Offers and revisions on pages: asked and offered side by side, older offers below, each revision of the claim (N-03, N-05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.core.money import Money
from marketplace.core.templatetags.ui import money_filter

from ..difference import Row, asked_terms, compare
from ..models import Claim, Dispute, Offer, Terms
from ..reasons import REASONS
from ..wording import BUYER, SELLER, changed_words, difference_words, item_words, money_words, payer_words


@dataclass(frozen=True)
class Line:
    """One row of the table: what it is about, both sides' words, and whether they differ."""

    label: str
    asked: str
    offered: str
    differs: bool


@dataclass(frozen=True)
class Sheet:
    """One offer beside what was asked. `accept` and `deny`: addresses, empty where this reader cannot."""

    caption: str
    asked_by: str
    offered_by: str
    lines: list[Line]
    note: str
    denial_note: str
    status: str
    made_at: datetime
    accept: str
    deny: str
    accept_label: str


def sheet(dispute: Dispute, offer: Offer, claim: Claim, role: str, verbs: Sequence[str] = ()) -> Sheet:
    """The offer, as this side reads it; what differs first."""
    rows = compare(asked_terms(claim), offer.terms)
    changed = sum(row.differs for row in rows)
    mine = offer.by == role
    can = offer.status == Offer.Status.OPEN and not mine

    def address(verb: str) -> str:
        return (
            reverse(f"disputes:{verb}", args=[dispute.public_id, offer.public_id])
            if can and verb in verbs
            else ""
        )

    return Sheet(
        caption=changed_words(offer.by, role, changed, len(rows)),
        asked_by=_("You asked") if role == BUYER else _("The buyer asked"),
        offered_by=_offered_by(offer.by, role),
        lines=[_line(dispute, row, claim, offer.terms, role) for row in rows],
        note=offer.note,
        denial_note=offer.denial_note,
        status=str(offer.get_status_display()),
        made_at=offer.made_at,
        accept=address("accept_offer"),
        deny=address("deny_offer"),
        accept_label=accept_label(dispute.money(offer.amount), offer.terms),
    )


def accept_label(amount: Money, terms: Terms) -> str:
    """ "Accept US$12.00 after the return" """
    if terms.remedy == "replacement":
        return _("Accept a new item")
    if terms.goods_come_back:
        return _("Accept %(sum)s after the return") % {"sum": money_filter(amount)}
    return _("Accept %(sum)s") % {"sum": money_filter(amount)}


def _offered_by(by: str, role: str) -> str:
    if by == role:
        return _("You offer")
    return _("The seller offers") if by == SELLER else _("The buyer offers")


def _line(dispute: Dispute, row: Row, claim: Claim, offered: Terms, role: str) -> Line:
    both = (asked_terms(claim), offered)
    if row.field == "amount":
        before, now = (dispute.money(terms.amount) for terms in both)
        words = [money_words(dispute.money(terms.amount), terms.remedy) for terms in both]
        if row.differs:
            words[1] += f" ({difference_words(before, now)})"
        label = _("Money back")
    elif row.field == "remedy":
        words = [
            item_words(terms.remedy, terms.return_shipping_paid_by, role, received=claim.received)
            for terms in both
        ]
        label = _("The item")
    elif row.field == "return_shipping_paid_by":
        words = [payer_words(terms.return_shipping_paid_by, role) for terms in both]
        label = _("Postage for sending it back")
    else:
        words = [_cap(dispute, terms.postage_cap) for terms in both]
        label = _("Postage paid back at most")
    return Line(label, words[0], words[1], row.differs)


def _cap(dispute: Dispute, cap: int) -> str:
    return money_filter(dispute.money(cap)) if cap else _("Not said")


# -- all of them ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offers:
    """What is open now, in full, and what was proposed before, newest first."""

    open: list[Sheet]
    earlier: list[Sheet]


def offers_of(dispute: Dispute, role: str, verbs: Sequence[str]) -> Offers:
    """Reads `dispute.offers` and `dispute.claims` (prefetch them)."""
    claims = {claim.revision: claim for claim in dispute.claims.all()}
    found: dict[bool, list[Sheet]] = {True: [], False: []}
    for offer in reversed(dispute.offers.all()):
        is_open = offer.status == Offer.Status.OPEN
        found[is_open].append(sheet(dispute, offer, claims[offer.claim_revision], role, verbs))
    return Offers(open=found[True], earlier=found[False])


@dataclass(frozen=True)
class Revision:
    """The claim as it was at one time (N-05)."""

    number: int
    made_at: datetime
    asked: Money
    reason: str
    item: str
    description: str
    pieces: int


def revisions(dispute: Dispute, role: str) -> list[Revision]:
    """Every revision before the one in force, newest first."""
    return [
        revision(dispute, claim, role)
        for claim in reversed(dispute.claims.all())
        if claim.pk != dispute.claim_id
    ]


def revision(dispute: Dispute, claim: Claim, role: str) -> Revision:
    """One revision, as this side (or a mediator) reads it."""
    return Revision(
        number=claim.revision,
        made_at=claim.made_at,
        asked=dispute.money(claim.amount),
        reason=str(REASONS[claim.reason].label),
        item=item_words(claim.remedy, "", role, received=claim.received),
        description=claim.description,
        pieces=sum(line["quantity"] for line in claim.lines),
    )
