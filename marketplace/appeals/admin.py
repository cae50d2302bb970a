"""Appeals in the admin: to look up, never to change. The work itself is done at the desk."""

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

from .models import Appeal
from .presenters import HAPPENED


@admin.register(Appeal)
class AppealAdmin(CaseRecords):
    list_display = (
        "public_id",
        "kind",
        "state",
        "by_side",
        "appellant",
        "reviewer",
        "submitted_at",
        "answer_due_at",
    )
    list_filter = ("state", "kind", "submitted_at")
    list_select_related = ("appellant", "reviewer")
    search_fields = ("public_id__exact", "about__exact", "appellant__username__exact")
    search_help_text = _("Search by number, what it is about, or the user name, written out in full")
    one_related = ("appellant", "reviewer", "policy", "store", "buyer")
    fieldsets = (
        (None, {"fields": ("public_id", "kind", "about", "by_side", "appellant", "state", "text", "facts")}),
        (_("Dates"), {"fields": ("submitted_at", "answer_due_at", "reviewer", "assigned_at", "decided_at")}),
    )
    happened = HAPPENED

    def get_queryset(self, request: HttpRequest) -> Any:
        """Who appealed, and what they wrote, is for those who may answer it; a superuser looks on, but not at their own."""
        by = actor_of(request, via="admin")
        readable = (
            Appeal.objects.without_part_of(by)
            if request.user.is_superuser
            else Appeal.objects.answered_by(by)
        )
        return super().get_queryset(request).filter(pk__in=readable)

    def buttons(self, case: Case, verbs: list[str]) -> list[Button]:
        if not verbs:
            return []
        url = reverse("admin:appeals_desk_case", args=[case.public_id])
        return [Button("decide", _t("Open it at the desk"), url, is_link=True)]

    def sums(self, case: Any) -> list[Any]:
        given = case.compensated
        return [(_t("Given by the platform"), given)] if given else []
