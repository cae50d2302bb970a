"""The same figures for software: everybody may read them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiView, ApiViewSet, action_responses
from marketplace.core.errors import Forbidden, Invalid

from .models import MonthFigures
from .serializers import MonthFiguresSerializer, MonthSerializer, StatementsSerializer
from .services import span_of
from .statements import statements


class Statements(ApiView):
    """Statements of reasons of one month, for staff to hand in (Z-08)."""

    @extend_schema(
        operation_id="transparency_statements",
        parameters=[MonthSerializer],
        responses=action_responses(StatementsSerializer, 403),
    )
    def get(self, request: Request) -> Response:
        """All of the month, in the schema of the DSA Transparency Database. Without a month: the present one."""
        if not self.actor.is_staff:
            raise Forbidden(_("Only staff read these."))
        month = self.wished(MonthSerializer).get("month") or f"{timezone.now():%Y-%m}"
        span = span_of(month)
        if span is None:
            raise Invalid.field("month", "invalid", _("Write the month like this: 2026-10"))
        return Response({"month": month, "statements": list(statements(*span))})


class Transparency(ApiViewSet):
    """Figures for the public, month by month (Z-08)."""

    serializer_class = MonthFiguresSerializer
    permission_classes = (AllowAny,)
    ordering = ("-made_at",)
    tiebreak = "month"

    @extend_schema(operation_id="transparency_list")
    def list(self, request: Request) -> Response:
        """Every month that has ended, the newest first."""
        return self.page_of(MonthFigures.objects.all())
