"""The pages of negotiation: an offer, its answer, the edited claim, giving up on a condition, asking a mediator."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.errors import NotFound

from .. import services
from ..forms import ItemsForm
from ..models import Offer
from ..presenters import offers as shown
from ..services import ClaimData, LineData
from ..services.offers import still_open
from ..services.opening import blocked_lines
from ..talk_forms import ConditionForm, DenyForm, EditForm, OfferForm
from .acts import DisputeVerb, WithFiles


class MakeOffer(DisputeVerb):
    """One side offers something else (N-03)."""

    verb, form_class, template_name = "make_offer", OfferForm, "disputes/make_offer.html"
    title, button = gettext_lazy("Offer something else"), gettext_lazy("Send this offer")
    done = gettext_lazy("We told the other side what you offer.")

    def get_form_kwargs(self) -> dict[str, Any]:
        side = self.case.role_of(self.actor)
        return super().get_form_kwargs() | {"dispute": self.case, "side": side}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        side = self.case.role_of(self.actor)
        open_now = self.case.offers.filter(by=side, status=Offer.Status.OPEN).exists()
        return super().get_context_data(**kwargs) | {"replaces": open_now, "role": side}

    def form_valid(self, form: Any) -> Any:
        self.terms = form.terms()
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> None:
        services.make_offer(self.case.pk, by=self.actor, **self.terms)


class AnswerOffer(DisputeVerb):
    """A page about one offer of the other side."""

    def find(self) -> Any:
        """The dispute, and the offer that the address names."""
        dispute = super().find()
        prefetch_related_objects([dispute], "offers", "claims")
        found = [each for each in dispute.offers.all() if each.public_id == self.kwargs["offer"]]
        if not found:
            raise NotFound(_("This does not exist."))
        self.offer = found[0]
        return dispute

    def check(self) -> None:
        """Whose offer it is, and whether it was replaced, before whether there is anything to answer at all."""
        still_open(self.case, self.offer.public_id, self.actor)
        super().check()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute, offer = self.case, self.offer
        claim = next(each for each in dispute.claims.all() if each.revision == offer.claim_revision)
        role, outcome = dispute.role_of(self.actor), dispute.split(offer.amount)
        return super().get_context_data(**kwargs) | {
            "sheet": shown.sheet(dispute, offer, claim, role),
            "role": role,
            "outcome": outcome,
            "terms": offer.terms,
        }


class AcceptOffer(AnswerOffer):
    """Take it, for good: the page says so before (N-04)."""

    verb, template_name = "accept_offer", "disputes/accept_offer.html"
    title = gettext_lazy("Accept this offer?")
    done = gettext_lazy("You two agreed. We told the other side.")

    def act(self, data: dict[str, Any]) -> None:
        services.accept_offer(self.case.pk, offer=self.offer.public_id, by=self.actor)


class DenyOffer(AnswerOffer):
    """Do not take it, and say why."""

    verb, form_class, template_name = "deny_offer", DenyForm, "disputes/deny_offer.html"
    title, button = gettext_lazy("Do not accept this offer"), gettext_lazy("Send my answer")
    done = gettext_lazy("We told the other side what you said.")

    def act(self, data: dict[str, Any]) -> None:
        services.deny_offer(self.case.pk, offer=self.offer.public_id, note=data["note"], by=self.actor)


class Edit(WithFiles):
    """The buyer changes what is asked (N-05)."""

    verb, form_class, template_name = "edit_claim", EditForm, "disputes/edit_claim.html"
    title, button = gettext_lazy("Change what you ask for"), gettext_lazy("Save and tell the seller")
    done = gettext_lazy("We told the seller what you ask for now.")

    def get_form_kwargs(self) -> dict[str, Any]:
        dispute = self.case
        own = {line.order_line_id for line in dispute.lines.all()}
        lines = list(dispute.order.lines.order_by("pk"))
        blocked = blocked_lines(dispute.order, [line.pk for line in lines if line.pk not in own])
        free = [line for line in lines if line.pk not in blocked]
        return super().get_form_kwargs() | {"dispute": dispute, "lines": free}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute = self.case
        answered = dispute.answered_at is not None
        return super().get_context_data(**kwargs) | {
            "hours": dispute.policy.edit_answer_hours,
            "answered": answered,
            "has_offers": dispute.offers.filter(status=Offer.Status.OPEN).exists(),
        }

    def form_valid(self, form: Any) -> Any:
        self.pieces = ItemsForm.quantities(form)
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> None:
        claim = ClaimData(
            lines=[LineData(line, quantity) for line, quantity in self.pieces.items()],
            received=data["received"] == "yes",
            reason=data["reason"],
            remedy=data["remedy"],
            amount=data["amount"],
            description=data["description"],
            evidence=self.taken,
        )
        services.edit_claim(self.case.pk, claim=claim, by=self.actor)


class CancelConditionally(DisputeVerb):
    """The buyer gives it up once the money or the parcel has come (N-09)."""

    verb, form_class, template_name = (
        "cancel_conditionally",
        ConditionForm,
        "disputes/cancel_conditionally.html",
    )
    title, button = gettext_lazy("Close it when something has come"), gettext_lazy("Wait for it")
    done = gettext_lazy("We wait. The money stays with us until then.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        until = self.case.now + self.case.policy.conditional_cancel
        return super().get_context_data(**kwargs) | {"until": until}

    def act(self, data: dict[str, Any]) -> None:
        services.cancel_conditionally(self.case.pk, condition=data["condition"], by=self.actor)


class Resume(DisputeVerb):
    """It did not come: the dispute goes on (N-09)."""

    verb, template_name = "resume", "disputes/resume.html"
    title, button = gettext_lazy("Go on with this dispute?"), gettext_lazy("Yes, go on")
    done = gettext_lazy("The dispute goes on. We told the seller.")

    def act(self, data: dict[str, Any]) -> None:
        services.resume(self.case.pk, by=self.actor)


class AskMediator(DisputeVerb):
    """The buyer asks for a mediator by hand, where the policy lets it (N-02)."""

    verb, template_name = "escalate", "disputes/ask_mediator.html"
    title, button = gettext_lazy("Ask a mediator?"), gettext_lazy("Ask a mediator")
    done = gettext_lazy("A mediator looks at your case now.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"held": self.case.money(self.case.held)}

    def act(self, data: dict[str, Any]) -> None:
        services.escalate(self.case.pk, by=self.actor)
