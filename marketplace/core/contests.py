"""Until when a sanction or restriction can be contested: by the policy of when it began, later where the site was down (A-07, P-01, Z-03)."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from .outages import spans
from .policy_history import PolicyHistory
from .windows import longer


class Contests:
    """Asked of one or of a list; policies and outages are read once."""

    @cached_property
    def _policies(self) -> PolicyHistory:
        return PolicyHistory()

    @cached_property
    def _outages(self) -> list[list[str]]:
        return spans()

    def window(self, since: datetime) -> tuple[datetime, datetime]:
        """From when it held, for the days that the policy of that moment gives; no outage counted in."""
        return since, since + self._policies.in_force("default", since).restriction_appeal

    def until(self, since: datetime) -> datetime:
        """The moment from which it can no longer be contested."""
        return longer(*self.window(since), self._outages)
