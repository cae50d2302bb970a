"""What a second look means to the appeals' room: about which dispute, for whom, and who must not look at it (A-02, A-06).

An appeal of the kind `second_look` is about a dispute; its subject is the one feedback that led to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.appeals.models import Appeal, Kind
from marketplace.appeals.registry import Appealable, Sides
from marketplace.appeals.services import ends_at
from marketplace.core.access import Actor
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy

from .. import appealed
from ..models import Dispute
from ..services import appealing
from . import access
from .models import Feedback, State


def possible_from(dispute: Dispute) -> datetime | None:
    """Once the decision in force can no longer be appealed; None, at any time, where nobody of us decided."""
    decision = appealed.standing(dispute)
    return ends_at(appealing.window_of(decision, dispute)) if decision else None


def had_a_part(dispute: Dispute) -> set[int]:
    """Whoever must not review an appeal of it, and whoever reviewed one (A-02)."""
    appeals = appealed.against(dispute).filter(kind=Kind.DECISION)
    reviewers = appeals.exclude(reviewer=None).values_list("reviewer_id", flat=True)
    return appealing.touched(dispute) | {each for each in reviewers if each is not None}


def find(about: str) -> Feedback | None:
    """The feedback for which the dispute's second look was opened."""
    related = ("dispute__order__policy", "dispute__buyer", "dispute__store", "author")
    rows = Feedback.objects.filter(dispute__public_id=about, state=State.SECOND_LOOK)
    return rows.select_related(*related).first()


def may_appeal(feedback: Feedback, actor: Actor) -> str:
    """Nobody does it for themselves: a lead mediator does it for the side that gave the feedback."""
    return feedback.side if access.lead(actor, feedback) else ""


def excluded(feedback: Feedback) -> set[int]:
    """Whoever had a part. Where nobody of us decided, the lead who opened it is the first pair of eyes, and no second."""
    kept_out = had_a_part(feedback.dispute)
    if appealed.standing(feedback.dispute) is None and feedback.handled_by_id:
        kept_out.add(feedback.handled_by_id)
    return kept_out


def overturn(appeal: Appeal, by: Actor) -> None:
    """As in an appeal: no money is taken back, and what the decision in force brought ends (A-03)."""
    decision = appealed.standing(Dispute.objects.get(public_id=appeal.about))
    if decision is not None:
        appealing.take_back(decision.public_id, by=by, at=appeal.at)


def describe(feedback: Feedback) -> str:
    return _("The dispute about %(item)s") % {"item": appealing.title_of(feedback.dispute)}


def told(feedback: Feedback) -> Sequence[tuple[str, str]]:
    """How it ended: the decision in force with its reasons; where nobody of us decided, the result."""
    dispute = feedback.dispute
    decision = appealed.standing(dispute)
    if decision is not None:
        return appealing.told(decision)
    result = dispute.get_outcome_display() or dispute.get_state_display()
    rows = [(_("Result"), str(result))]
    return [*rows, (_("How"), str(dispute.get_reached_by_display()))] if dispute.reached_by else rows


def link(feedback: Feedback) -> str:
    return reverse("disputes:detail", args=[feedback.dispute.public_id])


def desk_link(feedback: Feedback) -> str:
    return reverse("admin:desk_case", args=[feedback.dispute.public_id])


def policy(feedback: Feedback) -> ProtectionPolicy:
    found: ProtectionPolicy = feedback.dispute.policy
    return found


def most(feedback: Feedback) -> Money:
    """What the case was about, less what this side got from us in an appeal of it: nobody is compensated twice."""
    given = appealed.against(feedback.dispute).filter(by_side=feedback.side).aggregate(Sum("compensation"))
    return feedback.dispute.money(max(feedback.dispute.held - (given["compensation__sum"] or 0), 0))


def sides(feedback: Feedback) -> Sides:
    return Sides(buyer=feedback.dispute.buyer_id, store=feedback.dispute.store_id)


def result_link(appeal: Appeal) -> str:
    """Both sides read the answer beside their dispute (A-05)."""
    return f"{reverse('disputes:appeal_result', args=[appeal.about])}?appeal={appeal.public_id}"


SECOND_LOOK = Appealable(
    find=find,
    may_appeal=may_appeal,
    window=lambda feedback: None,
    excluded=excluded,
    overturn=overturn,
    describe=describe,
    link=link,
    told=told,
    desk_link=desk_link,
    policy=policy,
    most=most,
    sides=sides,
    on_behalf_of=lambda feedback: feedback.author_id,
    result_link=result_link,
)
