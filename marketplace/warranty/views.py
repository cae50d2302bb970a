"""The pages of warranty claims: asking, the claim itself, and one page for each thing that can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View

from marketplace.core.case_pages import CaseMixin, VerbPage
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid, NotFound, WrongState
from marketplace.core.forms import tell_form
from marketplace.core.paging import page_of
from marketplace.evidence import services as files
from marketplace.evidence.content import Limits
from marketplace.orders import access as order_access
from marketplace.orders.models import Order

from . import presenters, services
from .coverage import window
from .forms import ClaimForm, ParcelForm, ReceiptForm, RefuseForm
from .models import WarrantyClaim


def taken(sent: Any, actor: Any, limits: Limits) -> list[str]:
    """Take the files in; their ids. Raises Invalid where one is refused, with the reason beside the field (E-01)."""
    intake = files.take_many([(str(file.name), file.file) for file in sent], by=actor, limits=limits)
    if intake.refused:
        words = _t("%(name)s: %(why)s")
        refused = [words % {"name": each.name, "why": each.error.detail} for each in intake.refused]
        raise Invalid.field("files", "refused", " ".join(refused))
    return [file.public_id for file in intake.taken]


class Ask(CaseMixin, FormView):
    """The buyer of an ended order asks for what the warranty gives."""

    http_method_names = ["get", "head", "post", "options"]
    template_name, form_class = "warranty/ask.html", ClaimForm
    cases = Order.objects
    related = ("policy", "escrow", "store")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.case = self.find()
        if not order_access.buyer(self.actor, self.case):
            raise NotFound(_t("This does not exist."))
        lines = self.case.lines.select_related("listing")
        self.windows = [(line, window(self.case, line, self.case.now)) for line in lines]
        if not any(found.possible for _line, found in self.windows):
            raise WrongState(self.windows[0][1].why_not if self.windows else "")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        lines = [(line.public_id, line.title) for line, found in self.windows if found.possible]
        limits = Limits.of(self.case.policy)
        return super().get_form_kwargs() | {"lines": lines, "currency": self.case.currency, "limits": limits}

    def form_valid(self, form: Any) -> Any:
        data = form.cleaned_data
        try:
            evidence = taken(data.pop("files"), self.actor, form.limits)
            claim = services.request_claim(
                self.case.pk, evidence=evidence, by=self.actor.having_seen(None), **data
            )
        except Invalid as error:
            tell_form(form, error)
            return self.form_invalid(form)
        return HttpResponseRedirect(reverse("warranty:detail", args=[claim.public_id]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("orders:detail", args=[self.case.public_id])
        covered = [(line, found) for line, found in self.windows if found.possible]
        return super().get_context_data(**kwargs) | {"order": self.case, "back": back, "covered": covered}


class ClaimList(LoginRequiredMixin, TemplateView):
    """The claims that this person made or has to answer, newest first."""

    template_name = "warranty/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = WarrantyClaim.objects.visible_to(actor_of(self.request)).select_related("line", "store")
        page = page_of(rows, self.request.GET)
        cards = [
            (claim, claim.get_state_display(), presenters.TONES.get(claim.state, "wait"))
            for claim in page.rows
        ]
        return super().get_context_data(**kwargs) | {"cards": cards, "page": page}


class ClaimMixin(CaseMixin):
    """A page about one claim."""

    cases = WarrantyClaim.objects
    related = ("order__policy", "line", "store", "buyer")


class ClaimPage(ClaimMixin, View):
    """One claim, as either side sees it."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return render(request, "warranty/detail.html", presenters.page_of(self.find(), self.actor))


class OpenFile(ClaimMixin, View):
    """A file of the claim. The address lasts; the link that it leads to dies in a minute (E-03)."""

    def get(self, request: HttpRequest, public_id: str, file: str) -> HttpResponse:
        claim = self.find()
        evidence = files.find(file, by=self.actor)
        if not claim.files.filter(evidence=evidence).exists():
            raise NotFound(_t("There is no such file."))
        response = HttpResponseRedirect(files.content_link(evidence, self.actor))
        response["Cache-Control"] = "private, no-store"
        return response


class ClaimVerb(ClaimMixin, VerbPage):
    """One verb of a claim."""

    home = "warranty:detail"
    template_name = "warranty/act.html"
    title: Any = ""
    button: Any = ""
    words: tuple[Any, ...] = ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sum_to_pay = self.case.money(services.payable(self.case))
        said = {"title": self.title, "button": self.button, "words": self.words, "sum_to_pay": sum_to_pay}
        return super().get_context_data(**kwargs) | said | {"claim": self.case, "verb": self.verb}


class Accept(ClaimVerb):
    verb = "accept"
    title, button = _("Agree to this claim"), _("Yes, I agree")
    done = _("You agreed. We told the buyer.")

    def act(self, data: dict[str, Any]) -> None:
        services.accept(self.case.pk, by=self.actor)


class Refuse(ClaimVerb):
    verb, form_class = "decline", RefuseForm
    title, button = _("Say no to this claim"), _("Send my answer")
    words = (_("The claim ends. The buyer can report you if this is against our rules."),)
    done = _("We told the buyer what you said.")

    def act(self, data: dict[str, Any]) -> None:
        services.decline(self.case.pk, note=data["note"], by=self.actor)


class Ship(ClaimVerb):
    verb, form_class = "ship", ParcelForm
    title, button = _("Send the parcel"), _("I have sent it")
    words = (_("It is free for the buyer."),)
    done = _("We told the buyer that it is on its way.")

    def act(self, data: dict[str, Any]) -> None:
        services.ship(self.case.pk, by=self.actor, **data)


class Acknowledge(ClaimVerb):
    verb = "acknowledge"
    title, button = _("Do you have it?"), _("Yes, I have it")
    words = (_("The claim is done then."),)
    done = _("Thank you. We told the seller.")

    def act(self, data: dict[str, Any]) -> None:
        services.acknowledge(self.case.pk, by=self.actor)


class SendReceipt(ClaimVerb):
    verb, form_class = "send_receipt", ReceiptForm
    title, button = _("Send the receipt of the repair"), _("Send the receipt")
    words = (_("The seller pays at most this sum, and at most what you paid for the item."),)
    done = _("We sent the receipt to the seller.")

    def get_form_kwargs(self) -> dict[str, Any]:
        limits = Limits.of(self.case.policy)
        return super().get_form_kwargs() | {"currency": self.case.currency, "limits": limits}

    def act(self, data: dict[str, Any]) -> None:
        evidence = taken(data["files"], self.actor, Limits.of(self.case.policy))
        services.send_receipt(self.case.pk, amount=data["amount"], evidence=evidence, by=self.actor)


class PayReceipt(ClaimVerb):
    verb = "pay_receipt"
    title, button = _("Pay the receipt"), _("Pay it from my balance")
    done = _("You paid the receipt. We told the buyer.")

    def act(self, data: dict[str, Any]) -> None:
        services.pay_receipt(self.case.pk, by=self.actor)


class Withdraw(ClaimVerb):
    verb = "withdraw"
    title, button = _("Give this claim up"), _("Give it up")
    words = (_("You can claim again while the warranty lasts."),)
    done = _("The claim has ended.")

    def act(self, data: dict[str, Any]) -> None:
        services.withdraw(self.case.pk, by=self.actor)
