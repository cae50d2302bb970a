"""What pages and the API show of standing: kept figures, a fixed and small number of queries (quality.md: at most four)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.appeals.models import Appeal
from marketplace.core.money import Money
from marketplace.sanctions.models import Kind, Sanction

from ..models import Dispute, DisputeEvidence
from . import keeping
from .models import OPEN, BuyerFigures, Figures, Flag, Peers, State, StoreFigures
from .services import policy_at

GOOD, FLAGGED, LIMITED, CLOSED = "good", "flagged", "limited", "closed"
#: an earlier flag is shown for so long back on the person's own page: the newest of them
MOST_FLAGS = 20
MOST_DISPUTES = 20
MOST_SANCTIONS = 50


@dataclass(frozen=True)
class Standing:
    """One person's standing, as they and staff see it (B-04)."""

    state: str
    figures: Sequence[BuyerFigures]
    stores: Sequence[StoreFigures]
    flags: Sequence[Flag]
    sanctions: Sequence[Sanction]

    @property
    def open_flags(self) -> list[Flag]:
        return [flag for flag in self.flags if flag.state in OPEN]


def standing_of(user_id: int, store_ids: Iterable[int], *, at: datetime) -> Standing:
    """Four queries: figures beside the peers', flags, sanctions in force, own stores."""
    figures = list(with_peers(BuyerFigures.objects.filter(user_id=user_id)).order_by("days"))
    figures = figures or counted_now(user_id, at)
    flags = list(Flag.objects.filter(user_id=user_id).order_by("-raised_at", "-pk")[:MOST_FLAGS])
    own = list(store_ids)
    sanctions = sanctions_of(user_id, own, at)
    stores = (
        StoreFigures.objects.filter(store__in=own).select_related("store").order_by("store", "days")
        if own
        else []
    )
    return Standing(state_of(user_id, flags, sanctions), figures, list(stores), flags, sanctions)


def sanctions_of(user_id: int, stores: Sequence[int], at: datetime) -> list[Sanction]:
    """What holds against this person, their shops and their listings, newest first. `appeal` and `appeal_state`: the one
    that was sent against it; None where there is none."""
    theirs = Q(user_id=user_id) | Q(store_id__in=stores) | Q(listing__store_id__in=stores)
    sent = Appeal.objects.filter(kind="sanction", about=OuterRef("public_id"))
    rows = Sanction.objects.in_force(at).filter(theirs).select_related("listing", "store", "user")
    rows = rows.annotate(
        appeal=Subquery(sent.values("public_id")[:1]), appeal_state=Subquery(sent.values("state")[:1])
    )
    return list(rows.order_by("-starts_at", "-pk")[:MOST_SANCTIONS])


def points_in(sanctions: Iterable[Sanction]) -> list[tuple[str, int]]:
    """What the strikes of each shop count together: (shop, points)."""
    found: dict[str, int] = {}
    for each in sanctions:
        if each.points and each.store:
            found[each.store.name] = found.get(each.store.name, 0) + each.points
    return sorted(found.items())


def with_peers(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `median`, `p95` and `population` of the buyers with enough orders over the same window."""
    peers = Peers.objects.filter(days=OuterRef("days"))
    return rows.annotate(
        median=Subquery(peers.values("median")[:1]),
        p95=Subquery(peers.values("p95")[:1]),
        population=Subquery(peers.values("population")[:1]),
    )


def counted_now(user_id: int, at: datetime) -> list[Any]:
    """Of somebody who never disputed and whom no daily round has met yet: from their own rows; nothing is written."""
    peers = {each.days: each for each in Peers.objects.all()}
    rows: list[Any] = list(keeping.look_at_buyer(user_id, at=at, policy=policy_at(at)))
    for row in rows:
        found = peers.get(row.days)
        for name in ("median", "p95", "population"):
            setattr(row, name, getattr(found, name, None))
    return rows


def state_of(user_id: int, flags: Iterable[Flag], in_force: Iterable[Sanction]) -> str:
    """Of the person's own account: good, flagged, limited or closed. A flag that is only to be looked at, and a warning,
    limit nothing (B-03)."""
    kinds = {each.kind for each in in_force if each.user_id == user_id} - {Kind.WARNING}
    if Kind.BLOCK in kinds:
        return CLOSED
    if kinds:
        return LIMITED
    return FLAGGED if any(flag.state in OPEN for flag in flags) else GOOD


def fact_words(flag: Flag) -> str:
    """The figures of the moment when the flag was raised, in one sentence."""
    facts = flag.facts
    if "orders" in facts:
        words = _("%(disputes)s disputes of %(orders)s orders in %(days)s days.")
        return words % {name: facts[name] for name in ("disputes", "orders", "days")}
    if "disputes" in facts:
        return _("%(disputes)s disputes in %(days)s days.") % facts
    if "messages" in facts:
        return _("%(messages)s insulting messages in %(days)s days.") % facts
    return _("Two mediators found that what was said in a dispute was not true.")


def sums_of(figures: Figures) -> list[dict[str, Money]]:
    """One row a currency: paid for orders, asked for in disputes, got back."""
    return [
        {name: Money(minor, currency) for name, minor in row.items()}
        for currency, row in sorted(figures.sums.items())
    ]


def sentence(standing: Standing) -> str:
    """The state of an account in one sentence."""
    n = len(standing.open_flags)
    return {
        GOOD: _("Good standing. Nothing limits your account now."),
        FLAGGED: ngettext(
            "You have %(n)s flag. You can still buy and open disputes.",
            "You have %(n)s flags. You can still buy and open disputes.",
            n,
        )
        % {"n": n},
        LIMITED: _("Your account is limited. You can still answer and appeal."),
        CLOSED: _("Your account is closed. You can still answer and appeal."),
    }[standing.state]


# -- for staff -----------------------------------------------------------------------------------------------------


def flags_for_mediators(user_id: int) -> list[tuple[str, str, str]]:
    """What mediators see on the buyer's cases (B-03): ground, figures and state of what was not dismissed; one query."""
    rows = Flag.objects.filter(user_id=user_id).exclude(state=State.DISMISSED)
    return [
        (str(each.get_ground_display()), fact_words(each), str(each.get_state_display()))
        for each in rows.order_by("-raised_at", "-pk")[:5]
    ]


def disputes_of(user: User) -> list[Dispute]:
    """The newest disputes of a buyer: the evidence list of the card."""
    rows = Dispute.objects.filter(buyer=user).select_related("claim", "store")
    return list(rows.order_by("-opened_at", "-pk")[:MOST_DISPUTES])


def repeated_files(user: User) -> list[dict[str, Any]]:
    """The same picture in several disputes of this buyer: hash → the cases."""
    mine = DisputeEvidence.objects.filter(dispute__buyer=user, role="buyer")
    hashes = mine.values("evidence__sha256").annotate(n=Count("dispute", distinct=True)).filter(n__gt=1)
    rows = mine.filter(evidence__sha256__in=hashes.values("evidence__sha256")).select_related(
        "dispute", "evidence"
    )
    found: dict[str, list[Dispute]] = {}
    for row in rows.order_by("pk")[:100]:
        found.setdefault(row.evidence.sha256, []).append(row.dispute)
    return [{"hash": each, "cases": cases} for each, cases in found.items()]
