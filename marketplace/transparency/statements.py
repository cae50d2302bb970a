"""Statements of reasons in the schema of the EU's DSA Transparency Database, version 2 (Z-08).

Only what restricts somebody is told there: who won a dispute is no moderation. Nothing that a person wrote goes out, for a
reason may name people: the facts are told in words of our own, and the full statement stays with whom it burdens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from marketplace.sanctions.models import Kind, Sanction
from reports.kinds import Category
from reports.models import Decision

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


#: by the beginning of the cause's public id; "" for what staff did with no case behind it. A report's category is its own
_GROUNDS: Mapping[str, Ground] = {
    "dec": Ground(
        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "SOURCE_TYPE_OTHER_NOTIFICATION",
        "No",
        "A mediator who decided a dispute found that the account's claim was false.",
        "Rules of buyer protection, section 6: false claims",
    ),
    "flg": Ground(
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "SOURCE_VOLUNTARY",
        "Yes",
        "The account's figures stood out from others'. Staff looked at its cases and decided.",
        "Rules of buyer protection, section 10: standing",
    ),
    "rde": Ground(
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "SOURCE_ARTICLE_16",
        "No",
        "Somebody reported it; staff looked at it and decided.",
        "Rules of buyer protection, section 9: sanctions",
    ),
    "": Ground(
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "SOURCE_VOLUNTARY",
        "No",
        "Staff looked at it, and decided.",
        "Rules of buyer protection, section 9: sanctions",
    ),
}
_FALSE_REPORT = Ground(
    "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "SOURCE_VOLUNTARY",
    "No",
    "The account sent a report with false data. Staff looked at it and decided.",
    "Rules of buyer protection, section 9: false reports",
)
_PART = "DECISION_PROVISION_PARTIAL"
#: what a sanction restricts, in the database's words, and in ours. Strikes and warnings restrict nothing
_RESTRICTS: Mapping[str, tuple[Statement, str]] = {
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
    Kind.NO_DISPUTES: ({"decision_provision": _PART}, "The account may not open disputes."),
    Kind.NO_REPORTS: ({"decision_provision": _PART}, "The account may not send reports."),
    Kind.NO_ORDERS: ({"decision_provision": _PART}, "The account may not buy."),
    Kind.BLOCK: (
        {"decision_provision": _PART},
        "The account may open and send nothing new. It may still answer and appeal.",
    ),
}
#: which end belongs to which restriction
_ENDS: Mapping[str, str] = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_account": "end_date_account_restriction",
    "decision_provision": "end_date_service_restriction",
}
_PRODUCT: Statement = {"content_type": ["CONTENT_TYPE_PRODUCT"]}
#: what a report was about, in the database's words
_CATEGORIES: Mapping[str, str] = {
    Category.INTELLECTUAL_PROPERTY: "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    Category.PROHIBITED_PRODUCTS: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    Category.TRADE_RULES: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    Category.SEARCH_MANIPULATION: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
}


def statements(start: datetime, end: datetime) -> Iterator[Statement]:
    """Every statement of what was imposed from `start` up to, and without, `end`; oldest first."""
    rows = Sanction.objects.filter(starts_at__gte=start, starts_at__lt=end, kind__in=list(_RESTRICTS))
    found = list(rows.select_related("listing", "store", "user").order_by("starts_at", "pk"))
    # what false reports cost their sender is of no report's category
    reported = Decision.objects.filter(public_id__in={row.cause for row in found}, false_data=False)
    categories = dict(reported.values_list("public_id", "report__category"))
    for row in found:
        yield _statement(row, categories.get(row.cause, ""))


def _statement(row: Sanction, category: str) -> Statement:
    """One sanction. `category`: of the report that it comes from; "" where it comes from none."""
    prefix = row.cause.partition("_")[0]
    ground = _FALSE_REPORT if prefix == "rde" and not category else _GROUNDS.get(prefix, _GROUNDS[""])
    restricts, what = _RESTRICTS[row.kind]
    return {
        "puid": row.public_id,
        **_restriction(restricts, row),
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": ground.rule,
        "incompatible_content_explanation": ground.facts,
        "incompatible_content_illegal": "No",
        "account_type": "ACCOUNT_TYPE_BUSINESS" if row.user is None else "ACCOUNT_TYPE_PRIVATE",
        "category": _CATEGORIES.get(category, ground.category),
        **_content(row),
        "territorial_scope": list(_EEA),
        "application_date": f"{row.starts_at:{_DAY}}",
        "decision_facts": f"{what} {ground.facts}",
        "source_type": ground.source,
        "automated_detection": ground.detected,
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }


def _restriction(restricts: Statement, row: Sanction) -> Statement:
    """What is restricted, and until when. A part of the service is taken for a time, or for good."""
    [(field, value)] = restricts.items()
    if field == "decision_provision":
        value = f"{value}_{'SUSPENSION' if row.ends_at else 'TERMINATION'}"
    return {field: value} | ({_ENDS[field]: f"{row.ends_at:{_DAY}}"} if row.ends_at else {})


def _content(row: Sanction) -> Statement:
    """What it is about, and since when that is there."""
    if row.listing:
        return _PRODUCT | {"content_date": f"{row.starts_at:{_DAY}}"}
    other = {"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "Account" if row.user else "Shop"}
    return other | {"content_date": f"{row.user.date_joined if row.user else row.starts_at:{_DAY}}"}
