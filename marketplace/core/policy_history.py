"""Which policy was in force when, for lists and imports that ask it of many moments."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime

from .policy import ProtectionPolicy


class PolicyHistory:
    """Every published version, read once. A single moment is asked of `ProtectionPolicy.objects.in_force`."""

    def __init__(self) -> None:
        self._versions: dict[str, list[ProtectionPolicy]] = defaultdict(list)
        published = ProtectionPolicy.objects.filter(status=ProtectionPolicy.Status.PUBLISHED)
        for policy in published.order_by("version"):
            self._versions[policy.name].append(policy)

    def __contains__(self, name: str) -> bool:
        return name in self._versions

    def in_force(self, name: str, at: datetime) -> ProtectionPolicy:
        """The version in force at that moment; before the first one, the first. Raises KeyError for an unknown name."""
        if name not in self._versions:
            raise KeyError(name)
        versions = self._versions[name]
        moments = [policy.published_at or at for policy in versions]
        return versions[max(bisect_right(moments, at) - 1, 0)]
