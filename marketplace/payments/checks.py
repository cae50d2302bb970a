"""System checks: a payment provider that does not exist, or has no key, does not start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from .gateways import NAMES


@register()
def check_gateway(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The gateway is one that we have, and has what it needs."""
    name = settings.PAYMENT_GATEWAY
    if name not in NAMES:
        hint = f"PAYMENT_GATEWAY is {name!r}: use one of {', '.join(NAMES)}."
        return [Error("There is no such payment provider.", hint=hint, id="payments.E001")]
    if name == "stripe":
        needed = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
        return [
            Error("Stripe cannot be used without its keys.", hint=f"Set {key}.", id="payments.E002")
            for key in needed
            if not getattr(settings, key)
        ]
    return []


@register(Tags.security, deploy=True)
def check_real_money(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The sandbox tells buyers that they were paid, and pays nobody."""
    if settings.PAYMENT_GATEWAY != "sandbox":
        return []
    hint = "Set PAYMENT_GATEWAY=stripe and its keys."
    return [checks.Warning("The sandbox provider moves no real money.", hint=hint, id="payments.W001")]
