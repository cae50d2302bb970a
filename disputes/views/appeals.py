"""The dispute's pages of a review: asking for it, and reading where it stands and its answer (A-01, A-05)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from marketplace.appeals import presenters
from marketplace.appeals.models import Appeal, Kind
from marketplace.appeals.views import New
from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import Forbidden, NotFound, TooLate

from .. import access, appealed
from ..feedback import reading as feedback
from ..feedback.forms import FeedbackForm
from ..models import Dispute
from .room import DisputeMixin


class Ask(New):
    """The form of the appeals' room, for the decision in force. Whoever asked before is led to the result."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.dispute = find(request, kwargs["public_id"])
        try:
            return self.asked_before() or super().dispatch(request, *args, **kwargs)
        except TooLate as refusal:
            return over(request, self.dispute, refusal)

    def asked_before(self) -> HttpResponseBase | None:
        """Also a second tap on Send: one row, and the same page."""
        role = access.role_in(actor_of(self.request), self.dispute)
        about = appealed.standing(self.dispute)
        rows = Appeal.objects.filter(kind=Kind.DECISION, about=about.public_id if about else "", by_side=role)
        own = rows.first()
        return HttpResponseRedirect(appealed.result_page(self.dispute, own)) if own else None

    def subject(self) -> tuple[str, str]:
        decision = appealed.standing(self.dispute)
        if decision is None:
            raise NotFound(_("There is no decision of ours to review."))
        return Kind.DECISION, decision.public_id


def find(request: HttpRequest, public_id: str) -> Dispute:
    """Raises NotFound where it does not exist for this person, Forbidden where they only look on."""
    by = actor_of(request)
    rows = Dispute.objects.visible_to(by).select_related("order__policy", "store", "buyer")
    dispute = rows.prefetch_related("decisions__approval").filter(public_id=public_id).first()
    if dispute is None:
        raise NotFound(_("This does not exist."))
    if not access.party(by, dispute):
        raise Forbidden(_("Only the buyer and the seller can ask for a review."))
    return dispute


def over(request: HttpRequest, dispute: Dispute, refusal: TooLate) -> HttpResponse:
    """The time is over: when it ended, and what can still be done."""
    said = feedback.read(dispute, actor_of(request))
    context = {"dispute": dispute, "ended": refusal.possible_until, "said": said}
    return render(request, "disputes/appeal_over.html", context, status=410)


class Result(DisputeMixin, View):
    """Where a review stands, and its answer: the one that `appeal` names, else the reader's own, else the newest."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        dispute = self.find()
        if access.role_in(self.actor, dispute) == "integrator":
            raise Forbidden(_("Only the buyer and the seller read the answer."))
        looked = appealed.read(dispute, self.actor)
        named = {each.public_id: each for each in looked.appeals}
        found = named.get(request.GET.get("appeal", ""), looked.shown)
        if found is None:
            raise NotFound(_("Nobody asked for a review of this dispute."))
        page = presenters.page_of(found, self.actor) | {"others": others(public_id, looked, found)}
        page |= {"dispute": dispute, "feedback_form": fairness_form(dispute, found, self.actor)}
        return render(request, "appeals/detail.html", page)


def fairness_form(dispute: Dispute, appeal: Appeal, actor: Actor) -> FeedbackForm | None:
    """Under an answer: was it fair? For a side that has said nothing yet, once the dispute has ended (A-06)."""
    if not appeal.decided_at or not feedback.read(dispute, actor).possible:
        return None
    return FeedbackForm(longest=dispute.policy.appeal_max_chars)


def others(public_id: str, looked: appealed.Appealed, shown: Appeal) -> list[str]:
    """The pages of the reviews that this page does not show."""
    page = reverse("disputes:appeal_result", args=[public_id])
    return [f"{page}?appeal={each.public_id}" for each in looked.appeals if each.pk != shown.pk]
