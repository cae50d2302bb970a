"""Sanctions for the tests of every room."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from marketplace.core.access import Actor
from marketplace.sanctions import services
from marketplace.sanctions.models import Sanction
from tests import world


def moderator(name: str = "mod") -> Actor:
    return world.acting(world.staff(name, "moderator"))


def imposed(
    target: Any, kind: str, cause: str = "rep_one", *, why: str = "", by: Actor | None = None, **wishes: Any
) -> Sanction:
    """A decision of that cause brings a sanction now."""
    wishes = {"points": 3, **wishes} if kind == "strike" else wishes
    return services.impose(
        target=target,
        kind=kind,
        cause=cause,
        statement=why or f"Because of {cause}.",
        rule="Terms, 4.2",
        at=timezone.now(),
        by=by or moderator(""),
        **wishes,
    )
