"""The listings that a report names in its answers, by number or by link (C-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.errors import FieldError
from marketplace.orders.models import Listing

from .kinds import number_in

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
