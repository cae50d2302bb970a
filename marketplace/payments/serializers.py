"""A refund in the API, as staff see it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from marketplace.core.money import Money
from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField

from . import tracking
from .models import Refund
from .unanswered import NOTE_CHARS, REFERENCE_CHARS


class StaffRefundSerializer(serializers.Serializer):
    """A refund to one payment, with what the provider said and how it was paid in the end (X-03, X-04)."""

    id = serializers.CharField()
    payment = serializers.CharField()
    status = serializers.ChoiceField(choices=Refund.Status.choices)
    amount = MoneyField()
    decided_at = MomentField()
    sent_at = MomentField(allow_null=True)
    confirmed_at = MomentField(allow_null=True)
    expected = serializers.ListField(child=serializers.DateField())
    late = serializers.BooleanField(help_text="Past its last day, and not known to be paid.")
    paid_by = serializers.ChoiceField(choices=Refund.PaidBy.choices)
    bank_reference = serializers.CharField(
        help_text="By which the buyer's bank finds it; empty while nobody knows it."
    )
    from_bank = MoneyField(help_text="Part of it that a lost chargeback gave the buyer.")
    cause = serializers.CharField(help_text="What decided it.")
    provider_words = serializers.CharField(
        help_text="What the provider said when it refused it or gave it back."
    )
    paid_how = serializers.CharField(help_text="Paid by hand: the way and its reference.")
    replaces = serializers.CharField(
        allow_null=True, help_text="The refund in whose place this one was made."
    )

    def to_representation(self, instance: Refund) -> dict[str, Any]:
        currency = instance.payment.escrow.currency
        more = {
            "from_bank": Money(instance.from_bank, currency),
            "cause": instance.cause,
            "provider_words": instance.provider_words,
            "paid_how": instance.paid_how,
            "replaces": instance.replaces.public_id if instance.replaces else None,
        }
        return dict(super().to_representation(tracking.facts(instance) | more))


class RefundFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=Refund.Status.choices, required=False)
    needs_staff = serializers.BooleanField(
        required=False, help_text="Refused, given back, or without an answer for long."
    )


class BooksSerializer(StrictSerializer):
    """What the provider's own books say."""

    paid = serializers.BooleanField()
    note = TextField(max_length=NOTE_CHARS * 4, allow_blank=True, help_text="What you read there; for staff.")
    bank_reference = TextField(
        max_length=REFERENCE_CHARS * 4,
        allow_blank=True,
        default="",
        help_text="Paid: by which the buyer's bank finds it.",
    )


class AnotherWaySerializer(StrictSerializer):
    """Either `payment`: another payment of the same order; or how staff paid it, and the reference."""

    payment = serializers.CharField(required=False, max_length=40)
    method = serializers.CharField(
        required=False, max_length=40, help_text="How it was paid, as the buyer reads it."
    )
    reference = serializers.CharField(required=False, max_length=60, help_text="By which the buyer finds it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = {"method", "reference"} - attrs.keys()
        if "payment" in attrs:
            if len(attrs) > 1:
                raise serializers.ValidationError({"payment": [_("Choose one way: a payment, or by hand.")]})
        elif missing:
            raise serializers.ValidationError(
                {name: [_("Write how you paid, and the reference.")] for name in missing}
            )
        return attrs
