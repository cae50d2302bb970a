from __future__ import annotations

from django.contrib import admin

from marketplace.core.admin import Records

from .models import MonthFigures


@admin.register(MonthFigures)
class MonthFiguresAdmin(Records):
    list_display = ("month", "made_at")
    fields = readonly_fields = ("month", "made_at", "figures")
