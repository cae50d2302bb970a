"""Warranty claims in the admin: to look up, never to change. No verb of a claim is the staff's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.case_admin import CaseRecords, case_link
from marketplace.core.money import Money

from .models import WarrantyClaim
from .presenters import HAPPENED


@admin.register(WarrantyClaim)
class WarrantyClaimAdmin(CaseRecords):
    list_display = ("public_id", "state", "remedy", "line", "buyer", "store", "requested_at", "due_at")
    list_filter = ("state", "remedy", "requested_at")
    list_select_related = ("line", "buyer", "store")
    search_fields = ("public_id__exact", "order__public_id__exact", "buyer__username__exact")
    search_help_text = _("Search by number or the buyer's user name, written out in full")
    one_related = ("line", "buyer", "store", "order__policy")
    fieldsets = (
        (None, {"fields": ("public_id", "its_order", "line", "buyer", "store", "state", "remedy", "description", "note")}),
        (_("Parcel"), {"fields": ("carrier", "tracking_number", "shipped_at")}),
        (_("Dates"), {"fields": ("requested_at", "due_at", "due_verb", "ended_at")}),
    )  # fmt: skip
    readonly_fields = ("its_order",)
    happened = HAPPENED

    @admin.display(description=_("order"))
    def its_order(self, claim: WarrantyClaim) -> str:
        return case_link(claim.order)

    def sums(self, case: Any) -> list[tuple[str, Money]]:
        asked = [(_t("Asked for"), case.money(case.amount))] if case.amount else []
        return [
            (_t("Paid for the item"), case.money(case.line.paid)),
            *asked,
            (_t("Paid by the seller"), case.money(case.paid)),
        ]
