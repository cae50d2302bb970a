"""What a decision of ours means to the appeals' room: who may appeal it, when, and who must not look at it (A-01, A-02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import StoreMember
from marketplace.appeals.models import Appeal, Kind
from marketplace.appeals.registry import Appealable, Sides, Window
from marketplace.appeals.services import submit
from marketplace.core.access import Actor
from marketplace.core.display import date_text
from marketplace.core.errors import Forbidden, VersionChanged, WrongState
from marketplace.core.money import Money
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.causes import Cause

from .. import access
from ..models import ConflictOfInterest, Decision, Dispute
from ..standing import services as standing_figures
from ..statement import statement_of


def find(about: str) -> Decision | None:
    """The decision, if it stands: told to both sides, and the newest of its dispute."""
    related = ("dispute__order__policy", "dispute__buyer", "dispute__store", "approval")
    decision = Decision.objects.select_related(*related).filter(public_id=about).first()
    if decision is None or not stands(decision):
        return None
    return decision


def stands(decision: Decision) -> bool:
    """Was it carried out, and has no later one taken its place?"""
    return is_told(decision) and not Decision.objects.filter(supersedes=decision).exists()


def is_told(decision: Decision) -> bool:
    """Did both sides read it: did it need no approval, or get it?"""
    approval = getattr(decision, "approval", None)
    return not decision.needs_approval or (approval is not None and bool(approval.approved))


def may_appeal(decision: Decision, actor: Actor) -> str:
    """Either side (A-01)."""
    if access.buyer(actor, decision.dispute):
        return "buyer"
    return "seller" if access.seller(actor, decision.dispute) else ""


def window(decision: Decision) -> Window:
    """From when it was told, for the policy's days (A-01)."""
    return window_of(decision, decision.dispute)


def window_of(decision: Decision, dispute: Dispute) -> Window:
    """The same, where the dispute is at hand."""
    told_at = decision.approval.at if decision.needs_approval else decision.decided_at
    return Window(told_at, told_at + timedelta(days=dispute.policy.appeal_days))


def touched(dispute: Dispute) -> set[int]:
    """Who must not look at it again: who decided, approved, sent back, proposed or holds it, its two sides, and mediators
    tied to one (A-02, threats.md A4)."""
    decisions = dispute.decisions.values_list("mediator_id", "approval__mediator_id")
    theirs = Q(user_id=dispute.buyer_id) | Q(store_id=dispute.store_id)
    people: set[int | None] = {each for row in decisions for each in row}
    people |= {dispute.mediator_id, dispute.buyer_id}
    people |= set(dispute.proposals.values_list("mediator_id", flat=True))
    people |= set(StoreMember.objects.filter(store_id=dispute.store_id).values_list("user_id", flat=True))
    people |= set(ConflictOfInterest.objects.filter(theirs).values_list("mediator_id", flat=True))
    return {each for each in people if each is not None}


def deciders_of(about: str) -> set[int]:
    """The same people for what the decision took from somebody (A-07)."""
    decision = Decision.objects.select_related("dispute").filter(public_id=about).first()
    return touched(decision.dispute) if decision else set()


def overturn(appeal: Appeal, by: Actor) -> None:
    """Nobody's money is taken back (A-03)."""
    take_back(appeal.about, by=by, at=appeal.at)


def take_back(decision: str, *, by: Actor, at: datetime) -> None:
    """What the decision (its public id) brought ends, and only that (C-11); it counts in nobody's results any more, and no
    finding of fraud stays (B-06)."""
    sanctions.undo(decision, by=by, at=at)
    standing_figures.finding_overturned(decision, at=at, by=by)


def describe(decision: Decision) -> str:
    words = {"date": date_text(decision.decided_at), "item": title_of(decision.dispute)}
    return _("The decision of %(date)s about %(item)s") % words


def title_of(dispute: Dispute) -> str:
    line = dispute.lines.select_related("order_line").first()
    return line.order_line.title if line else dispute.public_id


def told(decision: Decision) -> Sequence[tuple[str, str]]:
    """What was decided, as both sides read it."""
    statement = statement_of(decision, decision.dispute)
    rows = [(_("Result"), statement.headline), (_("Reason"), statement.rule), (_("Why"), statement.facts)]
    return [*rows, (_("Note"), statement.note)] if statement.note else rows


def link(decision: Decision) -> str:
    return reverse("disputes:detail", args=[decision.dispute.public_id])


def desk_link(decision: Decision) -> str:
    return reverse("admin:desk_case", args=[decision.dispute.public_id])


def policy(decision: Decision) -> Any:
    return decision.dispute.policy


def most(decision: Decision) -> Money:
    """What the case was about: nobody lost more by the decision."""
    return decision.dispute.money(decision.dispute.held)


def sides(decision: Decision) -> Sides:
    return Sides(buyer=decision.dispute.buyer_id, store=decision.dispute.store_id)


def result_link(appeal: Appeal) -> str:
    """Both sides read the answer beside their dispute; by its number, since each may have asked (A-05)."""
    decided = Decision.objects.filter(public_id=appeal.about).values_list("dispute__public_id", flat=True)
    return f"{reverse('disputes:appeal_result', args=[decided.get()])}?appeal={appeal.public_id}"


def appeal(pk: int, *, text: str, evidence: Sequence[str] = (), by: Actor) -> Appeal:
    """A side asks for a review of the decision in force (A-01). Raises Forbidden for everybody else, WrongState where
    nothing was decided, VersionChanged where they read an older state, and what `appeals.services.submit` raises."""
    dispute = Dispute.objects.get(pk=pk)
    if not access.party(by, dispute):
        raise Forbidden(_("Only the buyer and the seller can ask for a review."))
    if by.saw is not None and by.saw != dispute.version:
        raise VersionChanged(_("This dispute changed while you were reading. Look at it again."))
    about = standing_id(dispute)
    if not about:
        raise WrongState(_("There is no decision of ours to review."))
    return submit(Kind.DECISION, about, text=text, evidence=evidence, by=by.having_seen(None))


def standing_id(dispute: Dispute) -> str:
    """The public id of the decision in force; "" where there is none."""
    replaced = dispute.decisions.exclude(supersedes=None).values("supersedes")
    rows = dispute.decisions.select_related("approval").exclude(pk__in=replaced).order_by("-pk")
    return next((each.public_id for each in rows if is_told(each)), "")


def page_of(public_id: str) -> str:
    return reverse("disputes:detail", args=[Dispute.objects.get(decisions__public_id=public_id).public_id])


#: a decision that found a fraud, as the cause of a sanction
FRAUD = Cause(gettext_lazy("A decision in a dispute"), deciders=deciders_of, page=page_of)
DECISION = Appealable(
    find=find,
    may_appeal=may_appeal,
    window=window,
    excluded=lambda decision: touched(decision.dispute),
    overturn=overturn,
    describe=describe,
    link=link,
    told=told,
    desk_link=desk_link,
    policy=policy,
    most=most,
    sides=sides,
    result_link=result_link,
)
