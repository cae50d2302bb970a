"""Policies in the admin: a published one is read, a draft is edited, compared and published (P-01, P-02)."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from . import publishing
from .edges import actor_of
from .errors import DomainError
from .policy import ProtectionPolicy


class Records(admin.ModelAdmin):
    """Rows that only services write: looked at, never changed, whoever asks (threats.md A5)."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def post_only(request: HttpRequest) -> HttpResponse | None:
    """GET never changes state: the answer to whatever is not a POST."""
    return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])


def shown(value: Any) -> str:
    """A parameter's value for people."""
    if value is True:
        return _t("Yes")
    if value is False:
        return _t("No")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {worth}" for name, worth in value.items()) or _t("none")
    return "–" if value is None or value == "" else str(localize(value))


def digest(draft: ProtectionPolicy) -> str:
    """What the reviewer had before their eyes: changes with every parameter."""
    values = repr([(p.attname, getattr(draft, p.attname)) for p in ProtectionPolicy.parameters()])
    return hashlib.sha256(values.encode()).hexdigest()


@admin.register(ProtectionPolicy)
class ProtectionPolicyAdmin(admin.ModelAdmin):
    """A draft is made from a published version, edited, reviewed as a diff, and published for orders paid from then on."""

    list_display = ("__str__", "name", "version", "status", "published_at", "published_by")
    list_filter = ("name", "status")
    list_select_related = ("published_by",)
    search_fields = ("name",)
    search_help_text = _("Search by name")
    show_full_result_count = False
    actions = None
    change_form_template = "admin/policy/change.html"
    readonly_fields = ("name", "version", "status", "published_at", "published_by")
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.JSONField: {"widget": Textarea({"rows": 3})}}
    fieldsets = (
        (None, {"fields": ("name", "version", "status", "published_at", "published_by")}),
        (
            _("Orders and opening a dispute"),
            {
                "fields": (
                    "max_delivery_days", "ship_within_days", "dispute_wait_days", "dispute_wait_applies_to",
                    "post_receipt_days", "near_end_days", "redispute_times", "claim_min_percent",
                    "description_min", "description_max", "warranty_months",
                )
            },
        ),
        (
            _("Negotiation"),
            {
                "fields": (
                    "seller_response_days", "negotiation_days", "manual_escalation", "edit_answer_hours",
                    "conditional_cancel_days",
                )
            },
        ),
        (
            _("Returns and replacements"),
            {
                "fields": (
                    "return_ship_days", "return_confirm_days", "return_transit_days", "replacement_ship_days",
                    "replacement_confirm_days", "postage_cap_percent",
                )
            },
        ),
        (
            _("Mediation"),
            {
                "fields": (
                    "evidence_request_days", "mediation_target_days", "mediation_latest_days", "choice_days",
                    "approval_limit_minor", "approval_currency", "approval_rates",
                )
            },
        ),
        (
            _("Carrying out"),
            {"fields": ("refund_days_min", "refund_days_max", "refund_in_working_days", "calendar")},
        ),
        (
            _("Appeals and compensation"),
            {
                "fields": (
                    "appeal_days", "appeal_max_chars", "appeal_answer_working_days", "coupon_issue_working_days",
                    "coupon_valid_days", "coupon_max_pieces",
                )
            },
        ),
        (
            _("Reports and suspicious orders"),
            {
                "fields": (
                    "report_answer_days", "report_appeal_days", "respondent_days", "report_tracking_days",
                    "hold_proof_days", "hold_refund_days", "strike_days",
                )
            },
        ),
        (
            _("Evidence"),
            {
                "fields": (
                    "photo_max_bytes", "photo_formats", "video_max_bytes", "video_formats", "evidence_keep_days",
                )
            },
        ),
        (
            _("Standing of buyers"),
            {"fields": ("flag_disputes", "flag_days", "flag_rate_orders", "flag_rate_days", "flag_insults")},
        ),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a draft is made from a published version

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ProtectionPolicy | None = None) -> bool:
        if obj is not None and obj.status == ProtectionPolicy.Status.PUBLISHED:
            return False
        return super().has_change_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/draft/", view(self.draft_view), name="core_protectionpolicy_draft"),
            path("<int:pk>/publish/", view(self.publish_view), name="core_protectionpolicy_publish"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_edit"] = self.has_change_permission(request)
        context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: ProtectionPolicy) -> HttpResponse:
        messages.success(request, _t("The draft is saved. Nothing changes until you publish it."))
        return redirect("admin:core_protectionpolicy_publish", obj.pk)

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a draft with the numbers of this version, or go on with the draft that there is."""
        if (refused := post_only(request)) is not None:
            return refused
        if not self.has_change_permission(request):
            raise PermissionDenied
        draft = publishing.draft_from(get_object_or_404(ProtectionPolicy, pk=pk))
        return redirect("admin:core_protectionpolicy_change", draft.pk)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changes, what that means, and the button that makes it so."""
        draft = get_object_or_404(ProtectionPolicy, pk=pk)
        if not self.has_change_permission(request):
            raise PermissionDenied
        if draft.status == ProtectionPolicy.Status.PUBLISHED:
            messages.error(request, _t("This version is published already."))
            return redirect("admin:core_protectionpolicy_change", draft.pk)
        faults = _faults(draft)
        if request.method == "POST" and not faults and self._publish(request, draft):
            return redirect("admin:core_protectionpolicy_change", draft.pk)
        return self._review(request, draft, faults)

    def _publish(self, request: HttpRequest, draft: ProtectionPolicy) -> bool:
        if request.POST.get("seen") != digest(draft):
            messages.error(
                request, _t("Somebody changed the draft while you were reading. Look at it again.")
            )
            return False
        try:
            publishing.publish(draft.pk, by=actor_of(request, via="admin"))
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            return False
        self.log_change(request, draft, "published")
        messages.success(
            request, _t("%(policy)s is in force for orders paid from now on.") % {"policy": draft}
        )
        return True

    def _review(self, request: HttpRequest, draft: ProtectionPolicy, faults: list[str]) -> HttpResponse:
        before = draft.previous()
        rows = [(what, shown(was), shown(now)) for what, was, now in draft.diff(before)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Review and publish %(policy)s") % {"policy": draft},
            "draft": draft,
            "before": before,
            "rows": rows,
            "faults": faults,
            "seen": digest(draft),
            "edit_url": reverse("admin:core_protectionpolicy_change", args=[draft.pk]),
        }
        return TemplateResponse(request, "admin/policy/publish.html", context)


def _faults(draft: ProtectionPolicy) -> list[str]:
    """What makes the draft unfit, in words; a draft may have been filled by a program."""
    try:
        draft.full_clean()
    except ValidationError as error:
        labels = {p.name: p.verbose_name for p in ProtectionPolicy.parameters()}
        return [f"{labels.get(name, name)}: {' '.join(words)}" for name, words in error.message_dict.items()]
    return []
