"""Returns and replacements: what comes in, and how they are shown."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField
from marketplace.orders.models import TrackingEvent

from ..models import Payer, ReplacementShipment, ReturnShipment
from ..services.negotiation import LONGEST_NOTE
from ..services.returns import CONTEST_CODES


class ReturnAddressSerializer(StrictSerializer):
    """Where the goods go. `lines`: as it stands on a parcel."""

    country = TextField(max_length=10, allow_blank=True)
    city = TextField(max_length=500, allow_blank=True, default="")
    lines = TextField(max_length=5000, allow_blank=True)


class ShipReturnSerializer(StrictSerializer):
    """The parcel that the goods go back in, or the replacement comes in."""

    carrier = TextField(max_length=120, allow_blank=True, default="")
    tracking_number = TextField(max_length=120, allow_blank=True)


class _WithFiles(StrictSerializer):
    note = TextField(max_length=LONGEST_NOTE, allow_blank=True, default="")
    evidence = serializers.ListField(
        child=TextField(max_length=40), max_length=20, default=list, help_text="Files sent before, by id."
    )


class ContestReturnSerializer(_WithFiles):
    """What is wrong with what came back."""

    code = serializers.ChoiceField(choices=CONTEST_CODES)


class ContestReplacementSerializer(_WithFiles):
    """What is wrong with the replacement."""


class ReturnEventSerializer(StrictSerializer):
    """What the carrier reported of a parcel. Without `at`: now."""

    code = serializers.ChoiceField(choices=TrackingEvent.Code.choices)
    at = MomentField(required=False, allow_null=True, default=None)
    city = TextField(max_length=120, allow_blank=True, default="")
    country = TextField(max_length=2, allow_blank=True, default="")


class PostageReceiptSerializer(StrictSerializer):
    """What the return's postage cost: a file of your own, and the sum that stands on it."""

    evidence = TextField(max_length=40, allow_blank=True)
    amount = MoneyField()


class PlaceSerializer(serializers.Serializer):
    """An address."""

    country = serializers.CharField()
    city = serializers.CharField()
    lines = serializers.CharField()


class PostageSerializer(serializers.Serializer):
    """Return postage that the seller pays (T-04). `owed`: due to the buyer, but not there yet."""

    at_most = MoneyField()
    receipt = MoneyField(allow_null=True)
    refunded = MoneyField()
    owed = MoneyField()
    paid_how = serializers.CharField(help_text="Where staff paid it past the provider.")


class ReturnSerializer(serializers.Serializer):
    """The goods on their way back."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=ReturnShipment.Status.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    address = PlaceSerializer(allow_null=True, help_text="For the two sides and the mediator alone.")
    address_by = MomentField(allow_null=True, help_text="Until when the seller names the address.")
    is_local = serializers.BooleanField(help_text="In the buyer's own country.")
    send_by = MomentField(allow_null=True, help_text="Null until the address is known.")
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = MomentField(allow_null=True)
    lost_at = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    delivered_elsewhere = serializers.BooleanField()
    check_by = MomentField(allow_null=True)
    inspection = serializers.ChoiceField(choices=ReturnShipment.Inspection.choices, allow_null=True)
    contested_for = serializers.ChoiceField(choices=CONTEST_CODES, allow_null=True)
    contest_note = serializers.CharField()
    postage = PostageSerializer(allow_null=True)


class ReplacementSerializer(serializers.Serializer):
    """An identical product on its way to the buyer."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=ReplacementShipment.Status.choices)
    amount_if_not_sent = MoneyField(allow_null=True)
    send_by = MomentField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = MomentField(allow_null=True)
    lost_at = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    acknowledge_by = MomentField(allow_null=True)
    contest_note = serializers.CharField()
