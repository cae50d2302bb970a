"""Returns and replacements: what comes in, and how they are shown."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField
from marketplace.orders.models import TrackingEvent

from ..models import Payer, ReturnShipment
from ..services.negotiation import LONGEST_NOTE
from ..services.returns import CONTEST_CODES


class ShipReturnSerializer(StrictSerializer):
    """The parcel that the goods go back in."""

    carrier = TextField(max_length=120, allow_blank=True, default="")
    tracking_number = TextField(max_length=120, allow_blank=True)


class ContestReturnSerializer(StrictSerializer):
    """What is wrong with what came back."""

    code = serializers.ChoiceField(choices=CONTEST_CODES)
    note = TextField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class ReturnEventSerializer(StrictSerializer):
    """What the carrier reported of the return. Without `at`: now."""

    code = serializers.ChoiceField(choices=TrackingEvent.Code.choices)
    at = MomentField(required=False, allow_null=True, default=None)
    city = TextField(max_length=120, allow_blank=True, default="")
    country = TextField(max_length=2, allow_blank=True, default="")


class ReturnSerializer(serializers.Serializer):
    """The goods on their way back."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=ReturnShipment.Status.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    send_by = MomentField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    check_by = MomentField(allow_null=True)
    contested_for = serializers.ChoiceField(choices=CONTEST_CODES, allow_null=True)
    contest_note = serializers.CharField()
