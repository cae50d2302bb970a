"""What the staff's groups may open in the admin. To *act* on a case is another matter: RULES say that, for superusers too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from marketplace.core.access import LEAD_MEDIATOR, MEDIATOR, MODERATOR

#: app → models whose rows the role may look at
_CASES: Mapping[str, Sequence[str]] = {
    "core": ("protectionpolicy",),
    "accounts": ("store",),
    "orders": ("order", "orderevent", "listing"),
    "sanctions": ("sanction",),
    "coupons": ("couponoffer", "coupon"),
    "disputes": ("dispute", "disputeevent"),
    "standing": ("flag",),
    "appeals": ("appeal",),
}
#: what only those who decide about money and files need to see
_FILES: Mapping[str, Sequence[str]] = {
    "evidence": ("evidence", "originalopened"),
    "messaging": ("message",),
    "payments": ("escrow", "payment", "refund", "chargeback", "ledgertransaction"),
    "disputes": ("decision", "returnshipment", "offer", "autoacceptrule"),
}
#: who reported is for moderators to know, not for mediators
_REPORTS: Mapping[str, Sequence[str]] = {"reports": ("report",)}
#: what people say of how their case was handled is read by leads, not by whom it is about (A-06)
_FEEDBACK: Mapping[str, Sequence[str]] = {"feedback": ("feedback",)}
#: who must not decide about whom: a mediator says it of themselves, leads of everybody (M-02)
_TIES = frozenset({"disputes.add_conflictofinterest"})
_END_TIES = frozenset({"disputes.delete_conflictofinterest"})
#: flags on messages are looked at by those who handle them; the words to screen for are theirs to edit (N-07)
_SCREENING = frozenset(
    f"messaging.{name}"
    for name in ("view_messageflag", "view_screeningterm", "add_screeningterm", "change_screeningterm")
)
#: the same of the words for forbidden goods (C-09)
_FORBIDDEN = frozenset(
    f"reports.{name}" for name in ("view_forbiddenterm", "add_forbiddenterm", "change_forbiddenterm")
)


def _views(*rooms: Mapping[str, Sequence[str]]) -> set[str]:
    return {f"{app}.view_{model}" for room in rooms for app, models in room.items() for model in models}


PERMISSIONS: Mapping[str, frozenset[str]] = {
    MEDIATOR: frozenset(_views(_CASES, _FILES) | _TIES),
    LEAD_MEDIATOR: frozenset(
        _views(_CASES, _FILES, _REPORTS, _FEEDBACK)
        | _SCREENING
        | _FORBIDDEN
        | _TIES
        | _END_TIES
        | {"core.change_protectionpolicy"}
    ),
    MODERATOR: frozenset(_views(_CASES, _REPORTS) | _SCREENING | _FORBIDDEN),
}


def ensure_roles(**_kwargs: Any) -> None:
    """Give each role what it may open; what an operator added besides stays. Safe to call again."""
    for role, names in PERMISSIONS.items():
        wanted = Q(pk=None)
        for name in names:
            app, _dot, codename = name.partition(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        group, _is_new = Group.objects.get_or_create(name=role)
        group.permissions.add(*Permission.objects.filter(wanted))
