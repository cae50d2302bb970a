"""Sanctions in the API: whom they burden reads theirs, staff all; moderators impose by hand and take back."""

from __future__ import annotations

from functools import cached_property

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet, action_responses
from marketplace.core.contests import Contests

from . import services
from .models import Sanction
from .serializers import ImposeSerializer, SanctionSerializer, TakeBackSerializer
from .targets import find_target

ANSWER = action_responses(SanctionSerializer)


@extend_schema_view(retrieve=extend_schema(operation_id="sanctions_retrieve", responses=ANSWER))
class Sanctions(CaseViewSet):
    """Sanctions that exist for you: those that burden you or your stores; for staff all (C-07)."""

    model = Sanction
    serializer_class = SanctionSerializer
    ordering = ("-starts_at",)

    @cached_property
    def contests(self) -> Contests:
        return Contests()

    def with_all(self, rows: QuerySet[Sanction]) -> QuerySet[Sanction]:
        return rows.select_related("listing", "store", "user").prefetch_related("events")

    @extend_schema(operation_id="sanctions_list", responses=SanctionSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The sanctions that you may see, newest first."""
        return self.page_of(self.with_all(self.get_queryset()))

    @extend_schema(
        operation_id="sanctions_impose",
        request=ImposeSerializer,
        responses=action_responses(SanctionSerializer, 403, status=201),
    )
    def create(self, request: Request) -> Response:
        """Impose one by hand (moderators and lead mediators). Decisions of cases bring theirs by themselves."""
        services.may_sanction(self.actor)
        sent = self.taken(ImposeSerializer)
        target = find_target(sent.pop("target"))
        sanction = services.impose_by_hand(target=target, **sent, by=self.actor.having_seen(None))
        return self.answer(sanction.pk, status=201)

    @extend_schema(operation_id="sanctions_take_back", request=TakeBackSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, id: str) -> Response:
        """End what was imposed by hand, and only that (moderators and lead mediators); the person reads why."""
        return self.act("take_back", services.take_back, TakeBackSerializer)
