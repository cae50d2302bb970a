"""Which grounds for a flag are met, and with what figures (B-02). Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from marketplace.appeals.models import Appeal
from marketplace.appeals.models import State as AppealState
from marketplace.core.policy import ProtectionPolicy
from marketplace.messaging.models import Category, Message, MessageFlag

from ..models import Decision, Dispute, Result, State
from .keeping import Counted
from .models import BuyerFigures, Ground, Peers


@dataclass(frozen=True)
class Met:
    """A ground that is met: by whom, with which figures, and when the newest fact of it happened."""

    user_id: int
    ground: str
    newest: datetime
    facts: dict[str, Any]


def of_counts(rows: Iterable[Counted], policy: ProtectionPolicy) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(a) and (b), from figures just counted: (user, ground, facts)."""
    peers: Peers | None = None
    for row in rows:
        if row.days == policy.flag_days and row.disputes >= policy.flag_disputes:
            yield row.user_id, Ground.MANY, {"disputes": row.disputes, "days": row.days}
        if row.days == policy.flag_rate_days and row.disputes and row.orders >= policy.flag_rate_orders:
            peers = peers or Peers.objects.filter(days=row.days).first()
            if peers and peers.p95 is not None and row.low > peers.p95:
                yield row.user_id, Ground.RATE, _rate_facts(row, peers)


def _rate_facts(row: Counted, peers: Peers) -> dict[str, Any]:
    names = ("days", "orders", "disputes", "rate", "low", "high")
    return {name: getattr(row, name) for name in names} | {"p95": peers.p95, "population": peers.population}


def now_met(user_id: int, counted: Sequence[Counted], *, at: datetime, policy: ProtectionPolicy) -> list[Met]:
    """What a buyer who opens a dispute at `at` gives ground for."""
    return [Met(user_id, ground, at, facts) for _user, ground, facts in of_counts(counted, policy)]


def met_by_all(*, at: datetime, policy: ProtectionPolicy) -> list[Met]:
    """Every ground that is met in the whole marketplace, from the figures just counted."""
    names = ("user_id", "days", "orders", "disputes", "rate", "low", "high")
    kept = BuyerFigures.objects.filter(days__in=(policy.flag_days, policy.flag_rate_days), disputes__gt=0)
    found = list(
        of_counts((Counted(*row) for row in kept.order_by("user_id", "days").values_list(*names)), policy)
    )
    disputes = Dispute.objects.filter(buyer__in={user for user, _ground, _facts in found}, opened_at__lte=at)
    newest = dict(disputes.order_by().values_list("buyer").annotate(Max("opened_at")))
    by_counts = [Met(user, ground, newest[user], facts) for user, ground, facts in found]
    return [*by_counts, *frauds(at=at, policy=policy), *insults(at=at, policy=policy)]


def frauds(*, at: datetime, policy: ProtectionPolicy, dispute: Dispute | None = None) -> list[Met]:
    """(c): findings of fraud that hold, and were not overturned; of one dispute, or all of the last days in which a finding can be contested."""
    wrong = Appeal.objects.filter(state=AppealState.OVERTURNED).values("about")
    rows = Decision.objects.filter(
        outcome=Result.FRAUD, superseded_by=None, dispute__state=State.RESOLVED, dispute__outcome=Result.FRAUD
    ).exclude(Q(public_id__in=wrong) | Q(dispute__public_id__in=wrong))
    rows = (
        rows.filter(dispute=dispute)
        if dispute
        else rows.filter(dispute__ended_at__gt=at - policy.restriction_appeal)
    )
    return [
        Met(
            each.dispute.buyer_id,
            Ground.FRAUD,
            each.dispute.ended_at or each.decided_at,
            {"dispute": each.dispute.public_id, "decision": each.public_id},
        )
        for each in rows.select_related("dispute").order_by("dispute__ended_at", "pk")
    ]


def insults(*, at: datetime, policy: ProtectionPolicy, user_id: int | None = None) -> list[Met]:
    """(d): three insulting messages, those left out that a moderator found to be none (N-07)."""
    insulting = MessageFlag.objects.filter(category=Category.INSULT).exclude(
        state=MessageFlag.State.DISMISSED
    )
    rows = Message.objects.filter(
        sent_at__gt=at - timedelta(days=policy.flag_days),
        sent_at__lte=at,
        pk__in=insulting.values("message_id"),
    )
    if user_id is not None:
        rows = rows.filter(author_id=user_id)
    many = rows.order_by().values_list("author").annotate(n=Count("pk"), newest=Max("sent_at"))
    return [
        Met(author, Ground.INSULTS, newest, {"messages": n, "days": policy.flag_days})
        for author, n, newest in many.filter(n__gte=policy.flag_insults)
    ]
