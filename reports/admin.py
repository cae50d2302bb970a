"""Reports in the admin: to look up, never to change; what is done with them is done at the desk. The words for forbidden goods
are staff's to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.case_admin import Button, CaseRecords
from marketplace.core.edges import actor_of

from .help.forbidden import EVERYWHERE
from .models import ForbiddenTerm, Report
from .presenters import HAPPENED


@admin.register(Report)
class ReportAdmin(CaseRecords):
    list_display = ("public_id", "state", "category", "is_urgent", "submitted_at", "due_at")
    list_filter = ("state", "category", "submitted_at")
    search_fields = ("public_id__exact",)
    search_help_text = _("Search by number, written out in full")
    one_related = ("policy", "order", "moderator")
    fieldsets = (
        (None, {"fields": ("public_id", "category", "state", "description", "is_urgent")}),
        (
            _("Dates"),
            {"fields": ("submitted_at", "heard_until", "responded_at", "tracking_due_at", "tracking_result", "due_at", "due_verb", "ended_at")},
        ),
    )  # fmt: skip
    happened = HAPPENED

    def get_queryset(self, request: Any) -> Any:
        """Nobody looks up a report by or about themselves here."""
        actor = actor_of(request, via="admin")
        return (
            super()
            .get_queryset(request)
            .filter(pk__in=Report.objects.visible_to(actor).exclude(reporter_id=actor.user_id))
        )

    def buttons(self, case: Any, verbs: list[str]) -> list[Button]:
        return [
            Button(
                "open",
                _t("Open it at the desk"),
                reverse("admin:reports_case", args=[case.public_id]),
                is_link=True,
            )
        ]


class CountryFilter(admin.SimpleListFilter):
    """The countries that there are words of, and what is forbidden everywhere."""

    title = _("country")
    parameter_name = "where"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        countries = ForbiddenTerm.objects.exclude(country="").order_by("country")
        names = countries.values_list("country", flat=True).distinct()
        return [(EVERYWHERE, _("Everywhere")), *((name, name) for name in names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if wanted := self.value():
            return queryset.filter(country="" if wanted == EVERYWHERE else wanted)
        return queryset


@admin.register(ForbiddenTerm)
class ForbiddenTermAdmin(admin.ModelAdmin):
    """The words for forbidden goods (C-09). Turned off, never deleted: a deleted one would come back with the next version."""

    list_display = ("words", "where", "goods", "language", "is_on")
    list_filter = (CountryFilter, "goods", "language", "is_on")
    search_fields = ("term",)
    search_help_text = _("Search by a word")
    show_full_result_count = False
    actions = None
    fields = ("country", "goods", "language", "term", "is_on")

    @admin.display(description=_("term"), ordering="term")
    def words(self, row: ForbiddenTerm) -> str:
        """With room to break the line at."""
        return row.term.replace("|", " | ")

    @admin.display(description=_("country"), ordering="country")
    def where(self, row: ForbiddenTerm) -> str:
        return row.country or _t("Everywhere")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
