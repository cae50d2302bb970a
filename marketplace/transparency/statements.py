"""Statements of reasons in the schema of the EU's DSA Transparency Database, version 2 (Z-08).

Only what restricts somebody is told there: who won a dispute is no moderation. Nothing that a person wrote goes out, for a
reason may name people: the facts are told in words of our own, and the full statement stays with whom it burdens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from disputes.models import Decision
from disputes.standing.models import Flag
from marketplace.accounts.models import Restriction
from marketplace.sanctions.models import Kind, Sanction
from reports.kinds import Category
from reports.models import Report

Statement = dict[str, Any]

# fmt: off
#: it holds wherever the site is read
_EEA = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
    "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)
# fmt: on
_DAY = "%Y-%m-%d"


class Ground(NamedTuple):
    """Why: the database's category, where it came from, whether a machine saw it first, and the facts in our words."""

    category: str
    source: str
    detected: str
    facts: str
    rule: str


#: by the beginning of the cause's public id; "" for what a moderator did without a case
_GROUNDS: Mapping[str, Ground] = {
    "decision": Ground(
        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "SOURCE_TYPE_OTHER_NOTIFICATION",
        "No",
        "A mediator who decided a dispute found that the account's claim was false.",
        "Rules of buyer protection, section 6: false claims",
    ),
    "flag": Ground(
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "SOURCE_VOLUNTARY",
        "Yes",
        "The account's figures stood out from others'. Staff looked at its cases and decided.",
        "Rules of buyer protection, section 10: standing",
    ),
    "": Ground(
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "SOURCE_VOLUNTARY",
        "No",
        "Staff looked at what the account did, and decided.",
        "Rules of buyer protection, section 9: restrictions",
    ),
}
_WHAT: Mapping[str, str] = {
    Restriction.Kind.NO_DISPUTES: "The account may not open disputes.",
    Restriction.Kind.NO_REPORTS: "The account may not send reports.",
    Restriction.Kind.NO_ORDERS: "The account may not buy.",
    Restriction.Kind.BLOCK: "The account may open and send nothing new. It may still answer and appeal.",
}
#: what a sanction restricts, in the database's words, and in ours
_SANCTIONS: Mapping[str, tuple[Statement, str]] = {
    Kind.REMOVED: (
        {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"]},
        "The listing was removed.",
    ),
    Kind.DEMOTED: (
        {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED"]},
        "The listing is shown lower in search.",
    ),
    Kind.ORDERS_HELD: (
        {"decision_monetary": "DECISION_MONETARY_SUSPENSION"},
        "The shop's paid orders are on hold.",
    ),
    Kind.SUSPENDED: ({"decision_account": "DECISION_ACCOUNT_SUSPENDED"}, "The shop takes no new orders."),
}
#: what a report was about, in the database's words
_CATEGORIES: Mapping[str, str] = {
    Category.INTELLECTUAL_PROPERTY: "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    Category.PROHIBITED_PRODUCTS: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    Category.TRADE_RULES: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    Category.SEARCH_MANIPULATION: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
}


def statements(start: datetime, end: datetime) -> Iterator[Statement]:
    """Every statement of what was imposed from `start` up to, and without, `end`; oldest first within each kind."""
    for source in SOURCES:
        yield from source(start, end)


def _restrictions(start: datetime, end: datetime) -> Iterator[Statement]:
    rows = Restriction.objects.filter(starts_at__gte=start, starts_at__lt=end).select_related("user")
    found = list(rows.order_by("starts_at", "pk"))
    kinds = _kinds_of({row.cause for row in found if row.cause})
    for row in found:
        yield _restriction(row, _GROUNDS[kinds.get(row.cause, "")])


def _kinds_of(causes: Iterable[str]) -> dict[str, str]:
    """Which of these public ids are decisions, and which are flags."""
    causes = list(causes)
    return dict.fromkeys(
        Decision.objects.filter(public_id__in=causes).values_list("public_id", flat=True), "decision"
    ) | (dict.fromkeys(Flag.objects.filter(public_id__in=causes).values_list("public_id", flat=True), "flag"))


def _restriction(row: Restriction, ground: Ground) -> Statement:
    """One right taken from one account: a part of the service, for a time or for good."""
    for_a_time = row.ends_at is not None
    ends = {"end_date_service_restriction": f"{row.ends_at:{_DAY}}"} if row.ends_at else {}
    return {
        "puid": row.public_id,
        "decision_provision": f"DECISION_PROVISION_PARTIAL_{'SUSPENSION' if for_a_time else 'TERMINATION'}",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": ground.rule,
        "incompatible_content_explanation": ground.facts,
        "incompatible_content_illegal": "No",
        "account_type": "ACCOUNT_TYPE_PRIVATE",
        "category": ground.category,
        "content_type": ["CONTENT_TYPE_OTHER"],
        "content_type_other": "Account",
        "content_date": f"{row.user.date_joined:{_DAY}}",
        "territorial_scope": list(_EEA),
        "application_date": f"{row.starts_at:{_DAY}}",
        "decision_facts": f"{_WHAT[row.kind]} {ground.facts}",
        "source_type": ground.source,
        "automated_detection": ground.detected,
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        **ends,
    }


def _sanctions(start: datetime, end: datetime) -> Iterator[Statement]:
    """What was imposed on listings and shops; what burdens accounts stands among their restrictions."""
    rows = Sanction.objects.filter(starts_at__gte=start, starts_at__lt=end, kind__in=list(_SANCTIONS))
    found = list(rows.select_related("listing", "store").order_by("starts_at", "pk"))
    reports = dict(
        Report.objects.filter(public_id__in={row.cause for row in found}).values_list("public_id", "category")
    )
    for row in found:
        yield _sanction(row, reports.get(row.cause))


def _sanction(row: Sanction, reported_for: str | None) -> Statement:
    """One measure against a listing or a shop; `reported_for`: the category of the report that it comes from."""
    decision, what = _SANCTIONS[row.kind]
    why = "Somebody reported it; staff looked at it and decided." if reported_for else _GROUNDS[""].facts
    is_listing = row.listing_id is not None
    content = {"content_type": ["CONTENT_TYPE_PRODUCT"]} if is_listing else _SHOP
    ends = {_ENDS[next(iter(decision))]: f"{row.ends_at:{_DAY}}"} if row.ends_at else {}
    return {
        "puid": row.public_id,
        **decision,
        **ends,
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "Rules of buyer protection, section 9: sanctions",
        "incompatible_content_explanation": why,
        "incompatible_content_illegal": "No",
        "account_type": "ACCOUNT_TYPE_BUSINESS",
        "category": _CATEGORIES.get(reported_for or "", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"),
        **content,
        "content_date": f"{row.starts_at:{_DAY}}",
        "territorial_scope": list(_EEA),
        "application_date": f"{row.starts_at:{_DAY}}",
        "decision_facts": f"{what} {why}",
        "source_type": "SOURCE_ARTICLE_16" if reported_for else "SOURCE_VOLUNTARY",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }


_SHOP: Statement = {"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "Shop"}
#: which end belongs to which restriction
_ENDS: Mapping[str, str] = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_account": "end_date_account_restriction",
}

Source = Callable[[datetime, datetime], Iterator[Statement]]
#: each kind of thing that is imposed on somebody
SOURCES: Iterable[Source] = (_restrictions, _sanctions)
