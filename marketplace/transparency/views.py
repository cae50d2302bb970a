"""What everybody may read: each month's figures as tables with bars, and as files (Z-08)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from .models import MonthFigures
from .words import bars, groups_of, share_without_a_person

#: how many months the first chart goes back
MONTHS_SHOWN = 12


class MonthConverter:
    """A month in an address: 2026-10."""

    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Figures(TemplateView):
    """`/transparency/`: the newest month; `/transparency/2026-10/`: that one."""

    template_name = "transparency/month.html"

    def get_context_data(self, month: str | None = None, **kwargs: Any) -> dict[str, Any]:
        kept = list(MonthFigures.objects.all())
        shown = next((row for row in kept if month in (None, row.month)), None)
        recent = [(date_format(row.first_day, "YEAR_MONTH_FORMAT"), row) for row in kept[:MONTHS_SHOWN]][::-1]
        return super().get_context_data(**kwargs) | {
            "asked": month,
            "shown": shown,
            "months": kept,
            "groups": groups_of(shown.figures) if shown else [],
            "share": share_without_a_person(shown.figures) if shown else None,
            "by_month": bars([(label, row.figures.get("disputes.opened", 0)) for label, row in recent]),
        }


class MonthFile(View):
    """One month as a file for a spreadsheet."""

    def get(self, request: HttpRequest, month: str) -> HttpResponse:
        row = MonthFigures.objects.filter(month=month).first()
        if row is None:
            raise Http404(_("There are no figures for this month."))
        return _csv(f"figures-{row.month}.csv", [row])


class AllFigures(View):
    """All kept months in one file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _csv("figures.csv", MonthFigures.objects.all())


def _csv(name: str, rows: Iterable[MonthFigures]) -> HttpResponse:
    """month, figure, number: names and numbers are all our own, so no cell can hold a formula."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    writer = csv.writer(response)
    writer.writerow(["month", "figure", "value"])
    for row in rows:
        writer.writerows([row.month, figure, value] for figure, value in sorted(row.figures.items()))
    return response
