"""Money in the admin: looked at, never changed here (threats.md row 15). Refunds that wait for staff have a filter, and a
page on which a failed one is paid another way, by the same service as everywhere (X-04)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import Actor
from marketplace.core.admin import Records
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Invalid
from marketplace.core.forms import tell_form
from marketplace.core.money import Money

from . import other_ways, unanswered
from .forms import BY_HAND, PAID, AnotherWayForm, BooksForm
from .models import (
    Chargeback,
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
    change_form_template = "admin/refunds/change.html"

    @admin.display(description=_("amount"))
    def money(self, refund: Refund) -> str:
        return str(Money(refund.amount, refund.payment.escrow.currency))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<str:public_id>/another-way/", wrap(self.another_way_view), name="refund_another_way"),
            path("<str:public_id>/books/", wrap(self.books_view), name="refund_books"),
            path("<str:public_id>/ask-again/", wrap(self.ask_again_view), name="refund_ask_again"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        refund = context.get("original")
        if refund is not None and other_ways.may(actor_of(request, via="admin"), refund):
            now = timezone.now()
            context["may_pay"] = refund.status == Refund.Status.FAILED and not hasattr(refund, "replaced_by")
            context["may_ask"] = refund.status == Refund.Status.UNKNOWN
            context["may_record"] = unanswered.asked_enough(refund, now)
        return super().render_change_form(request, context, *args, **kwargs)

    def another_way_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """What the provider said, and how it is paid now, once."""
        refund, by = self._theirs(request, public_id)

        def act(data: dict[str, Any]) -> None:
            way = data.pop("way")
            if way == BY_HAND:
                other_ways.pay_by_hand(refund.pk, **data, by=by)
            else:
                other_ways.send_to_payment(refund.pk, payment=way, by=by)

        form = AnotherWayForm(request.POST if request.method == "POST" else None, refund=refund)
        done = _t("The buyer is told. This refund cannot be paid again.")
        title = _t("Pay %(sum)s another way")
        return self._asked(request, refund, form, act, title, done, "admin/refunds/another_way.html")

    def books_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """What the provider's own books say of a refund that stays unanswered."""
        refund, by = self._theirs(request, public_id)

        def act(data: dict[str, Any]) -> None:
            paid = data.pop("books") == PAID
            unanswered.record_books(refund.pk, paid=paid, **data, by=by)

        form = BooksForm(request.POST if request.method == "POST" else None)
        done = _t("Written down, with your name. The buyer is told.")
        title = _t("Was the refund of %(sum)s paid?")
        return self._asked(request, refund, form, act, title, done, "admin/refunds/books.html")

    def ask_again_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """A button on the refund's page."""
        refund, by = self._theirs(request, public_id)
        if request.method == "POST":
            try:
                unanswered.ask_again(refund.pk, by=by)
                self.log_change(request, refund, "asked again")
                messages.success(
                    request, _t("The provider is asked within a minute. Load this page again then.")
                )
            except DomainError as refusal:
                messages.error(request, refusal.detail)
        return redirect("admin:payments_refund_change", refund.pk)

    def _theirs(self, request: HttpRequest, public_id: str) -> tuple[Refund, Actor]:
        """The refund, for a lead who may act on it."""
        refund = get_object_or_404(Refund.objects.select_related("payment__escrow"), public_id=public_id)
        by = actor_of(request, via="admin")
        if not other_ways.may(by, refund):
            raise PermissionDenied
        return refund, by

    def _asked(
        self,
        request: HttpRequest,
        refund: Refund,
        form: forms.Form,
        act: Callable[[dict[str, Any]], None],
        title: str,
        done: str,
        template: str,
    ) -> HttpResponse:
        """A page with one form: act and go back to the refund, or say what is wrong and keep what was typed."""
        if request.method == "POST" and form.is_valid():
            back = redirect("admin:payments_refund_change", refund.pk)
            try:
                act(dict(form.cleaned_data))
            except Invalid as refusal:
                tell_form(form, refusal)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
                return back
            else:
                self.log_change(request, refund, template.rsplit("/", 1)[1].removesuffix(".html"))
                messages.success(request, done)
                return back
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title % {"sum": Money(refund.owed, refund.payment.escrow.currency)},
            "refund": refund,
            "form": form,
        }
        return TemplateResponse(request, template, context, status=422 if form.errors else 200)


@admin.register(Chargeback)
class ChargebackAdmin(Records):
    """What buyers' banks asked for; `uncovered` is what nobody has borne yet (X-06)."""

    list_display = ("public_id", "status", "money", "loss", "payment", "reason", "opened_at", "decided_at")
    list_filter = ("status", "payment__provider")
    list_select_related = ("payment__escrow",)
    search_fields = ("=public_id", "=provider_id", "=payment__public_id")

    @admin.display(description=_("amount"))
    def money(self, row: Chargeback) -> str:
        return str(Money(row.amount, row.payment.escrow.currency))

    @admin.display(description=_("uncovered"), ordering="uncovered")
    def loss(self, row: Chargeback) -> str:
        return str(Money(row.uncovered, row.payment.escrow.currency))


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
