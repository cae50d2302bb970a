"""Shapes of messages in the API that orders and disputes share."""

from __future__ import annotations

from rest_framework import serializers

from .models import Category


class MessageWarningSerializer(serializers.Serializer):
    """What the reader of a message is warned of (N-07)."""

    code = serializers.ChoiceField(choices=Category.choices)
    message = serializers.CharField()
