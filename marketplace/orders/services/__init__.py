"""The verbs of an order. Each runs inside one `step()`; see marketplace/core/cases.py."""

from .delivery import change_tracking, extend_protection, record_tracking, request_extension, ship
from .demanding import close_untracked, demand_tracking, has_valid_tracking, lift_demand
from .doubting import clear_doubts
from .holding import change_hold_back, hold_back, lift_hold_back, settle
from .holding_stores import hold_orders, let_go
from .life import cancel, confirm_automatically, confirm_receipt, pay, release, send_message
from .rating import rate
from .suspicion import accept_proof, close_on_silence, hold, hold_store, prove, refuse_proof

#: what the clock does, by verb
BY_CLOCK = {
    "confirm_automatically": confirm_automatically,
    "release": release,
    "close_on_silence": close_on_silence,
}

#: of these, what many orders may do in one transaction
TOGETHER = frozenset({"confirm_automatically", "release"})

__all__ = [
    "BY_CLOCK",
    "TOGETHER",
    "accept_proof",
    "cancel",
    "change_hold_back",
    "change_tracking",
    "clear_doubts",
    "close_on_silence",
    "close_untracked",
    "confirm_automatically",
    "confirm_receipt",
    "demand_tracking",
    "extend_protection",
    "has_valid_tracking",
    "hold",
    "hold_back",
    "hold_orders",
    "hold_store",
    "let_go",
    "lift_demand",
    "lift_hold_back",
    "pay",
    "prove",
    "rate",
    "record_tracking",
    "refuse_proof",
    "release",
    "request_extension",
    "send_message",
    "settle",
    "ship",
]
