"""Opening a dispute: the claim, its draft, the filters of the list."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField

from ..models import CLAIMED, State
from ..reasons import CHOICES as REASON_CHOICES


class ChosenLineSerializer(StrictSerializer):
    """So many pieces of one line of the order."""

    line = TextField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class OpenSerializer(StrictSerializer):
    """A claim. Without an amount: all that can be refunded."""

    order = TextField(max_length=40)
    lines = serializers.ListField(child=ChosenLineSerializer(), max_length=500)
    received = serializers.BooleanField(help_text="Did the goods come?")
    reason = serializers.ChoiceField(choices=REASON_CHOICES)
    remedy = serializers.ChoiceField(choices=CLAIMED)
    amount = MoneyField(required=False, allow_null=True, default=None)
    description = TextField(max_length=20_000, allow_blank=True)
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, default=list)


class AnswersSerializer(StrictSerializer):
    """The answers of a half-filled claim, as the pages' questions name them; each may be missing."""

    came = serializers.ChoiceField(choices=["yes", "no", "part", "back", "unsure"], required=False)
    what = TextField(max_length=40, required=False)
    detail = TextField(max_length=40, required=False)
    reason = serializers.ChoiceField(choices=REASON_CHOICES, required=False)
    lines = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        required=False,
        help_text="Line id → pieces.",
    )
    ask = TextField(max_length=10, required=False, help_text="all, part or return")
    amount = serializers.IntegerField(
        min_value=1, max_value=2**53, required=False, help_text="In minor units."
    )
    words = TextField(max_length=2000, required=False, allow_blank=True)
    more = TextField(max_length=2000, required=False, allow_blank=True)
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, required=False)
    evidence_seen = serializers.BooleanField(required=False)


class DraftSerializer(StrictSerializer):
    """A half-filled claim (D-10)."""

    answers = AnswersSerializer()


class SavedDraftSerializer(serializers.Serializer):
    """A half-filled claim, as it was kept. `saved_at` null: there is none."""

    order = serializers.CharField()
    answers = serializers.DictField()
    saved_at = MomentField(allow_null=True)


class FilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)
    role = serializers.ChoiceField(
        choices=["buyer", "seller", "staff"],
        required=False,
        help_text="Your own part in the disputes to list.",
    )
    due_before = MomentField(required=False)
    q = serializers.CharField(
        required=False,
        max_length=200,
        help_text="A dispute's or order's id, an order's reference, or how an item's name begins.",
    )
