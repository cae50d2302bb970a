"""Money: pots of escrow, what was paid into them, what goes back, and the ledger that proves it.

Every amount is a whole number of the currency's minor unit. This room knows nothing of orders: an order points at its pot.
"""

from .chargeback import Chargeback
from .escrow import Escrow, Payment
from .ledger import LedgerAccount, LedgerEntry, LedgerTransaction
from .provider import ProviderEvent, SandboxRefund
from .refund import KEY_PREFIX, UNANSWERED, Refund, RefundQuerySet

__all__ = [
    "KEY_PREFIX",
    "UNANSWERED",
    "Chargeback",
    "Escrow",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "Payment",
    "ProviderEvent",
    "Refund",
    "RefundQuerySet",
    "SandboxRefund",
]
