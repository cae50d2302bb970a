"""Notices in the admin: whether a mail was sent; their words are between the parties and are not shown."""

from __future__ import annotations

from django.contrib import admin

from marketplace.core.admin import Records

from .models import Notice


@admin.register(Notice)
class NoticeAdmin(Records):
    list_display = ("public_id", "recipient", "case_id", "created_at", "mail", "mail_tries", "mail_next_at")
    list_filter = ("mail",)
    list_select_related = ("recipient",)
    search_fields = ("=public_id", "=case_id")
    fields = readonly_fields = (
        "public_id",
        "recipient",
        "key",
        "case_id",
        "created_at",
        "read_at",
        "mail",
        "mail_tries",
        "mail_next_at",
    )
