"""The listings that a report is about: its target, and those that it names, by number or by link (C-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.core.errors import FieldError
from marketplace.orders.models import Listing

from .kinds import number_in
from .models import Report

#: how our own numbers begin; what stands behind another address we cannot look up
OURS = "lst_"
LINKS = ("https://", "http://")


def known_listings(named: Sequence[str], field: str, errors: list[FieldError]) -> list[str]:
    """Each once: ours by their numbers, addresses of other kinds as they were written. Ours that are not there, and what is
    neither number nor address, are added to `errors`, by name."""
    kept = {number if (number := number_in(each)).startswith(OURS) else each.strip(): each for each in named}
    ours = [number for number in kept if number.startswith(OURS)]
    there = set(Listing.objects.filter(public_id__in=ours).values_list("public_id", flat=True))
    wrong = [each for name, each in kept.items() if name not in there and not name.startswith(LINKS)]
    if wrong:
        words = _("We do not know these listings: %(which)s. Check their numbers.")
        errors.append(FieldError(field, "unknown", words % {"which": ", ".join(wrong)}))
    return list(kept)


def check_listings(answers: dict[str, Any], errors: list[FieldError]) -> None:
    """Put what is kept in place of what was typed."""
    if named := answers.get("listings"):
        answers["listings"] = known_listings(named, "answers.listings", errors)


def reported_listings(report: Report) -> list[Listing]:
    """What the report is about of the respondent's shop: the target and the listings that it names, each once, oldest first.

    Those of other shops are left out: nobody there was heard.
    """
    named = [each for each in report.answers.get("listings", []) if each.startswith(OURS)]
    wanted = Q(public_id__in=named) | Q(pk=report.target_listing_id)
    rows = Listing.objects.filter(wanted, store=report.respondent_store).select_related("store")
    return list(rows.order_by("pk"))
