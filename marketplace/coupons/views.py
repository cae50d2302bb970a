"""The pages of coupons: the wallet, and choosing the pieces of an offer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from marketplace.core.case_pages import VerbPage
from marketplace.core.edges import actor_of
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.forms import tell_form
from marketplace.core.money import Money, digits_of
from marketplace.core.paging import page_of

from . import presenters, services
from .forms import SplitForm
from .models import Coupon, CouponOffer


class Wallet(LoginRequiredMixin, TemplateView):
    """One's own coupons, newest first, and above them what is still to be chosen."""

    http_method_names = ["get", "head", "options"]
    template_name = "coupons/wallet.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine, now = actor_of(self.request).person_id, timezone.now()
        waiting = CouponOffer.objects.filter(user_id=mine, state=CouponOffer.State.OFFERED).select_related(
            "policy"
        )
        coupons = Coupon.objects.filter(user_id=mine).select_related("offer__policy")
        page = page_of(coupons, self.request.GET)
        offers = list(waiting[: presenters.MOST_OFFERS])
        for case in (*page.rows, *offers):
            case.now = now
        return super().get_context_data(**kwargs) | {
            "offers": [presenters.offer_card(offer) for offer in offers],
            "cards": [presenters.card(coupon) for coupon in page.rows],
            "page": page,
        }


class Split(VerbPage):
    """Choose, look at it once more, and take it: only the last changes anything, and it cannot be undone."""

    cases, related = CouponOffer.objects, ("policy",)
    verb, home = "choose_pieces", "coupons:list"
    template_name, form_class = "coupons/split.html", SplitForm
    done = _("Your coupons are here.")

    def get_success_url(self) -> str:
        return reverse(self.home)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offer": self.case}

    def form_valid(self, form: Any) -> Any:
        if "sure" in self.request.POST:
            return super().form_valid(form)
        try:
            amounts = services.read_pieces(self.case, form.cleaned_data["pieces"])
        except Invalid as error:
            tell_form(form, _about_all(error))
            return self.form_invalid(form)
        return render(
            self.request, "coupons/confirm.html", self.get_context_data(form=form) | self._chosen(amounts)
        )

    def act(self, data: dict[str, Any]) -> None:
        try:
            services.choose_pieces(self.case.pk, pieces=data["pieces"], by=self.actor)
        except Invalid as error:
            raise _about_all(error) from error

    def _chosen(self, amounts: list[int]) -> dict[str, Any]:
        total = Money(sum(amounts), self.case.currency)
        return {
            "chosen": presenters.counted(amounts, self.case.currency),
            "total": total,
            "many": len(amounts),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = self.case.policy.coupon_valid_days
        return (
            super().get_context_data(**kwargs)
            | {"offer": self.case, "days": days, "digits": digits_of(self.case.currency)}
            | presenters.offer_card(self.case)
        )


def _about_all(error: Invalid) -> Invalid:
    """The page has one box for all amounts: what is wrong with one of them is said there, with its number."""
    words = [
        FieldError("pieces", each.code, f"{int(number) + 1}. {each.message}" if number else each.message)
        for each in error.errors
        for number in [each.field.partition(".")[2]]
    ]
    return Invalid(errors=words)
