"""Messages and flags in the admin: looked up, never changed; flags are handled by a verb; the terms are staff's to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Records
from marketplace.core.case_admin import case_link
from marketplace.core.edges import actor_of
from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.core.forms import tell_form

from . import services
from .forms import HandleForm
from .models import Message, MessageFlag, ScreeningTerm


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


@admin.register(MessageFlag)
class MessageFlagAdmin(Records):
    """What the screening found, for moderators to look at (N-07)."""

    list_display = ("message", "category", "state", "writer", "warned", "raised_at", "handled_by")
    list_filter = ("state", "category", "warned")
    list_select_related = ("message__author", "handled_by")
    search_fields = ("=message__public_id", "=message__author__username")
    search_help_text = _("Search by the message's number or the writer's user name")
    date_hierarchy = "raised_at"
    ordering = ("-pk",)
    fields = (
        "text", "writer", "its_case", "category", "term", "warned", "raised_at", "state", "note", "handled_by", "handled_at",
        "look",
    )  # fmt: skip
    readonly_fields = ("text", "writer", "its_case", "look")

    @admin.display(description=_("writer"))
    def writer(self, flag: MessageFlag) -> str:
        return f"{flag.message.author} ({flag.message.role})"

    @admin.display(description=_("message"))
    def text(self, flag: MessageFlag) -> str:
        return flag.message.text

    @admin.display(description=_("case"))
    def its_case(self, flag: MessageFlag) -> str:
        case = flag.message.thread.case
        return case_link(case) if case else "–"

    @admin.display(description=_("to do"))
    def look(self, flag: MessageFlag) -> str:
        if flag.state != MessageFlag.State.OPEN:
            return _t("Nothing: somebody has looked at it.")
        url = reverse("admin:messaging_messageflag_handle", args=[flag.pk])
        return format_html('<a href="{}">{}</a>', url, _t("Say what it is"))

    def get_urls(self) -> list[URLPattern]:
        handle = self.admin_site.admin_view(self.handle_view)
        return [path("<int:pk>/handle/", handle, name="messaging_messageflag_handle"), *super().get_urls()]

    def handle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message, and the moderator's answer: is it so?"""
        if not self.has_view_permission(request) or not services.may_handle_flags(
            actor_of(request, via="admin")
        ):
            raise PermissionDenied
        flag = get_object_or_404(
            MessageFlag.objects.select_related("message__author", "message__thread"), pk=pk
        )
        form = HandleForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._handle(request, flag, form):
            return redirect("admin:messaging_messageflag_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(flag),
            "flag": flag,
            "form": form,
            "its_case": self.its_case(flag),
        }
        return TemplateResponse(request, "admin/flags/handle.html", context)

    def _handle(self, request: HttpRequest, flag: MessageFlag, form: HandleForm) -> bool:
        data = form.cleaned_data
        try:
            services.handle_flag(
                flag.pk,
                upheld=data["outcome"] == "upheld",
                note=data["note"],
                by=actor_of(request, via="admin"),
            )
        except Invalid as refusal:
            tell_form(form, refusal)
            return False
        except Forbidden as refusal:
            raise PermissionDenied(refusal.detail) from refusal
        except WrongState as refusal:
            messages.error(request, refusal.detail)
            return True
        messages.success(request, _t("Saved. Other staff see what you said."))
        return True


@admin.register(ScreeningTerm)
class ScreeningTermAdmin(admin.ModelAdmin):
    """The words to screen for. Turned off, never deleted: a deleted one would come back with the next version."""

    list_display = ("term", "language", "category", "is_on")
    list_filter = ("language", "category", "is_on")
    search_fields = ("term",)
    search_help_text = _("Search by a word")
    show_full_result_count = False
    actions = None
    fields = ("language", "category", "term", "is_on")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
