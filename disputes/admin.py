"""Disputes in the admin: read-only records with buttons for the staff's verbs. The work itself is done at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Records
from marketplace.core.case_admin import Button, CaseRecords, case_link, in_words
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Invalid
from marketplace.core.forms import tell_form
from marketplace.core.money import Money

from . import talk_admin  # noqa: F401  registers offers and stores' own rules
from .casefile_words import HAPPENED
from .models import Decision, Dispute, DisputeEvent, ReturnShipment
from .return_forms import PaidByHandForm
from .services import postage
from .views import admin_ties  # noqa: F401  registers the ties of mediators

#: verb → label, what it wants, what it means
BUTTONS: dict[str, tuple[Any, str, Any]] = {
    "assign": (_("Take this case"), "", _("You decide it. Nobody else can.")),
    "release": (_("Give it back"), "", _("Another mediator can take it.")),
    "staff_cancel": (
        _("Close without a decision"),
        "reason",
        _("Say why. Both sides read it. The money is part of the order again."),
    ),
}
#: verbs that have a page of their own at the desk
PAGES: dict[str, tuple[str, Any]] = {
    "adjudicate": ("admin:desk_case", _("Decide")),
    "propose": ("admin:desk_propose", _("Let the buyer choose a result")),
    "approve": ("admin:desk_second", _("Check the decision")),
}


@admin.register(Dispute)
class DisputeAdmin(CaseRecords):
    """Facts, money and timeline of a dispute."""

    list_display = (
        "public_id",
        "state",
        "outcome",
        "asked",
        "buyer",
        "store",
        "mediator",
        "opened_at",
        "due_at",
    )
    list_filter = ("state", "outcome", "reached_by", "opened_at")
    list_select_related = ("claim", "buyer", "store", "mediator")
    search_fields = (
        "public_id__exact",
        "order__public_id__exact",
        "order__reference__exact",
        "buyer__username__exact",
    )
    search_help_text = _("Search by number or the buyer's user name, written out in full")
    one_related = ("claim", "buyer", "store", "mediator", "order__escrow", "order__policy")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "public_id",
                    "its_order",
                    "buyer",
                    "store",
                    "state",
                    "outcome",
                    "reached_by",
                    "mediator",
                )
            },
        ),
        (_("What is claimed"), {"fields": ("why", "remedy", "description", "no_evidence_yet")}),
        (
            _("Dates"),
            {"fields": ("opened_at", "answered_at", "escalated_at", "due_at", "due_verb", "ended_at")},
        ),
    )
    readonly_fields = ("its_order", "why", "remedy", "description")
    happened = HAPPENED

    @admin.display(description=_("order"))
    def its_order(self, dispute: Dispute) -> str:
        return case_link(dispute.order)

    @admin.display(description=_("asked for"))
    def asked(self, dispute: Any) -> str:
        return in_words(dispute.money(dispute.claim.amount))

    @admin.display(description=_("reason"))
    def why(self, dispute: Any) -> str:
        return str(dispute.claim.get_reason_display())

    @admin.display(description=_("wanted"))
    def remedy(self, dispute: Any) -> str:
        return f"{dispute.claim.get_remedy_display()}: {self.asked(dispute)}"

    @admin.display(description=_("the buyer says"))
    def description(self, dispute: Any) -> str:
        return dispute.claim.description

    def buttons(self, case: Any, verbs: list[str]) -> list[Button]:
        pages = [
            Button(verb, str(label), reverse(name, args=[case.public_id]), is_link=True)
            for verb, (name, label) in PAGES.items()
            if verb in verbs
        ]
        forms = [
            Button(
                verb,
                str(label),
                reverse("admin:desk_verb", args=[case.public_id, verb]),
                words=words,
                hint=str(hint),
            )
            for verb, (label, words, hint) in BUTTONS.items()
            if verb in verbs
        ]
        return pages + forms

    def things(self, case: Any) -> list[tuple[str, Money]]:
        lines = case.lines.select_related("order_line")
        money = case.money
        return [
            (f"{n.quantity} × {n.order_line.title}", money(n.order_line.paid + n.order_line.paid_shipping))
            for n in lines
        ]

    def sums(self, case: Any) -> list[tuple[str, Money]]:
        settled = (
            [] if case.settled_amount is None else [(_t("The buyer gets"), case.money(case.settled_amount))]
        )
        return [
            (_t("Asked for"), case.money(case.claim.amount)),
            (_t("Held for this dispute"), case.money(case.held)),
            *settled,
        ]


@admin.register(Decision)
class DecisionAdmin(Records):
    """Decisions as they were made; a new one supersedes, none is edited (M-07)."""

    list_display = (
        "public_id",
        "dispute",
        "outcome",
        "sum_for_buyer",
        "mediator",
        "needs_approval",
        "decided_at",
    )
    list_filter = ("outcome", "needs_approval", "decided_at")
    list_select_related = ("dispute", "mediator")
    search_fields = ("public_id__exact", "dispute__public_id__exact")
    search_help_text = _("Search by number, written out in full")
    ordering = ("-pk",)
    fields = (
        "public_id", "its_dispute", "mediator", "outcome", "sum_for_buyer", "return_shipping_paid_by", "reason_code",
        "facts", "evidence_cited", "note_to_parties", "why_different", "proposal", "supersedes", "needs_approval",
        "decided_at",
    )  # fmt: skip
    readonly_fields = ("its_dispute", "sum_for_buyer")

    @admin.display(description=_("dispute"))
    def its_dispute(self, decision: Decision) -> str:
        return case_link(decision.dispute)

    @admin.display(description=_("the buyer gets"))
    def sum_for_buyer(self, decision: Decision) -> str:
        return in_words(decision.dispute.money(decision.amount))


@admin.register(DisputeEvent)
class DisputeEventAdmin(Records):
    """Every line of every dispute's timeline."""

    list_display = ("at", "dispute", "verb", "from_state", "to_state", "role", "actor")
    list_filter = ("verb", "role")
    list_select_related = ("dispute", "actor")
    search_fields = ("dispute__public_id__exact",)
    search_help_text = _("Search by the dispute's number, written out in full")
    ordering = ("-pk",)
    fields = ("its_dispute", "verb", "from_state", "to_state", "role", "actor", "at", "recorded_at", "data")
    readonly_fields = ("its_dispute",)

    @admin.display(description=_("dispute"))
    def its_dispute(self, event: DisputeEvent) -> str:
        return case_link(event.dispute)


