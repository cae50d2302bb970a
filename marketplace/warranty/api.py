"""Warranty claims in the API: one explicit action a verb. Rules and words live below."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet, action_responses
from marketplace.orders.models import Order

from . import services
from .models import WarrantyClaim
from .serializers import (
    ReceiptSerializer,
    RefuseClaimSerializer,
    RequestSerializer,
    ShipPartSerializer,
    WarrantyClaimSerializer,
)

ANSWER = action_responses(WarrantyClaimSerializer)


@extend_schema_view(retrieve=extend_schema(operation_id="warranty_claims_retrieve", responses=ANSWER))
class WarrantyClaims(CaseViewSet):
    """Warranty claims that exist for you: your own, your stores', and for staff all (O-14)."""

    model = WarrantyClaim
    serializer_class = WarrantyClaimSerializer
    ordering = ("-requested_at",)

    def with_all(self, rows: QuerySet[WarrantyClaim]) -> QuerySet[WarrantyClaim]:
        return rows.select_related("order__policy", "line").prefetch_related("files__evidence", "events")

    @extend_schema(operation_id="warranty_claims_list", responses=WarrantyClaimSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The claims that you may see, newest first."""
        return self.page_of(self.with_all(self.get_queryset()))

    @extend_schema(operation_id="warranty_claims_accept", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, id: str) -> Response:
        """Give what was asked for (seller). A refund leaves your balance at once; 409 where it does not hold so much."""
        return self.act("accept", services.accept)

    @extend_schema(operation_id="warranty_claims_refuse", request=RefuseClaimSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, id: str) -> Response:
        """Say no, and why (seller). No mediator decides about it."""
        return self.act("decline", services.decline, RefuseClaimSerializer)

    @extend_schema(operation_id="warranty_claims_ship", request=ShipPartSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, id: str) -> Response:
        """The part, or the new one, was handed to a carrier (seller)."""
        return self.act("ship", services.ship, ShipPartSerializer)

    @extend_schema(operation_id="warranty_claims_acknowledge", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, id: str) -> Response:
        """It came (buyer)."""
        return self.act("acknowledge", services.acknowledge)

    @extend_schema(operation_id="warranty_claims_send_receipt", request=ReceiptSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="send-receipt")
    def send_receipt(self, request: Request, id: str) -> Response:
        """It was repaired: the receipt and its sum (buyer)."""
        return self.act("send_receipt", services.send_receipt, ReceiptSerializer)

    @extend_schema(operation_id="warranty_claims_pay_receipt", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="pay-receipt")
    def pay_receipt(self, request: Request, id: str) -> Response:
        """Pay the receipt from your balance (seller): at most the receipt, and at most what was paid for the item."""
        return self.act("pay_receipt", services.pay_receipt)

    @extend_schema(operation_id="warranty_claims_withdraw", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, id: str) -> Response:
        """Give the claim up (buyer)."""
        return self.act("withdraw", services.withdraw)


class OrderWarrantyClaims(WarrantyClaims):
    """The claims of one order, and a new one."""

    def order_pk(self) -> int:
        """The order named in the address. Raises 404 where it does not exist for the actor."""
        name = self.kwargs[self.lookup_url_kwarg]
        found = (
            Order.objects.visible_to(self.actor).filter(public_id=name).values_list("pk", flat=True).first()
        )
        if found is None:
            raise Http404
        return int(found)

    @extend_schema(operation_id="orders_warranty_claims_list", responses=WarrantyClaimSerializer(many=True))
    def list(self, request: Request, id: str) -> Response:
        """The claims of this order, newest first."""
        return self.page_of(self.with_all(self.get_queryset().filter(order_id=self.order_pk())))

    @extend_schema(
        operation_id="orders_warranty_claims_request",
        request=RequestSerializer,
        responses=action_responses(WarrantyClaimSerializer, 403, 404, 409, status=201),
    )
    def create(self, request: Request, id: str) -> Response:
        """Ask the seller for what the warranty gives (buyer). 409 `too_early`, `too_late` or `wrong_state`: not covered."""
        pk = self.order_pk()
        claim = services.request_claim(pk, **self.taken(RequestSerializer), by=self.actor.having_seen(None))
        return self.answer(claim.pk, status=201)
