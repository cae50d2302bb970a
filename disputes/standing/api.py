"""Standing and flags in the API. Rules and words live below."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.models import User
from marketplace.core.api import ApiView, CaseViewSet, action_responses
from marketplace.core.errors import Forbidden

from . import access, services
from .models import Flag
from .reading import standing_of
from .serializers import (
    FlagFilterSerializer,
    FlagSerializer,
    ReviewSerializer,
    SendBackSerializer,
    StandingSerializer,
    StatementSerializer,
    representation,
)

ANSWER = action_responses(FlagSerializer)


class _StandingView(ApiView):
    def of(self, user: User) -> Response:
        own = user.stores.values_list("pk", flat=True)
        found = standing_of(user.pk, own, at=timezone.now())
        for_staff = access.may_look(self.actor) and user.pk != self.actor.user_id
        context = {"view": self, "request": self.request, "for_staff": for_staff}
        return Response(StandingSerializer(representation(user, found), context=context).data)


class OwnStanding(_StandingView):
    """One's own standing (B-04)."""

    @extend_schema(operation_id="standing_own", responses=StandingSerializer)
    def get(self, request: Request) -> Response:
        """Your figures beside the middle value of other buyers, flags, and every sanction in force: why, until when, and how to contest it."""
        user: Any = request.user
        return self.of(user)


class SomebodysStanding(_StandingView):
    """Anybody's standing, for staff."""

    @extend_schema(operation_id="standing_retrieve", responses=action_responses(StandingSerializer, 404))
    def get(self, request: Request, user: str) -> Response:
        """The same for staff, with the ranges and the marketplace's own line; your own too. Others: 404."""
        found = User.objects.filter(public_id=user).first()
        if found is None or not (access.may_look(self.actor) or found.pk == self.actor.user_id):
            raise Http404
        return self.of(found)


@extend_schema_view(retrieve=extend_schema(operation_id="flags_retrieve", responses=ANSWER))
class Flags(CaseViewSet):
    """Flags on accounts: staff read all, a person reads their own (B-02 to B-04)."""

    model = Flag
    serializer_class = FlagSerializer
    ordering = ("-raised_at",)

    def with_all(self, rows: QuerySet[Flag]) -> QuerySet[Flag]:
        return rows.select_related("user", "policy")

    @extend_schema(
        operation_id="flags_list",
        responses=FlagSerializer(many=True),
        parameters=[FlagFilterSerializer],
    )
    def list(self, request: Request) -> Response:
        """Everybody's flags, newest first (staff). One's own are under `/standing/`; others than staff: 403."""
        if not access.may_look(self.actor):
            raise Forbidden(_("Only staff see this list. Your own flags are in your standing."))
        rows = self.get_queryset().exclude(user_id=self.actor.user_id)
        wanted = self.wished(FlagFilterSerializer)
        if status := wanted.get("status"):
            rows = rows.filter(state=status)
        if user := wanted.get("user"):
            rows = rows.filter(user__public_id=user)
        return self.page_of(self.with_all(rows))

    @extend_schema(operation_id="flags_review", request=ReviewSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, id: str) -> Response:
        """Dismiss, warn, limit or suspend, with a statement of reasons (moderators). A suspension waits for a second person."""
        return self.act("review", services.review, ReviewSerializer)

    @extend_schema(operation_id="flags_approve", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, id: str) -> Response:
        """Agree to a suspension (another moderator than who wants it)."""
        return self.act("approve", services.approve)

    @extend_schema(operation_id="flags_reject_approval", request=SendBackSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="reject-approval")
    def reject_approval(self, request: Request, id: str) -> Response:
        """Send a suspension back to be looked at again; nothing has happened (another moderator)."""
        return self.act("reject_approval", services.reject_approval, SendBackSerializer)

    @extend_schema(operation_id="flags_add_statement", request=StatementSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="add-statement")
    def add_statement(self, request: Request, id: str) -> Response:
        """Say your side of a flag on your account; whoever reviews it reads it."""
        return self.act("add_statement", services.add_statement, StatementSerializer)
