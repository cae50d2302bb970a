"""The same figures for software: everybody may read them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiViewSet

from .models import MonthFigures
from .serializers import MonthFiguresSerializer


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
