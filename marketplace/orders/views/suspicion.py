"""Doubtful tracking (O-07), and orders of a suspicious seller: putting on hold, proving, deciding (O-08)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import FormView, View

from marketplace.core.edges import actor_of
from marketplace.core.errors import Forbidden, Invalid, NotFound
from marketplace.core.forms import tell_form
from marketplace.evidence import services as files
from marketplace.evidence.content import Limits

from .. import access, services
from ..forms import AcceptProofForm, ClearDoubtsForm, HoldForm, ProofForm, RefuseProofForm
from ..public import find_store
from .order import OrderMixin, OrderVerb


class ClearDoubts(OrderVerb):
    """A moderator has looked into the tracking."""

    verb, form_class = "clear_doubts", ClearDoubtsForm
    title, button = _("The tracking is right"), _("Clear the doubt")
    words = (
        _("The tracking counts as any other again. It is no proof for the buyer any more."),
        _("What was doubted stays in the history of the order."),
    )
    done = _("The doubt is cleared. Both sides were told.")

    def act(self, data: dict[str, Any]) -> None:
        services.clear_doubts(self.case.pk, reason=data["reason"], by=self.actor)


class Hold(OrderVerb):
    """A moderator doubts the seller."""

    verb, form_class = "hold", HoldForm
    title, button = _("Put this order on hold"), _("Put it on hold")
    words = (
        _("Nothing is sent until you decide. The seller has to show that all is well."),
        _("If the seller is silent, the order is closed and the buyer gets all the money back."),
    )
    done = _("The order is on hold. Both sides were told.")

    def act(self, data: dict[str, Any]) -> None:
        services.hold(self.case.pk, reason=data["reason"], by=self.actor)


class Prove(OrderVerb):
    """The seller shows that the order is honest."""

    verb, form_class = "prove", ProofForm
    title, button = _("Show that this order is honest"), _("Send this proof")
    words = (
        _("Tell us who you are and how you will send the parcel."),
        _("A bill, a photo of the goods or a contract with the carrier helps. The buyer does not see it."),
    )
    done = _("Thank you. We look at it and write to you.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"limits": Limits.of(self.case.policy)}

    def act(self, data: dict[str, Any]) -> None:
        """A file that was refused is said beside the field; what was good can be sent again with it (E-01)."""
        sent = [(str(file.name), file.file) for file in data["files"]]
        intake = files.take_many(sent, by=self.actor, limits=Limits.of(self.case.policy), private=True)
        if intake.refused:
            words = _t("%(name)s: %(why)s")
            refused = [words % {"name": each.name, "why": each.error.detail} for each in intake.refused]
            raise Invalid.field("files", "refused", " ".join(refused))
        taken = [file.public_id for file in intake.taken]
        services.prove(self.case.pk, text=data["text"], evidence=taken, by=self.actor)


class AcceptProof(OrderVerb):
    """The moderator believes it."""

    verb, form_class = "accept_proof", AcceptProofForm
    title, button = _("Let this order go on"), _("Let it go on")
    words = (_("The seller can send the parcel. The time on hold does not count."),)
    done = _("The order goes on. Both sides were told.")

    def act(self, data: dict[str, Any]) -> None:
        services.accept_proof(self.case.pk, note=data["note"], by=self.actor)


class RefuseProof(OrderVerb):
    """The moderator does not."""

    verb, form_class = "refuse_proof", RefuseProofForm
    title, button = _("Close this order"), _("Close it and pay the buyer back")
    words = (_("The buyer gets all the money back. You cannot take this back."),)
    done = _("The order is closed. The buyer gets the money back.")

    def act(self, data: dict[str, Any]) -> None:
        services.refuse_proof(self.case.pk, note=data["note"], by=self.actor)


class OpenProof(OrderMixin, View):
    """A file of a proof. The address lasts; the link that it leads to dies in a minute (E-03)."""

    def get(self, request: HttpRequest, public_id: str, file: str) -> HttpResponse:
        order = self.find()
        evidence = files.find(file, by=self.actor)
        if not order.holds.filter(proofs__files=evidence).exists():
            raise NotFound(_t("There is no such file."))
        response = HttpResponseRedirect(files.content_link(evidence, self.actor))
        response["Cache-Control"] = "private, no-store"
        return response


class HoldStore(LoginRequiredMixin, FormView):
    """All of a store's paid orders at once."""

    http_method_names = ["get", "head", "post", "options"]
    template_name, form_class = "stores/hold.html", HoldForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.actor = actor_of(request)
        self.store = find_store(self.kwargs["public_id"])
        if not access.may_moderate(self.actor) or self.store.pk in self.actor.store_ids:
            raise Forbidden(_t("This step belongs to somebody else."))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> Any:
        try:
            number = services.hold_store(self.store.pk, reason=form.cleaned_data["reason"], by=self.actor)
        except Invalid as error:
            tell_form(form, error)
            return self.form_invalid(form)
        words = ngettext("%(n)s order is on hold.", "%(n)s orders are on hold.", number)
        messages.success(self.request, words % {"n": number})
        return HttpResponseRedirect(reverse("stores:detail", args=[self.store.public_id]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"store": self.store}
