"""Compensation in the API. Rules and words live below."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet, action_responses

from . import services
from .models import Coupon, CouponOffer
from .serializers import CouponOfferSerializer, CouponSerializer, SplitSerializer

ANSWER = action_responses(CouponOfferSerializer)


@extend_schema_view(
    retrieve=extend_schema(operation_id="coupons_retrieve", responses=action_responses(CouponSerializer))
)
class Coupons(CaseViewSet):
    """Your coupons; staff see all (A-04, O-11)."""

    model = Coupon
    serializer_class = CouponSerializer
    ordering = ("-issued_at",)

    def with_all(self, rows: QuerySet[Coupon]) -> QuerySet[Coupon]:
        return rows.select_related("offer__policy")

    @extend_schema(operation_id="coupons_list", responses=CouponSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Your coupons, newest first: those that you can use, and those that were used or have expired."""
        return self.page_of(self.with_all(self.get_queryset()))


@extend_schema_view(retrieve=extend_schema(operation_id="coupons_offers_retrieve", responses=ANSWER))
class CouponOffers(CaseViewSet):
    """Sums that you get in coupons; staff see all (A-04)."""

    model = CouponOffer
    serializer_class = CouponOfferSerializer
    ordering = ("-offered_at",)

    def with_all(self, rows: QuerySet[CouponOffer]) -> QuerySet[CouponOffer]:
        return rows.select_related("policy").prefetch_related("coupons")

    @extend_schema(operation_id="coupons_offers_list", responses=CouponOfferSerializer(many=True))
    def list(self, request: Request) -> Response:
        """What you were offered, newest first."""
        return self.page_of(self.with_all(self.get_queryset()))

    @extend_schema(operation_id="coupons_offers_split", request=SplitSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, id: str) -> Response:
        """Choose one or several coupons that add up to the sum. They are yours at once; this cannot be undone."""
        return self.act("choose_pieces", services.choose_pieces, SplitSerializer)
