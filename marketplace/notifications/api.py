"""What you were told, in the API."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiViewSet, Nothing, action_responses

from .models import Notice
from .serializers import NoticeFilterSerializer, NoticeSerializer


class Notifications(ApiViewSet):
    """Your own notices, and nobody else's."""

    serializer_class = NoticeSerializer

    def get_queryset(self) -> QuerySet[Notice]:
        return Notice.objects.filter(recipient_id=self.actor.user_id)

    @extend_schema(operation_id="notifications_list", parameters=[NoticeFilterSerializer])
    def list(self, request: Request) -> Response:
        """What you were told, newest first."""
        rows, wanted = self.get_queryset(), self.wished(NoticeFilterSerializer)
        return self.page_of(rows.filter(read_at=None) if wanted.get("unread") else rows)

    @extend_schema(
        operation_id="notifications_read", request=None, responses=action_responses(NoticeSerializer)
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, id: str) -> Response:
        """Mark a notice as read. The first time counts."""
        notice = self.get_queryset().filter(public_id=id).first()
        if notice is None:
            raise Http404
        self.taken(Nothing)
        if notice.read_at is None:
            notice.read_at = timezone.now()
            notice.save(update_fields=["read_at"])
        return Response(self.get_serializer(notice).data)
