from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import StrictSerializer, TextField

from .models import MonthFigures


class MonthFiguresSerializer(serializers.ModelSerializer):
    """One month: its figures by name, such as `disputes.opened` or `outcome.refunded`; times in hours, the middle one."""

    figures = serializers.DictField(child=serializers.FloatField())

    class Meta:
        model = MonthFigures
        fields = ("month", "figures", "made_at")
        read_only_fields = fields


class MonthSerializer(StrictSerializer):
    """Which month: 2026-10."""

    month = TextField(max_length=20, required=False)


class StatementsSerializer(serializers.Serializer):
    """Statements of reasons, each in the schema of the DSA Transparency Database, version 2."""

    month = serializers.CharField()
    statements = serializers.ListField(child=serializers.DictField())
