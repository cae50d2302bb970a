"""Feedback in the admin: to look up, never to change. Poor feedback is handled at the desk (desk.py)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.case_admin import Button, CaseRecords
from marketplace.core.cases import Case
from marketplace.core.edges import actor_of

from .models import Feedback
from .presenters import HAPPENED


@admin.register(Feedback)
class FeedbackAdmin(CaseRecords):
    list_display = ("public_id", "state", "rating", "side", "dispute", "given_at", "read_by", "handled_by")
    list_filter = ("state", "rating", "side", "given_at")
    list_select_related = ("dispute", "handled_by")
    search_fields = ("public_id__exact", "dispute__public_id__exact", "author__username__exact")
    search_help_text = _("Search by number, the dispute's number, or the user name, written out in full")
    one_related = ("dispute", "author", "handled_by")
    fieldsets = (
        (None, {"fields": ("public_id", "dispute", "side", "author", "state", "rating", "text")}),
        (_("Fairness"), {"fields": ("heard", "respected", "understood")}),
        (_("Handling"), {"fields": ("given_at", "read_by", "handled_by", "handled_at", "reason")}),
    )
    happened = HAPPENED

    def get_queryset(self, request: HttpRequest) -> Any:
        """For lead mediators, as at the desk; a superuser looks on. Nobody reads what is said of a case they had a part in."""
        by = actor_of(request, via="admin")
        readable = Feedback.objects.without_part_of(by)
        if not request.user.is_superuser:
            readable = readable.visible_to(by)
        return super().get_queryset(request).filter(pk__in=readable)

    def buttons(self, case: Case, verbs: list[str]) -> list[Button]:
        if not verbs:
            return []
        url = reverse("admin:feedback_desk_case", args=[case.public_id])
        return [Button("set_aside", _t("Open it at the desk"), url, is_link=True)]
