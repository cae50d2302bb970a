"""Compensation in the admin: to look up, never to change. Nobody on the staff chooses or spends for a buyer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.case_admin import CaseRecords, case_link, in_words
from marketplace.core.money import Money

from .models import Coupon, CouponOffer

HAPPENED = {
    "offer": _("Offered"),
    "choose_pieces": _("The buyer chose"),
    "issue_whole": _("Not chosen in time: one coupon"),
    "issue": _("Issued"),
    "spend": _("Used for an order"),
    "expire": _("Expired"),
    "outage": _("Nobody could reach the site: more time"),
}


class _Compensation(CaseRecords):
    list_select_related = ("user",)
    search_help_text = _("Search by number, cause or the user name, written out in full")
    happened = HAPPENED

    @admin.display(description=_("sum"))
    def worth(self, case: Any) -> str:
        return in_words(case.money)


@admin.register(CouponOffer)
class CouponOfferAdmin(_Compensation):
    list_display = ("public_id", "state", "worth", "user", "cause", "offered_at", "due_at")
    list_filter = ("state", "offered_at")
    search_fields = ("public_id__exact", "cause__exact", "user__username__exact")
    one_related = ("user", "policy")
    fields = ("public_id", "user", "state", "cause", "offered_at", "due_at", "due_verb", "issued_at")

    def sums(self, case: CouponOffer) -> list[tuple[str, Money]]:
        return [(_t("Offered"), case.money), *((str(each), each.money) for each in case.coupons.all())]


@admin.register(Coupon)
class CouponAdmin(_Compensation):
    list_display = ("public_id", "state", "worth", "user", "issued_at", "due_at", "ended_at")
    list_filter = ("state", "issued_at")
    search_fields = ("public_id__exact", "offer__cause__exact", "user__username__exact")
    one_related = ("user", "offer__policy", "escrow")
    fields = (
        "public_id",
        "its_offer",
        "user",
        "state",
        "issued_at",
        "due_at",
        "due_verb",
        "ended_at",
        "escrow",
    )
    readonly_fields = ("its_offer",)

    @admin.display(description=_("offer"))
    def its_offer(self, coupon: Coupon) -> str:
        return case_link(coupon.offer)

    def sums(self, case: Coupon) -> list[tuple[str, Money]]:
        return [(_t("Worth"), case.money), (_t("Used"), case.worth(case.spent))]
