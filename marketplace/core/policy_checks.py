"""What makes a protection policy unfit: numbers that contradict each other, and names that nothing knows (P-02)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .money import currencies
from .workdays import UnknownCalendar, check_calendar

#: the numbers that may be none at all; every other one is 1 or more
MAY_BE_ZERO = frozenset({"dispute_wait_days", "redispute_times", "approval_limit_minor"})
#: the first is never more than the second
IN_ORDER = (
    ("seller_response_days", "negotiation_days"),
    ("mediation_target_days", "mediation_latest_days"),
    ("refund_days_min", "refund_days_max"),
    ("description_min", "description_max"),
)
FORMATS = re.compile(r"[a-z0-9]{1,8}(, ?[a-z0-9]{1,8})*", re.ASCII)
RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)


def faults_of(policy: Any) -> dict[str, str]:
    """Field → what is wrong with it, in words. A field that could not be read at all is somebody else's to refuse."""
    return _numbers(policy) | _names(policy)


def _numbers(policy: Any) -> dict[str, str]:
    faults = {}
    labels = {parameter.name: parameter.verbose_name for parameter in policy.parameters()}
    for name in labels:
        number = getattr(policy, name)
        if type(number) is int and number < 1 and name not in MAY_BE_ZERO:
            faults[name] = _("Give a number of 1 or more.")
    for low, high in IN_ORDER:
        least, most = getattr(policy, low), getattr(policy, high)
        if least is not None and most is not None and least > most:
            faults[low] = _("This is more than “%(other)s”.") % {"other": labels[high]}
    if policy.claim_min_percent is not None and policy.claim_min_percent > 100:
        faults["claim_min_percent"] = _("A claim is at most 100 percent.")
    return faults


def _names(policy: Any) -> dict[str, str]:
    faults = {}
    try:
        check_calendar(policy.calendar)
    except UnknownCalendar:
        faults["calendar"] = _("We do not know this calendar. Use a country like US, or a region like BR-SP.")
    if policy.approval_currency not in currencies():
        faults["approval_currency"] = _(
            "We do not know this currency. Use a code of three letters, like USD."
        )
    if words := _rates(policy.approval_rates):
        faults["approval_rates"] = words
    for name in ("photo_formats", "video_formats"):
        if not FORMATS.fullmatch(getattr(policy, name)):
            faults[name] = _("Write a list like this: jpg, png")
    return faults


def _rates(rates: Any) -> str:
    """What is wrong with a table of rates; empty where nothing is. Rates are decimals in quotes: no float."""
    if not isinstance(rates, dict):
        return _("Write the rates as names and values in curly brackets.")
    if not rates:
        return ""
    try:
        date.fromisoformat(rates.get("date", ""))
    except (TypeError, ValueError):
        return _('Say which day the rates are of: "date": "2026-11-01".')
    for currency, rate in rates.items():
        if currency == "date":
            continue
        if currency not in currencies():
            return _("We do not know the currency “%(code)s”.") % {"code": currency}
        if not (isinstance(rate, str) and RATE.fullmatch(rate) and Decimal(rate) > 0):
            return _('Write the rate of %(code)s in quotes, above zero, like "0.19".') % {"code": currency}
    return ""
