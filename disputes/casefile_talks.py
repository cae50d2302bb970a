"""The part of the case file that the two sides and the mediators made: revisions, offers, requests, results, similar cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from marketplace.core.access import MEDIATOR
from marketplace.core.money import Money

from .models import Decision, Dispute, Precedent
from .presenters.mediating import AskedFor, asked_for
from .presenters.offers import Revision, Sheet, revision, sheet
from .services import precedents
from .statement import rule_words


@dataclass(frozen=True)
class Said:
    """A proposed result, as one row of a list."""

    who: str
    remedy: str
    money: Money
    status: str


@dataclass(frozen=True)
class Rung:
    """One step of the talks, in the order of time: what the buyer asked from then on, or an offer next to it."""

    at: datetime
    claim: Revision | None = None
    number: int = 0
    offer: Sheet | None = None


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

    ladder: list[Rung]
    asked: list[AskedFor]
    proposals: list[Said]
    earlier_decisions: list[tuple[Decision, Money]]
    similar: list[Similar]
    custom: str


def talks_of(dispute: Dispute) -> Talks:
    """A fixed number of queries, whatever was said."""
    similar = precedents.similar_to(dispute)
    prefetch_related_objects([dispute], "evidence_requests__items__exhibits__evidence")
    return Talks(
        ladder=ladder(dispute),
        asked=asked_for(dispute),
        proposals=[_said(dispute, each) for each in dispute.proposals.all()],
        earlier_decisions=[
            (each, dispute.money(each.amount)) for each in dispute.decisions.order_by("-pk")[1:]
        ],
        similar=[_similar(dispute, each) for each in similar],
        custom=_custom(similar),
    )


def ladder(dispute: Dispute) -> list[Rung]:
    """Every revision of the claim and every offer, the oldest first; empty while there is nothing but the first claim."""
    claims = {claim.revision: claim for claim in dispute.claims.all()}
    offers = list(dispute.offers.all())
    if len(claims) == 1 and not offers:
        return []
    asked = [
        Rung(claim.made_at, claim=revision(dispute, claim, MEDIATOR), number=claim.revision)
        for claim in claims.values()
    ]
    offered = [
        Rung(offer.made_at, offer=sheet(dispute, offer, claims[offer.claim_revision], MEDIATOR))
        for offer in offers
    ]
    return sorted(asked + offered, key=lambda rung: (rung.at, rung.offer is not None))


def _said(dispute: Dispute, row: Any) -> Said:
    return Said(
        str(row.get_by_display()),
        str(row.get_remedy_display() or _("Nothing")),
        dispute.money(row.amount),
        str(row.get_status_display()),
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
