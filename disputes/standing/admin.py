"""Flags in the admin: to look up. They are reviewed under `/admin/abuse/` (desk.py)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.core.case_admin import CaseRecords
from marketplace.core.edges import actor_of

from .models import Flag
from .presenters import HAPPENED


@admin.register(Flag)
class FlagAdmin(CaseRecords):
    list_display = ("public_id", "state", "ground", "user", "raised_at", "ended_at")
    list_filter = ("state", "ground", "raised_at")
    list_select_related = ("user",)
    search_fields = ("public_id__exact", "user__public_id__exact", "user__username__exact")
    search_help_text = _("Search by number or the person's user name, written out in full")
    one_related = ("user", "policy", "reviewer", "approver")
    fieldsets = (
        (None, {"fields": ("public_id", "user", "ground", "state", "facts", "statement")}),
        (_("Review"), {"fields": ("outcome", "reasons", "until", "reviewer", "approver")}),
        (_("Dates"), {"fields": ("raised_at", "due_at", "ended_at")}),
    )
    happened = HAPPENED

    def get_queryset(self, request: HttpRequest) -> Any:
        """Everybody's but the reader's own: theirs stand on /standing/ (threats.md A4)."""
        return super().get_queryset(request).exclude(user=actor_of(request, via="admin").user_id)
