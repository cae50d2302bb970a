"""Messages in the admin: to look up, never to change."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Records

from .models import Message


@admin.register(Message)
class MessageAdmin(Records):
    """Who wrote what, when, in which part."""

    list_display = ("public_id", "author", "role", "sent_at")
    list_filter = ("role",)
    list_select_related = ("author",)
    search_fields = ("=public_id", "=author__username")
    search_help_text = _("Search by number or user name")
    date_hierarchy = "sent_at"
    ordering = ("-pk",)
    fields = ("public_id", "author", "role", "text", "sent_at")
