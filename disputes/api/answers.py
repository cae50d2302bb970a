"""What every verb on a dispute answers: the dispute, or a problem."""

from __future__ import annotations

from marketplace.core.api import action_responses

from ..serializers import DisputeSerializer

ANSWER = action_responses(DisputeSerializer)
