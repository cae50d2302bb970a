"""Negotiation: what comes in with its verbs, how offers and a store's own rules are shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField
from marketplace.messaging.services import LONGEST as LONGEST_MESSAGE

from ..models import CLAIMED, AutoAcceptRule, Dispute, Offer, Payer, Remedy
from ..reasons import CHOICES as REASON_CHOICES
from ..services.negotiation import LONGEST_NOTE
from .opening import ChosenLineSerializer

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


class NoteSerializer(StrictSerializer):
    """Why, in words that the other side reads."""

    note = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class ReasonSerializer(StrictSerializer):
    """Why, in words that both sides read."""

    reason = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class MessageSerializer(StrictSerializer):
    """A message to the other side."""

    text = TextField(max_length=LONGEST_MESSAGE * ROOM, allow_blank=True)


class AnswerSerializer(StrictSerializer):
    """The answer to one thing that the mediator asked for: files sent before, or words (M-03)."""

    item = TextField(max_length=40)
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, default=list)
    text = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True, default="")


class ProvideEvidenceSerializer(StrictSerializer):
    """Files sent before, and messages of the order or the dispute, by id; at least one of either, or an answer.

    Files that name no item answer what the mediator asked for, where that is one thing only.
    """

    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, default=list)
    messages = serializers.ListField(child=TextField(max_length=40), max_length=100, default=list)
    answers = serializers.ListField(child=AnswerSerializer(), max_length=100, default=list)


class EditSerializer(StrictSerializer):
    """The claim as it shall be from now on. Files are added to those that are there."""

    lines = serializers.ListField(child=ChosenLineSerializer(), max_length=500)
    received = serializers.BooleanField(help_text="Did the goods come?")
    reason = serializers.ChoiceField(choices=REASON_CHOICES)
    remedy = serializers.ChoiceField(choices=CLAIMED)
    amount = MoneyField(required=False, allow_null=True, default=None)
    description = TextField(max_length=20_000, allow_blank=True)
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, default=list)


class MakeOfferSerializer(StrictSerializer):
    """Terms. Without an amount: the sum that the buyer asks for."""

    remedy = serializers.ChoiceField(choices=Remedy.choices)
    amount = MoneyField(required=False, allow_null=True, default=None)
    return_shipping_paid_by = serializers.ChoiceField(
        choices=Payer.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where the goods go back.",
    )
    postage_cap = MoneyField(
        required=False,
        allow_null=True,
        default=None,
        help_text="At most so much postage is paid back, where the seller pays for it.",
    )
    note = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True, default="")


class AcceptOfferSerializer(StrictSerializer):
    """The offer to accept, as you read it."""

    offer = TextField(max_length=40)


class DenyOfferSerializer(AcceptOfferSerializer):
    """The offer, and why not, in words that the other side reads."""

    note = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class CancelSerializer(StrictSerializer):
    """At once, or, with a condition, once that has come (N-09)."""

    condition = serializers.ChoiceField(
        choices=Dispute.Condition.choices, required=False, allow_blank=True, default=""
    )


class ConditionSerializer(StrictSerializer):
    """What the buyer waits for."""

    condition = serializers.ChoiceField(choices=Dispute.Condition.choices)


class OfferSerializer(serializers.Serializer):
    """What one side proposed, and in what it differs from what was asked (N-03)."""

    id = serializers.CharField()
    by = serializers.ChoiceField(choices=Offer.By.choices)
    remedy = serializers.ChoiceField(choices=Remedy.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    postage_cap = MoneyField(allow_null=True)
    note = serializers.CharField()
    status = serializers.ChoiceField(choices=Offer.Status.choices)
    claim_revision = serializers.IntegerField()
    differs = serializers.ListField(
        child=serializers.ChoiceField(choices=["amount", "remedy", "return_shipping_paid_by", "postage_cap"])
    )
    made_at = MomentField()
    ended_at = MomentField(allow_null=True)
    denial_note = serializers.CharField()


class MakeRuleSerializer(StrictSerializer):
    """Accept by itself: for this reason, up to this sum, of a buyer with so few disputes (N-10)."""

    reason = TextField(
        max_length=40,
        allow_blank=True,
        default="",
        help_text="A code or a group of the reason tree; empty: any.",
    )
    up_to = MoneyField()
    most_disputes = serializers.IntegerField(
        min_value=0,
        max_value=10_000,
        required=False,
        allow_null=True,
        default=None,
        help_text="Other disputes of the buyer in 90 days, at most; null: any buyer.",
    )


class RuleSerializer(serializers.Serializer):
    """A store's own rule. It is off until it was tried and switched on."""

    id = serializers.CharField(source="public_id")
    reason = serializers.CharField()
    up_to = MoneyField()
    most_disputes = serializers.IntegerField(allow_null=True)
    is_on = serializers.BooleanField()
    made_at = MomentField()
    tried_at = MomentField(allow_null=True)
    switched_at = MomentField(allow_null=True)

    def to_representation(self, instance: AutoAcceptRule) -> dict[str, Any]:
        rule = {name: getattr(instance, name) for name in ("public_id", "reason", "most_disputes", "is_on")}
        moments = {name: getattr(instance, name) for name in ("made_at", "tried_at", "switched_at")}
        return dict(super().to_representation(rule | moments | {"up_to": instance.limit}))


class WouldAcceptSerializer(serializers.Serializer):
    """A past dispute that the rule would have accepted: for how much, and what the buyer got in fact."""

    dispute = serializers.CharField(source="dispute.public_id")
    amount = MoneyField()
    in_fact = MoneyField(allow_null=True)


class TrialSerializer(serializers.Serializer):
    """What the rule would have done in the last 90 days."""

    rule = RuleSerializer()
    since = MomentField()
    looked_at = serializers.IntegerField()
    accepted = WouldAcceptSerializer(many=True)
    total = MoneyField()
