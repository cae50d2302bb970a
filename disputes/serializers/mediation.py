"""Mediation: what comes in, and how decisions are shown."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField

from ..models import Payer, Result
from ..services.mediation import LONGEST_FACTS

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


class CitedSerializer(StrictSerializer):
    """One file: was it considered, and why or why not (E-06)."""

    evidence = TextField(max_length=40)
    considered = serializers.BooleanField(default=True)
    why = TextField(max_length=2000, allow_blank=True, default="")


class AdjudicateSerializer(StrictSerializer):
    """The decision and its statement of reasons (M-06, M-07)."""

    outcome = serializers.ChoiceField(choices=Result.choices)
    amount = MoneyField(required=False, allow_null=True, default=None)
    return_shipping_paid_by = serializers.ChoiceField(
        choices=Payer.choices, required=False, allow_blank=True, default=""
    )
    reason_code = TextField(
        max_length=40, help_text="A code of the reason tree, `fraud.*` or `evidence.insufficient`."
    )
    facts = TextField(max_length=LONGEST_FACTS * ROOM, allow_blank=True)
    evidence_cited = serializers.ListField(child=CitedSerializer(), default=list, max_length=100)
    note_to_parties = TextField(max_length=LONGEST_FACTS, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer):
    """What a mediator decided, and why (M-07)."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Result.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    reason_code = serializers.CharField()
    facts = serializers.CharField()
    evidence_cited = CitedSerializer(many=True)
    note_to_parties = serializers.CharField()
    decided_at = MomentField()
    needs_approval = serializers.BooleanField()
    approved = serializers.BooleanField(allow_null=True)
