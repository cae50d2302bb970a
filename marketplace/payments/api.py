"""Refunds in the API: for staff, who see what the provider said and pay another way what it did not pay (X-04)."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiViewSet, action_responses
from marketplace.core.serializers import StrictSerializer

from . import other_ways, unanswered
from .models import Refund
from .serializers import AnotherWaySerializer, BooksSerializer, RefundFilterSerializer, StaffRefundSerializer


class Refunds(ApiViewSet):
    """Refunds of all orders, for mediators. Buyers follow theirs on their order and dispute."""

    serializer_class = StaffRefundSerializer
    ordering: ClassVar[tuple[str, ...]] = ("-decided_at",)

    def get_queryset(self) -> QuerySet[Refund]:
        rows = Refund.objects.select_related("payment__escrow", "replaces")
        return rows if self.actor.is_mediator else rows.none()

    @extend_schema(operation_id="refunds_list", parameters=[RefundFilterSerializer])
    def list(self, request: Request) -> Response:
        """Newest first; `?needs_staff=true`: those that wait for a person."""
        rows, wanted = self.get_queryset(), self.wished(RefundFilterSerializer)
        if "status" in wanted:
            rows = rows.filter(status=wanted["status"])
        if wanted.get("needs_staff"):
            rows = rows.filter(pk__in=Refund.objects.with_staff(timezone.now()).values("pk"))
        return self.page_of(rows)

    @extend_schema(
        operation_id="refunds_pay_another_way",
        request=AnotherWaySerializer,
        responses=action_responses(StaffRefundSerializer, 409),
    )
    @action(detail=True, methods=["post"], url_path="pay-another-way")
    def pay_another_way(self, request: Request, id: str) -> Response:
        """Pay a failed refund another way, once: record how you paid it, or send it to another payment of the order.

        For lead mediators who are no party to the order. Answers the refund that stands now.
        """
        found = self._found(id)
        sent = self.taken(AnotherWaySerializer)
        act = other_ways.send_to_payment if "payment" in sent else other_ways.pay_by_hand
        return self._shown(act(found.pk, **sent, by=self.actor))

    @extend_schema(
        operation_id="refunds_ask_again", request=None, responses=action_responses(StaffRefundSerializer, 409)
    )
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, id: str) -> Response:
        """Have the provider asked again about an unanswered refund, within a minute and with the same key.

        For lead mediators who are no party to the order.
        """
        found = self._found(id)
        self.taken(StrictSerializer)
        return self._shown(unanswered.ask_again(found.pk, by=self.actor))

    @extend_schema(
        operation_id="refunds_record_books",
        request=BooksSerializer,
        responses=action_responses(StaffRefundSerializer, 409),
    )
    @action(detail=True, methods=["post"], url_path="record-books")
    def record_books(self, request: Request, id: str) -> Response:
        """Write down what the provider's own books say of a refund that stays unanswered: it was paid, or it was not.

        For lead mediators who are no party to the order, once nothing can be sent any more (a day after the first try).
        """
        found = self._found(id)
        return self._shown(unanswered.record_books(found.pk, **self.taken(BooksSerializer), by=self.actor))

    def _found(self, public_id: str) -> Refund:
        """The refund, for somebody who may do something about it."""
        found = self.get_queryset().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        other_ways.permit(self.actor, found)
        return found

    def _shown(self, row: Refund) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)
