"""The verbs of an order. Each runs inside one `step()`; see marketplace/core/cases.py."""

from .delivery import change_tracking, extend_protection, record_tracking, request_extension, ship
from .holding import hold_back, lift_hold_back, settle
from .life import cancel, confirm_automatically, confirm_receipt, pay, release, send_message

#: what the clock does, by verb
BY_CLOCK = {"confirm_automatically": confirm_automatically, "release": release}

__all__ = [
    "BY_CLOCK",
    "cancel",
    "change_tracking",
    "confirm_automatically",
    "confirm_receipt",
    "extend_protection",
    "hold_back",
    "lift_hold_back",
    "pay",
    "record_tracking",
    "release",
    "request_extension",
    "send_message",
    "settle",
    "ship",
]
