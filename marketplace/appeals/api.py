"""Appeals in the API: one explicit action a verb. Rules and words live below."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet, action_responses

from . import services
from .models import Appeal
from .serializers import (
    AnswerAppealSerializer,
    AppealFilterSerializer,
    AppealSerializer,
    NewAppealSerializer,
)

ANSWER = action_responses(AppealSerializer)


@extend_schema_view(retrieve=extend_schema(operation_id="appeals_retrieve", responses=ANSWER))
class Appeals(CaseViewSet):
    """Appeals that exist for you: your own, those of your disputes and stores, and for staff all (A-01 to A-07)."""

    model = Appeal
    serializer_class = AppealSerializer
    ordering = ("-submitted_at",)

    def with_all(self, rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
        return rows.select_related("reviewer").prefetch_related("files__evidence", "exclusions", "events")

    @extend_schema(
        operation_id="appeals_list",
        parameters=[AppealFilterSerializer],
        responses=AppealSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The appeals that you may see, newest first."""
        rows, wanted = self.get_queryset(), self.wished(AppealFilterSerializer)
        if status := wanted.get("status"):
            rows = rows.filter(state=status)
        return self.page_of(self.with_all(rows))

    @extend_schema(
        operation_id="appeals_submit",
        request=NewAppealSerializer,
        responses=action_responses(AppealSerializer, 403, 404, 409, 429, status=201),
    )
    def create(self, request: Request) -> Response:
        """Ask to look again at what burdens you. Once a side; 409 `too_late` after its time; 429 after five a day."""
        appeal = services.submit(**self.taken(NewAppealSerializer), by=self.actor.having_seen(None))
        return self.answer(appeal.pk, status=201)

    @extend_schema(operation_id="appeals_assign", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, id: str) -> Response:
        """Take it (staff). 403 for whoever had a part in what is appealed."""
        return self.act("assign", services.assign)

    @extend_schema(operation_id="appeals_release", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, id: str) -> Response:
        """Give it back (its reviewer, or a lead mediator)."""
        return self.act("release", services.release)

    @extend_schema(operation_id="appeals_decide", request=AnswerAppealSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, id: str) -> Response:
        """Answer it, with the reasons (its reviewer). Nothing is taken back from the other side."""
        return self.act("decide", services.decide, AnswerAppealSerializer)
