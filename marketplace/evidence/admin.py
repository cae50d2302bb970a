"""Files in the admin: to look up, never to change. The sealed original opens at its own address, and is logged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Evidence, OriginalOpened


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    """Without the file fields: a private store has no address to link to."""

    list_display = ("public_id", "owner", "kind", "content_type", "size", "status", "private", "created_at")
    list_filter = ("kind", "status", "private")
    list_select_related = ("owner",)
    search_fields = ("public_id", "=sha256")
    fields = (
        "public_id", "owner", "name", "kind", "private", "status", "content_type", "size", "sha256",
        "clean_type", "clean_size", "clean_sha256", "width", "height", "created_at", "removed_at",
    )  # fmt: skip


@admin.register(OriginalOpened)
class OriginalOpenedAdmin(ReadOnlyAdmin):
    """Who opened which sealed original, when."""

    list_display = ("evidence", "by", "at")
    list_select_related = ("evidence", "by")
    date_hierarchy = "at"
