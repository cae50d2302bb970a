"""Payment providers. A refund goes to the provider that took the payment, whatever is set for new payments (M5)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from .base import (
    Answer,
    BadEvent,
    Bank,
    ChargebackAnswer,
    Gateway,
    GatewayError,
    NotNow,
    ProviderEventData,
    RefundRequest,
    Refused,
    Said,
    Unknown,
)

__all__ = (
    "NAMES",
    "Answer",
    "BadEvent",
    "Bank",
    "ChargebackAnswer",
    "Gateway",
    "GatewayError",
    "NotNow",
    "ProviderEventData",
    "RefundRequest",
    "Refused",
    "Said",
    "Unknown",
    "gateway_named",
)  # fmt: skip


def _sandbox() -> Gateway:
    from .sandbox import SandboxGateway

    return SandboxGateway()


def _stripe() -> Gateway:
    from .stripe import StripeGateway  # late: the library is large, and `make run` needs none of it

    return StripeGateway(settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE)


_MAKERS: dict[str, Callable[[], Gateway]] = {"sandbox": _sandbox, "stripe": _stripe}
NAMES = tuple(_MAKERS)


def gateway_named(name: str) -> Gateway:
    """The gateway of that name, with connections of its own. Raises LookupError where there is none."""
    return _MAKERS[name]()
