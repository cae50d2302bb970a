from __future__ import annotations

from rest_framework import serializers

from .models import MonthFigures


class MonthFiguresSerializer(serializers.ModelSerializer):
    """One month: its figures by name, such as `disputes.opened` or `outcome.refunded`; times in hours, the middle one."""

    figures = serializers.DictField(child=serializers.FloatField())

    class Meta:
        model = MonthFigures
        fields = ("month", "figures", "made_at")
        read_only_fields = fields
