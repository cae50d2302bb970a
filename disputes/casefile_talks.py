"""The part of the case file that the two sides and the mediators made: revisions, offers, requests, results, similar cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from marketplace.core.money import Money

from .difference import asked_terms, differs
from .models import Decision, Dispute, Precedent
from .presenters.mediating import AskedFor, asked_for
from .services import precedents
from .statement import rule_words

#: the names of facts that can differ, for people
FACTS = {
    "amount": lambda: _("money"),
    "remedy": lambda: _("what the buyer gets"),
    "return_shipping_paid_by": lambda: _("who pays the postage"),
    "postage_cap": lambda: _("most postage"),
}


@dataclass(frozen=True)
class Said:
    """A revision of the claim, an offer or a proposed result, as one row of a list."""

    who: str
    remedy: str
    money: Money
    at: Any
    status: str
    note: str
    differs: str


@dataclass(frozen=True)
class Similar:
    """A decision in a case like this one, and what the two cases have in common."""

    dispute: Dispute
    result: str
    percent: int
    why: str


@dataclass(frozen=True)
class Talks:
    """What was asked, offered, requested and proposed; and how similar cases ended."""

    revisions: list[Said]
    offers: list[Said]
    asked: list[AskedFor]
    proposals: list[Said]
    earlier_decisions: list[tuple[Decision, Money]]
    similar: list[Similar]
    custom: str


def talks_of(dispute: Dispute) -> Talks:
    """A fixed number of queries, whatever was said."""
    claims = list(dispute.claims.all())
    asked = {claim.revision: asked_terms(claim) for claim in claims}
    similar = precedents.similar_to(dispute)
    prefetch_related_objects([dispute], "evidence_requests__items__exhibits__evidence")
    return Talks(
        revisions=[
            Said(
                _("Request %(n)s") % {"n": claim.revision},
                claim.get_remedy_display(),
                dispute.money(claim.amount),
                claim.made_at,
                str(claim.get_reason_display()),
                claim.description,
                "",
            )
            for claim in claims
        ],
        offers=[
            _said(
                dispute,
                offer,
                offer.note,
                ", ".join(_names(differs(asked[offer.claim_revision], offer.terms))),
            )
            for offer in dispute.offers.all()
        ],
        asked=asked_for(dispute),
        proposals=[_said(dispute, each, "", "") for each in dispute.proposals.all()],
        earlier_decisions=[
            (each, dispute.money(each.amount)) for each in dispute.decisions.order_by("-pk")[1:]
        ],
        similar=[_similar(dispute, each) for each in similar],
        custom=_custom(similar),
    )


def _names(fields: list[str]) -> list[str]:
    return [FACTS[field]() for field in fields]


def _said(dispute: Dispute, row: Any, note: str, differs_in: str) -> Said:
    return Said(
        str(row.get_by_display()),
        str(row.get_remedy_display() or _("Nothing")),
        dispute.money(row.amount),
        row.made_at,
        str(row.get_status_display()),
        note,
        differs_in,
    )


def _similar(dispute: Dispute, precedent: Precedent) -> Similar:
    theirs = precedent.decision.dispute
    shared = [
        word
        for word in precedents.words_of(dispute.claim.description)
        if word in set(precedents.words_of(theirs.claim.description))
    ]
    words = (
        _("same reason")
        if not shared
        else _("same reason, and: %(words)s") % {"words": ", ".join(shared[:6])}
    )
    result = f"{precedent.get_outcome_display()} ({rule_words(precedent.decision.reason_code)})"
    return Similar(theirs, result, int(precedent.share * 100), words)


def _custom(similar: list[Precedent]) -> str:
    """How most of them ended; "" while there are too few to say."""
    custom = precedents.custom_of(similar)
    if custom is None:
        return ""
    return _("The middle one gave this part of the claim: %(percent)s%%.") % {
        "percent": int(custom.share * 100)
    }