class OwesPostage(admin.SimpleListFilter):
    """Returns whose postage the seller still owes the buyer (T-04)."""

    title = _("postage")
    parameter_name = "postage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("owed", _("Owed to the buyer"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReturnShipment]) -> QuerySet[ReturnShipment]:
        return queryset.filter(postage_owed__gt=0) if self.value() == "owed" else queryset


@admin.register(ReturnShipment)
class ReturnAdmin(Records):
    """Goods on their way back. Postage that a seller owes is paid here by lead mediators, past the provider (T-04)."""

    list_display = ("public_id", "its_dispute", "status", "sent_at", "delivered_at", "is_elsewhere", "owed")
    list_filter = (OwesPostage, "status", "inspection", "is_elsewhere")
    list_select_related = ("dispute",)
    search_fields = ("public_id__exact", "dispute__public_id__exact", "tracking_number__exact")
    search_help_text = _("Search by number, written out in full")
    ordering = ("-pk",)
    change_form_template = "admin/returns/change.html"
    fields = (
        "public_id", "its_dispute", "status", "is_local", "agreed_at", "address_by", "send_by", "carrier",
        "tracking_number", "shipped_at", "lost_at", "delivered_at", "is_elsewhere", "check_by", "inspection",
        "contest_note", "cap", "receipt", "refunded", "owed", "postage_paid_how",
    )  # fmt: skip
    readonly_fields = ("its_dispute", "cap", "receipt", "refunded", "owed")

    @admin.display(description=_("dispute"))
    def its_dispute(self, parcel: ReturnShipment) -> str:
        return case_link(parcel.dispute)

    @admin.display(description=_("sent"))
    def sent_at(self, parcel: ReturnShipment) -> Any:
        return parcel.shipped_at

    @admin.display(description=_("postage paid back at most"))
    def cap(self, parcel: ReturnShipment) -> str:
        return in_words(parcel.dispute.money(parcel.postage_cap))

    @admin.display(description=_("the receipt says"))
    def receipt(self, parcel: ReturnShipment) -> str:
        return in_words(parcel.dispute.money(parcel.postage_amount))

    @admin.display(description=_("postage paid back"))
    def refunded(self, parcel: ReturnShipment) -> str:
        return in_words(parcel.dispute.money(parcel.postage_refunded))

    @admin.display(description=_("postage owed"))
    def owed(self, parcel: ReturnShipment) -> str:
        return in_words(parcel.dispute.money(parcel.postage_owed)) if parcel.postage_owed else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pay_view)
        return [path("<str:public_id>/pay-postage/", view, name="return_pay_postage"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        parcel = context.get("original")
        by = actor_of(request, via="admin")
        context["may_pay"] = (
            parcel is not None and parcel.postage_owed > 0 and postage.may_pay(by, parcel.dispute)
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def pay_view(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """How it was paid, once, and by which reference the buyer finds it."""
        rows = ReturnShipment.objects.select_related("dispute")
        parcel = get_object_or_404(rows, public_id=public_id)
        by = actor_of(request, via="admin")
        if not postage.may_pay(by, parcel.dispute):
            raise PermissionDenied
        back = redirect("admin:disputes_returnshipment_change", parcel.pk)
        form = PaidByHandForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                postage.pay_by_hand(parcel.pk, **form.cleaned_data, by=by)
            except Invalid as refusal:
                tell_form(form, refusal)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
                return back
            else:
                self.log_change(request, parcel, "postage paid past the provider")
                messages.success(request, _t("Saved. It cannot be paid again."))
                return back
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Pay %(sum)s of postage") % {"sum": self.owed(parcel)},
            "parcel": parcel,
            "form": form,
        }
        return TemplateResponse(
            request, "admin/returns/pay_postage.html", context, status=422 if form.errors else 200
        )
