"""Refunds in the API: for staff, who see what the provider said and pay another way what it did not pay (X-04)."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiViewSet, action_responses

from . import other_ways
from .models import Refund
from .serializers import AnotherWaySerializer, RefundFilterSerializer, StaffRefundSerializer


class Refunds(ApiViewSet):
    """Refunds of all orders, for mediators. Buyers follow theirs on their order and dispute."""

    serializer_class = StaffRefundSerializer
    ordering: ClassVar[tuple[str, ...]] = ("-decided_at",)

    def get_queryset(self) -> QuerySet[Refund]:
        rows = Refund.objects.select_related("payment__escrow", "replaces")
        return rows if self.actor.is_mediator else rows.none()

    @extend_schema(operation_id="refunds_list", parameters=[RefundFilterSerializer])
    def list(self, request: Request) -> Response:
        """Newest first; `?status=failed`: those that wait for staff, and those that were replaced."""
        query = RefundFilterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows, status = self.get_queryset(), query.validated_data.get("status")
        return self.page_of(rows.filter(status=status) if status else rows)

    @extend_schema(
        operation_id="refunds_pay_another_way",
        request=AnotherWaySerializer,
        responses=action_responses(StaffRefundSerializer, 409),
    )
    @action(detail=True, methods=["post"], url_path="pay-another-way")
    def pay_another_way(self, request: Request, id: str) -> Response:  # noqa: A002
        """Pay a failed refund another way, once: record how you paid it, or send it to another payment of the order.

        For lead mediators who are no party to the order. Answers the refund that stands now.
        """
        found = self.get_queryset().filter(public_id=id).first()
        if found is None:
            raise Http404
        other_ways.permit(self.actor, found)
        sent = self.taken(AnotherWaySerializer)
        act = other_ways.send_to_payment if "payment" in sent else other_ways.pay_by_hand
        done = act(found.pk, **sent, by=self.actor)
        return Response(self.get_serializer(self.get_queryset().get(pk=done.pk)).data)
