"""Decisions in cases like this one: remembered when they hold, found by words, and compared with (M-04, M-10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import F, QuerySet, Value

from ..models import Decision, Dispute, Precedent, Result

#: words of no language in particular: every one as it is written, in small letters
CONFIG = "simple"
#: so many are compared with, and shown
MOST = 5
#: under so many, nothing is far from anything: two or three cases are no custom yet
FEWEST = 5
#: of the claim: a decision that gives more than half of the claim more, or less, than the middle one is far from it
FAR = Decimal("0.5")
#: among so many of the newest the words are looked for first: frequent words are found there at once
NEWEST = 1000
MOST_WORDS = 30

#: results of one kind can be compared by their sums; those of different kinds cannot
MONEY, GOODS, FRAUD = "money", "goods", "fraud"
KINDS = {
    Result.REFUNDED: MONEY,
    Result.PARTLY_REFUNDED: MONEY,
    Result.NO_REFUND: MONEY,
    Result.RETURNED_AND_REFUNDED: GOODS,
    Result.REPLACED: GOODS,
    Result.FRAUD: FRAUD,
}


def words_of(text: str) -> list[str]:
    """The words by which a text is looked for: of four letters and more, each once, the first thirty.

    A run of Chinese characters is one word; of such texts the reason alone says what is similar.
    """
    return list(dict.fromkeys(re.findall(r"[^\W\d_]{4,}", text.lower())))[:MOST_WORDS]


def share_of(dispute: Dispute, amount: int) -> Decimal:
    """What part of the claim that amount (minor units) is: 0 to 1."""
    return min(Decimal(amount) / dispute.claim.amount, Decimal(1)).quantize(FAR / 5000)


def remember(decision: Decision, dispute: Dispute) -> None:
    """The decision holds: from now on it is one that others are compared with."""
    said = f"{dispute.claim.description} {decision.facts}"
    Precedent.objects.create(
        decision=decision,
        reason=dispute.claim.reason,
        outcome=decision.outcome,
        share=share_of(dispute, decision.amount),
        words=SearchVector(Value(said), config=CONFIG),
    )


def similar_to(dispute: Dispute) -> list[Precedent]:
    """Up to five decisions with the same reason: those that share most words with the claim, then the newest."""
    others = Precedent.objects.filter(reason=dispute.claim.reason).exclude(decision__dispute=dispute)
    others = others.select_related("decision__dispute__claim")
    found: dict[int, Precedent] = {}
    words = words_of(dispute.claim.description)
    steps: list[QuerySet[Precedent]] = [others.order_by("-pk")]
    if words:
        query = SearchQuery(" | ".join(words), search_type="raw", config=CONFIG)
        matching = others.filter(words=query).annotate(rank=SearchRank(F("words"), query))
        newest = others.order_by("-pk").values("pk")[:NEWEST]
        by_rank = matching.order_by("-rank", "-pk")
        steps = [by_rank.filter(pk__in=newest), by_rank, *steps]
    for rows in steps:
        if len(found) < MOST:
            found |= {each.pk: each for each in rows[:MOST] if each.pk not in found}
    return list(found.values())[:MOST]


@dataclass(frozen=True)
class Custom:
    """What the similar decisions have in common: how many, the kind of most, and their middle share of the claim."""

    count: int
    kind: str
    share: Decimal


def custom_of(similar: Sequence[Precedent]) -> Custom | None:
    """None while there are too few to speak of."""
    if len(similar) < FEWEST:
        return None
    kinds = [KINDS[Result(each.outcome)] for each in similar]
    return Custom(len(similar), max(kinds, key=kinds.count), median(each.share for each in similar))


def is_far(dispute: Dispute, outcome: str, amount: int) -> bool:
    """Is this result far from the similar decisions before it, so that the mediator has to say why (M-10)?"""
    custom = custom_of(similar_to(dispute))
    if custom is None:
        return False
    other_kind = KINDS[Result(outcome)] != custom.kind
    return other_kind or abs(share_of(dispute, amount) - custom.share) > FAR
