"""Disputes in the API: lists, one case, opening. One explicit action a verb, so that the OpenAPI document is true."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.appeals.serializers import AppealTextSerializer
from marketplace.core.api import action_responses
from marketplace.core.errors import Forbidden
from marketplace.orders.models import Order

from .. import access, facts, services
from ..feedback import services as feedback
from ..feedback.serializers import GiveFeedbackSerializer
from ..models import Dispute, DisputeLine
from ..serializers import DisputeRowSerializer, DisputeSerializer, FilterSerializer, OpenSerializer
from .answers import ANSWER
from .mediation import MediationActions
from .negotiation import NegotiationActions
from .returns import ReturnActions


@extend_schema_view(
    retrieve=extend_schema(operation_id="disputes_retrieve", responses=ANSWER),
)
class Disputes(NegotiationActions, ReturnActions, MediationActions):
    """Disputes that exist for you: your own, your stores', and for staff all."""

    model = Dispute
    serializer_class = DisputeSerializer
    ordering = ("-opened_at",)

    def with_all(self, rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
        return facts.for_detail(rows)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return DisputeRowSerializer if self.action == "list" else DisputeSerializer

    @extend_schema(
        operation_id="disputes_list", parameters=[FilterSerializer], responses=DisputeRowSerializer(many=True)
    )
    def list(self, request: Request) -> Response:
        """The disputes that you may see, newest first."""
        return self.page_of(facts.for_rows(self._filtered(self.wished(FilterSerializer))))

    def _filtered(self, wished: dict[str, Any]) -> QuerySet[Dispute]:
        rows = self.get_queryset().filter(self._in_role(wished.get("role")))
        if status := wished.get("status"):
            rows = rows.filter(state=status)
        if due_before := wished.get("due_before"):
            rows = rows.filter(due_at__lt=due_before)
        if q := wished.get("q"):
            titled = DisputeLine.objects.filter(dispute=OuterRef("pk"), order_line__title__istartswith=q)
            named = Q(public_id=q) | Q(order__public_id=q) | Q(order__reference=q)
            rows = rows.filter(named | Exists(titled))
        return rows

    def _in_role(self, role: str | None) -> Q:
        """Only those where the reader has this part; staff: those that are not their own."""
        actor = self.actor
        own = {"buyer": Q(buyer_id=actor.user_id), "seller": Q(store_id__in=actor.store_ids)}
        if role == "staff":
            return ~own["buyer"] & ~own["seller"] if actor.is_staff else Q(pk=None)
        return own.get(role or "", Q())

    @extend_schema(operation_id="disputes_appeal", request=AppealTextSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, id: str) -> Response:
        """Ask for a review of the decision (both sides, once each). 409 `too_late` after its time (A-01)."""
        pk = self.pk()
        if not access.party(self.actor, Dispute.objects.get(pk=pk)):
            raise Forbidden(_("Only the buyer and the seller can ask for a review."))
        services.appeal(pk, **self.taken(AppealTextSerializer), by=self.actor)
        return self.answer(pk)

    @extend_schema(operation_id="disputes_feedback", request=GiveFeedbackSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def feedback(self, request: Request, id: str) -> Response:
        """Say how we handled the dispute, 1 to 5 and in words (both sides, once each, after the end). A 1 or 2 is read by
        a lead mediator, who may open one second look (A-06)."""
        pk = self.pk()
        if not access.party(self.actor, Dispute.objects.get(pk=pk)):
            raise Forbidden(_("Only the buyer and the seller can say how we handled this."))
        feedback.give(pk, **self.taken(GiveFeedbackSerializer), by=self.actor)
        return self.answer(pk)

    @extend_schema(
        operation_id="disputes_open",
        request=OpenSerializer,
        responses=action_responses(DisputeSerializer, 404, 409, status=201),
    )
    def create(self, request: Request) -> Response:
        """Open a dispute. 409 `too_early` (with `possible_from`), `too_late`, or `already_disputed`."""
        sent = self.taken(OpenSerializer)
        orders = Order.objects.visible_to(self.actor)
        order_pk = orders.filter(public_id=sent.pop("order")).values_list("pk", flat=True).first()
        if order_pk is None:
            raise Http404
        lines = [services.LineData(**line) for line in sent.pop("lines")]
        dispute = services.open_dispute(
            order_pk, claim=services.ClaimData(lines=lines, **sent), by=self.actor
        )
        answer = self.answer(dispute.pk, status=201)
        answer["Location"] = request.build_absolute_uri(f"{request.path}{dispute.public_id}/")
        return answer
