"""The verbs of returns and replacements (section 5)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet

from .. import services
from ..serializers import (
    ContestReplacementSerializer,
    ContestReturnSerializer,
    PostageReceiptSerializer,
    ReturnAddressSerializer,
    ReturnEventSerializer,
    ShipReturnSerializer,
)
from .answers import ANSWER


class ReturnActions(CaseViewSet):
    """Mixed into Disputes."""

    @extend_schema(operation_id="disputes_return_address", request=ReturnAddressSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="give-return-address")
    def give_return_address(self, request: Request, id: str) -> Response:
        """The seller says where the goods go; the buyer's time to send them begins (T-01)."""
        return self.act("give_return_address", services.give_return_address, ReturnAddressSerializer)

    @extend_schema(operation_id="disputes_ship_return", request=ShipReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="ship-return")
    def ship_return(self, request: Request, id: str) -> Response:
        """The buyer has sent the goods back (T-01)."""
        return self.act("ship_return", services.ship_return, ShipReturnSerializer)

    @extend_schema(operation_id="disputes_acknowledge_return", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="acknowledge-return")
    def acknowledge_return(self, request: Request, id: str) -> Response:
        """The seller has the goods back as they should be: the refund goes out (T-03)."""
        return self.act("acknowledge_return", services.acknowledge_return)

    @extend_schema(operation_id="disputes_contest_return", request=ContestReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="contest-return")
    def contest_return(self, request: Request, id: str) -> Response:
        """The seller says what is wrong with what came back; a mediator decides (T-02)."""
        return self.act("contest_return", services.contest_return, ContestReturnSerializer)

    @extend_schema(operation_id="disputes_return_events", request=ReturnEventSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="return-events")
    def record_return_tracking(self, request: Request, id: str) -> Response:
        """The integrator passes on what the carrier reports of the return (T-02). The same report again changes nothing."""
        return self.act("record_return_tracking", services.record_return_tracking, ReturnEventSerializer)

    @extend_schema(
        operation_id="disputes_postage_receipt", request=PostageReceiptSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="postage-receipt")
    def submit_postage_receipt(self, request: Request, id: str) -> Response:
        """The buyer shows what the postage cost, where the seller pays it (T-04). A later receipt replaces an earlier one."""
        return self.act("submit_postage_receipt", services.submit_postage_receipt, PostageReceiptSerializer)

    @extend_schema(operation_id="disputes_ship_replacement", request=ShipReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="ship-replacement")
    def ship_replacement(self, request: Request, id: str) -> Response:
        """The seller has sent an identical product (T-03)."""
        return self.act("ship_replacement", services.ship_replacement, ShipReturnSerializer)

    @extend_schema(operation_id="disputes_acknowledge_replacement", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="acknowledge-replacement")
    def acknowledge_replacement(self, request: Request, id: str) -> Response:
        """The buyer has the replacement, and it is right: the seller is paid (T-03)."""
        return self.act("acknowledge_replacement", services.acknowledge_replacement)

    @extend_schema(
        operation_id="disputes_contest_replacement", request=ContestReplacementSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="contest-replacement")
    def contest_replacement(self, request: Request, id: str) -> Response:
        """The buyer says what is wrong with the replacement; a mediator decides (T-03)."""
        return self.act("contest_replacement", services.contest_replacement, ContestReplacementSerializer)

    @extend_schema(
        operation_id="disputes_replacement_events", request=ReturnEventSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="replacement-events")
    def record_replacement_tracking(self, request: Request, id: str) -> Response:
        """The integrator passes on what the carrier reports of the replacement (T-03)."""
        return self.act(
            "record_replacement_tracking", services.record_replacement_tracking, ReturnEventSerializer
        )
