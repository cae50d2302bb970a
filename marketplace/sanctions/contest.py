"""Until when a sanction can be contested: by the policy of when it was imposed, later where the site was down (A-07, P-01, Z-03)."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from marketplace.appeals.registry import Window
from marketplace.appeals.services import ends_at
from marketplace.core.outages import spans
from marketplace.core.policy_history import PolicyHistory

from .models import Sanction


class Contests:
    """Asked of one sanction or of a list; policies and outages are read once."""

    @cached_property
    def _policies(self) -> PolicyHistory:
        return PolicyHistory()

    @cached_property
    def _outages(self) -> list[list[str]]:
        return spans()

    def window(self, sanction: Sanction) -> Window:
        """From when it held, for the days that the policy of that moment gives."""
        opens: datetime = sanction.starts_at
        return Window(opens, opens + self._policies.in_force("default", opens).restriction_appeal)

    def ends_at(self, sanction: Sanction) -> datetime:
        return ends_at(self.window(sanction), self._outages)
