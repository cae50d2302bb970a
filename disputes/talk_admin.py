"""Offers and stores' own rules in the admin: records to read, no buttons. The parties act; staff look (N-03, N-10)."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Records
from marketplace.core.case_admin import case_link, in_words

from .models import AutoAcceptRule, Offer


@admin.register(Offer)
class OfferAdmin(Records):
    """What the two sides proposed to each other, and what became of it."""

    list_display = ("public_id", "dispute", "by", "remedy", "sum_for_buyer", "status", "made_at")
    list_filter = ("by", "remedy", "status")
    list_select_related = ("dispute",)
    search_fields = ("public_id__exact", "dispute__public_id__exact")
    search_help_text = _("Search by number, written out in full")
    ordering = ("-pk",)
    fields = (
        "public_id", "its_dispute", "by", "made_by", "claim_revision", "remedy", "sum_for_buyer",
        "return_shipping_paid_by", "cap", "note", "status", "made_at", "ended_at", "denial_note",
    )  # fmt: skip
    readonly_fields = ("its_dispute", "sum_for_buyer", "cap")

    @admin.display(description=_("dispute"))
    def its_dispute(self, offer: Offer) -> str:
        return case_link(offer.dispute)

    @admin.display(description=_("the buyer gets"))
    def sum_for_buyer(self, offer: Offer) -> str:
        return in_words(offer.dispute.money(offer.amount))

    @admin.display(description=_("return postage paid back at most"))
    def cap(self, offer: Offer) -> str:
        return in_words(offer.dispute.money(offer.postage_cap)) if offer.postage_cap else ""


@admin.register(AutoAcceptRule)
class AutoAcceptRuleAdmin(Records):
    """What stores let happen by itself, and since when."""

    list_display = ("public_id", "store", "reason", "limit_in_words", "most_disputes", "is_on", "switched_at")
    list_filter = ("is_on",)
    list_select_related = ("store",)
    search_fields = ("public_id__exact", "store__public_id__exact")
    search_help_text = _("Search by number, written out in full")
    ordering = ("-pk",)
    fields = (
        "public_id", "store", "reason", "limit_in_words", "most_disputes", "made_by", "made_at", "tried_at", "is_on",
        "switched_at", "switched_by",
    )  # fmt: skip
    readonly_fields = ("limit_in_words",)

    @admin.display(description=_("up to"))
    def limit_in_words(self, rule: AutoAcceptRule) -> str:
        return in_words(rule.limit)
