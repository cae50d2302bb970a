"""A notice in the API."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField


class NoticeSerializer(serializers.Serializer):
    """One thing that you were told. `due_at`: until when you can act, where it needs you."""

    id = serializers.CharField(source="public_id")
    case = serializers.CharField(source="case_id", help_text="The order or dispute that it is about.")
    url = serializers.CharField(help_text="Where to look at it on this site.")
    subject = serializers.CharField()
    text = serializers.CharField()
    needs_you = serializers.BooleanField()
    due_at = MomentField(allow_null=True)
    created_at = MomentField()
    read_at = MomentField(allow_null=True)


class NoticeFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    unread = serializers.BooleanField(required=False, help_text="true: only those not read yet.")
