"""What a reader of a dispute sees of the appeals against its decision: who asked, where it stands, until when (A-01, A-05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from marketplace.appeals.models import Appeal, Kind
from marketplace.appeals.services import ends_at
from marketplace.core.access import Actor

from . import access
from .models import Decision, Dispute
from .services import appealing

SIDES = ("buyer", "seller")


@dataclass(frozen=True)
class Appealed:
    """`shown`: the reader's own side's, else the newest. `until`: while the reader can still appeal; else None."""

    appeals: Sequence[Appeal]
    shown: Appeal | None
    until: datetime | None
    closed_at: datetime | None


def against(dispute: Dispute) -> QuerySet[Appeal]:
    """Those against any decision of this dispute, and its second look (A-06)."""
    decided = [each.public_id for each in dispute.decisions.all()]
    looks = Q(kind=Kind.SECOND_LOOK, about=dispute.public_id)
    return Appeal.objects.filter(Q(kind=Kind.DECISION, about__in=decided) | looks)


def appeals_of(dispute: Dispute) -> list[Appeal]:
    """The same, oldest first: one query, none while nothing was decided and the dispute is open."""
    if dispute.ended_at is None and not dispute.decisions.all():
        return []
    return list(against(dispute).order_by("submitted_at", "pk"))


def standing(dispute: Dispute) -> Decision | None:
    """The decision in force, told to both sides. Needs `decisions__approval` read along."""
    rows = list(dispute.decisions.all())
    replaced = {each.supersedes_id for each in rows}
    return next(
        (each for each in reversed(rows) if each.pk not in replaced and appealing.is_told(each)), None
    )


def read(dispute: Dispute, actor: Actor, now: datetime | None = None) -> Appealed:
    """In at most two queries, however many appeals there are; in none where nothing was decided."""
    now, role = now or timezone.now(), access.role_in(actor, dispute)
    appeals, decision = appeals_of(dispute), standing(dispute)
    own = [each for each in appeals if each.by_side == role]
    against = {each.about for each in own}
    shown = next(iter(reversed(own or appeals)), None)
    if decision is None or role not in SIDES or decision.public_id in against:
        return Appealed(appeals, shown, None, None)
    end = ends_at(appealing.window_of(decision, dispute))
    return Appealed(appeals, shown, end if now < end else None, end if now >= end else None)


def result_page(dispute: Dispute, appeal: Appeal) -> str:
    """Beside the dispute; by the appeal's number, since each side may have asked."""
    return reverse("disputes:appeal_result", args=[dispute.public_id]) + f"?appeal={appeal.public_id}"
