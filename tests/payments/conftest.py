"""A provider that speaks Stripe, for the tests of this room (and for others: import the fixture)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import provider as fake


@pytest.fixture
def provider(settings: Any) -> Iterator[fake.Provider]:
    """A strict provider over real HTTP; payments with provider "stripe" are its."""
    with fake.running() as running:
        settings.STRIPE_SECRET_KEY = fake.SECRET_KEY
        settings.STRIPE_WEBHOOK_SECRET = fake.WEBHOOK_SECRET
        settings.STRIPE_API_BASE = running.url
        yield running
