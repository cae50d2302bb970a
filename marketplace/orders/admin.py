"""Orders in the admin: to look up, never to change. Money and dates move by verbs alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Records
from marketplace.core.case_admin import Button, CaseRecords, case_link, in_words
from marketplace.core.money import Money

from .models import Listing, Order, OrderEvent, Shipment
from .presenters import HAPPENED
from .tracking import words_of

#: verb of a moderator → what it is called; each has its page
BUTTONS = {
    "clear_doubts": _("The tracking is right"),
    "hold": _("Put on hold"),
    "accept_proof": _("Let it go on"),
    "refuse_proof": _("Close it and pay the buyer back"),
}


@admin.register(Order)
class OrderAdmin(CaseRecords):
    """Facts, money, lines and timeline of an order; moderators put it on hold and decide about the proof (O-08)."""

    list_display = (
        "reference",
        "public_id",
        "state",
        "paid",
        "buyer",
        "store",
        "country",
        "placed_at",
        "due_at",
    )
    list_display_links = ("reference", "public_id")
    list_filter = ("state", "currency", "placed_at")
    list_select_related = ("buyer", "store", "escrow")
    search_fields = (
        "public_id__exact",
        "reference__exact",
        "buyer__username__exact",
        "shipments__tracking_number__exact",
    )
    search_help_text = _("Search by number, tracking number or the buyer's user name, written out in full")
    one_related = ("buyer", "store", "escrow", "policy", "integrator")
    fieldsets = (
        (None, {"fields": ("public_id", "reference", "integrator", "state", "buyer", "store", "country", "city")}),
        (
            _("Dates"),
            {
                "fields": (
                    "placed_at", "paid_at", "shipped_at", "protection_ends_at", "delivered_at", "confirmed_at",
                    "confirmed_by_hand", "closed_at", "due_at", "due_verb",
                )
            },
        ),
        (_("Terms"), {"fields": ("policy", "currency", "doubts")}),
    )  # fmt: skip
    happened = HAPPENED

    def buttons(self, case: Any, verbs: list[str]) -> list[Button]:
        return [
            Button(verb, str(label), reverse(f"orders:{verb}", args=[case.public_id]), is_link=True)
            for verb, label in BUTTONS.items()
            if verb in verbs
        ]

    @admin.display(description=_("paid"))
    def paid(self, order: Order) -> str:
        return in_words(order.money(order.escrow.captured))

    def things(self, case: Any) -> list[tuple[str, Money]]:
        lines = case.lines.all()
        return [
            (f"{line.quantity} × {line.title}", case.money(line.paid + line.paid_shipping)) for line in lines
        ]

    def sums(self, case: Any) -> list[tuple[str, Money]]:
        escrow, money = case.escrow, case.money
        return [
            (_t("Paid"), money(escrow.captured)),
            (_t("Held"), escrow.held),
            (_t("Of that, held for disputes"), money(case.held_back)),
            (_t("Gone back to the buyer"), money(escrow.refunded)),
            (_t("Gone to the seller"), money(escrow.released)),
        ]


@admin.register(Listing)
class ListingAdmin(Records):
    list_display = ("title", "public_id", "store", "category")
    list_select_related = ("store",)
    search_fields = ("public_id__exact", "reference__exact")
    search_help_text = _("Search by number, written out in full")


class DoubtfulFilter(admin.SimpleListFilter):
    """Only the parcels whose tracking is doubtful (O-07)."""

    title = _("tracking")
    parameter_name = "tracking"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("doubtful", _("Doubtful"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(doubtful_at__isnull=False) if self.value() == "doubtful" else queryset


@admin.register(Shipment)
class ShipmentAdmin(Records):
    """Parcels, the newest first; the filter shows those whose tracking is doubtful."""

    list_display = (
        "tracking_number",
        "carrier",
        "its_order",
        "why_doubtful",
        "doubtful_at",
        "shipped_at",
        "delivered_at",
    )
    list_filter = (DoubtfulFilter,)
    list_select_related = ("order",)
    search_fields = ("tracking_number__exact", "order__public_id__exact")
    search_help_text = _("Search by tracking number or the order's number, written out in full")
    ordering = ("-pk",)
    fields = (
        "public_id", "its_order", "carrier", "tracking_number", "shipped_at", "promised_by", "delivered_at",
        "why_doubtful", "doubtful_at",
    )  # fmt: skip
    readonly_fields = ("its_order", "why_doubtful")

    @admin.display(description=_("order"))
    def its_order(self, parcel: Shipment) -> str:
        return case_link(parcel.order)

    @admin.display(description=_("doubts"))
    def why_doubtful(self, parcel: Shipment) -> str:
        return " ".join(str(words) for words in words_of(parcel.doubts))


@admin.register(OrderEvent)
class OrderEventAdmin(Records):
    """Every line of every order's timeline."""

    list_display = ("at", "order", "verb", "from_state", "to_state", "role", "actor")
    list_filter = ("verb", "role")
    list_select_related = ("order", "actor")
    search_fields = ("order__public_id__exact", "order__reference__exact")
    search_help_text = _("Search by the order's number, written out in full")
    ordering = ("-pk",)
    fields = ("its_order", "verb", "from_state", "to_state", "role", "actor", "at", "recorded_at", "data")
    readonly_fields = ("its_order",)

    @admin.display(description=_("order"))
    def its_order(self, event: OrderEvent) -> str:
        return case_link(event.order)
