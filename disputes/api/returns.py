"""The verbs of returns and replacements (section 5)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet

from .. import services
from ..serializers import (
    ContestReturnSerializer,
    ReturnEventSerializer,
    ShipReturnSerializer,
)
from .answers import ANSWER


class ReturnActions(CaseViewSet):
    """Mixed into Disputes."""

    @extend_schema(operation_id="disputes_ship_return", request=ShipReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="ship-return")
    def ship_return(self, request: Request, id: str) -> Response:  # noqa: A002
        """The buyer has sent the goods back (T-01)."""
        return self.act("ship_return", services.ship_return, ShipReturnSerializer)

    @extend_schema(operation_id="disputes_acknowledge_return", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="acknowledge-return")
    def acknowledge_return(self, request: Request, id: str) -> Response:  # noqa: A002
        """The seller has the goods back as they should be: the refund goes out (T-03)."""
        return self.act("acknowledge_return", services.acknowledge_return)

    @extend_schema(operation_id="disputes_contest_return", request=ContestReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="contest-return")
    def contest_return(self, request: Request, id: str) -> Response:  # noqa: A002
        """The seller says what is wrong with what came back; a mediator decides (T-02)."""
        return self.act("contest_return", services.contest_return, ContestReturnSerializer)

    @extend_schema(operation_id="disputes_return_events", request=ReturnEventSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="return-events")
    def record_return_tracking(self, request: Request, id: str) -> Response:  # noqa: A002
        """The integrator passes on what the carrier reports of the return (T-02)."""
        return self.act("record_return_tracking", services.record_return_tracking, ReturnEventSerializer)
