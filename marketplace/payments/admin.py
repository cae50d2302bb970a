"""Money in the admin: looked at, never changed here (threats.md row 15). Refunds that wait for staff have a filter."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Records
from marketplace.core.money import Money

from .models import (
    Escrow,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    ProviderEvent,
    Refund,
    SandboxRefund,
)


class WithStaff(admin.SimpleListFilter):
    """What the provider refused, gave back, or has not answered about for long (X-04)."""

    title = _("needs staff")
    parameter_name = "staff"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Needs staff"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=Refund.objects.with_staff(timezone.now()).values("pk"))


@admin.register(Refund)
class RefundAdmin(Records):
    list_display = (
        "public_id",
        "status",
        "money",
        "payment",
        "decided_at",
        "tries",
        "next_try_at",
        "provider_words",
    )
    list_filter = (WithStaff, "status", "payment__provider")
    list_select_related = ("payment__escrow",)
    search_fields = ("=public_id", "=provider_id", "=payment__public_id", "=cause")
    search_help_text = _("The id of a refund, at us or at the provider, or of a payment")

    @admin.display(description=_("amount"))
    def money(self, refund: Refund) -> str:
        return str(Money(refund.amount, refund.payment.escrow.currency))


@admin.register(Payment)
class PaymentAdmin(Records):
    list_display = (
        "public_id",
        "reference",
        "method",
        "money",
        "given_back",
        "provider",
        "provider_reference",
        "paid_at",
    )
    list_filter = ("provider",)
    list_select_related = ("escrow",)
    search_fields = ("=public_id", "=provider_reference", "=escrow__public_id")

    @admin.display(description=_("amount"))
    def money(self, payment: Payment) -> str:
        return str(Money(payment.amount, payment.escrow.currency))

    @admin.display(description=_("refunded"))
    def given_back(self, payment: Payment) -> str:
        return str(Money(payment.refunded, payment.escrow.currency))


class EntryInline(admin.TabularInline):
    """The lines of one movement."""

    model = LedgerEntry
    extra = 0
    can_delete = False
    fields = readonly_fields = ("account", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return super().get_queryset(request).select_related("account")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(Records):
    list_display = ("key", "kind", "at", "recorded_at")
    list_filter = ("kind",)
    search_fields = ("key__startswith",)
    inlines = (EntryInline,)


@admin.register(LedgerAccount)
class LedgerAccountAdmin(Records):
    list_display = ("kind", "owner", "currency", "balance")
    list_filter = ("kind", "currency")
    search_fields = ("=owner",)


@admin.register(Escrow)
class EscrowAdmin(Records):
    list_display = ("public_id", "store", "currency", "captured", "refunded", "released")
    list_select_related = ("store",)
    search_fields = ("=public_id",)


@admin.register(ProviderEvent)
class ProviderEventAdmin(Records):
    list_display = ("provider", "event_id", "received_at")
    list_filter = ("provider",)
    search_fields = ("=event_id",)


@admin.register(SandboxRefund)
class SandboxRefundAdmin(Records):
    list_display = ("idempotency_key", "payment_reference", "amount", "currency", "status", "created_at")
    list_filter = ("status",)
    search_fields = ("=idempotency_key", "=payment_reference")
