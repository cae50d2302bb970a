"""People, a policy and a case-like viewer for the evidence room."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence import access
from marketplace.evidence.content import Limits

LIMITS = Limits(2 * 1024 * 1024, ("jpg", "jpeg", "bmp", "gif", "png"))


@pytest.fixture
def policy(db: None) -> ProtectionPolicy:
    """The default policy in force: the shipped one, or one with the shipped numbers."""
    found = ProtectionPolicy.objects.filter(name="default", status="published").first()
    return found or ProtectionPolicy.objects.create(
        name="default", version=1, status="published", published_at=timezone.now()
    )


@pytest.fixture
def buyer(db: None) -> User:
    return get_user_model().objects.create_user("buyer")


@pytest.fixture
def seller(db: None) -> User:
    return get_user_model().objects.create_user("seller")


def actor(user: User, *groups: str) -> Actor:
    return Actor(user_id=user.pk, groups=frozenset(groups))


@pytest.fixture
def let_in() -> Iterator[Callable[..., None]]:
    """Stand for a case above this room: `let_in(user)` as a party, `let_in(user, staff=True)` as its mediator."""
    registered: list[access.Viewer] = []

    def register(user: User, *, staff: bool = False) -> None:
        def viewer(by: Actor, evidence: object) -> bool:
            return by.user_id == user.pk

        registered.append(viewer)
        access.register_viewer(viewer, sees_private=staff)

    yield register
    for viewer in registered:
        access.forget_viewer(viewer)
