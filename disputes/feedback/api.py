"""Feedback in the API. It is given at `/disputes/{id}/feedback/`; what lead mediators do with it is done here."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet, action_responses

from . import services
from .models import Feedback
from .serializers import FeedbackFilterSerializer, FeedbackSerializer, SetAsideSerializer

ANSWER = action_responses(FeedbackSerializer)


@extend_schema_view(retrieve=extend_schema(operation_id="feedback_retrieve", responses=ANSWER))
class AllFeedback(CaseViewSet):
    """Feedback that exists for you: your own side's, and for lead mediators that of all (A-06)."""

    model = Feedback
    serializer_class = FeedbackSerializer
    ordering = ("-given_at",)

    def with_all(self, rows: QuerySet[Feedback]) -> QuerySet[Feedback]:
        return rows.select_related("dispute").prefetch_related("events", "dispute__feedback")

    @extend_schema(
        operation_id="feedback_list",
        responses=FeedbackSerializer(many=True),
        parameters=[FeedbackFilterSerializer],
    )
    def list(self, request: Request) -> Response:
        """The feedback that you may read, newest first. `?status=waiting`: what waits for a lead mediator."""
        rows, wanted = self.get_queryset(), self.wished(FeedbackFilterSerializer)
        if status := wanted.get("status"):
            rows = rows.filter(state=status)
        return self.page_of(self.with_all(rows))

    @extend_schema(operation_id="feedback_open_second_look", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="open-second-look")
    def open_second_look(self, request: Request, id: str) -> Response:
        """Have the dispute looked at once more, by somebody who had no part in it (lead mediators). Once a dispute;
        409 `too_early` while its decision can still be appealed."""
        return self.act("open_second_look", services.open_second_look)

    @extend_schema(operation_id="feedback_set_aside", request=SetAsideSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, id: str) -> Response:
        """Open no second look, and say why; its side reads the reason (lead mediators)."""
        return self.act("set_aside", services.set_aside, SetAsideSerializer)
