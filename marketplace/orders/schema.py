"""How the OpenAPI document tells of an order that a host marketplace sends. It only describes: `rows.parse` reads the row,
and a test holds the two to the same names."""

from __future__ import annotations

from rest_framework import serializers


class SentPersonSerializer(serializers.Serializer):
    """Somebody, as the host marketplace names them. The reference joins them from order to order."""

    reference = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=150, required=False, allow_blank=True, allow_null=True)
    email = serializers.EmailField(required=False, allow_blank=True, allow_null=True)
    language = serializers.CharField(max_length=35, required=False, allow_blank=True, allow_null=True)


class SentBuyerSerializer(SentPersonSerializer):
    """Who bought, and where it goes."""

    country = serializers.CharField(max_length=2, required=False, allow_blank=True, allow_null=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)


class SentStoreSerializer(serializers.Serializer):
    """Who sold. Without an owner, one of the store's own reference is made."""

    reference = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    owner = SentPersonSerializer(required=False, allow_null=True)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, allow_null=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    local_return_countries = serializers.ListField(
        child=serializers.CharField(max_length=2), required=False, allow_null=True
    )


class SentListingSerializer(serializers.Serializer):
    """What was bought."""

    reference = serializers.CharField(max_length=120)
    title = serializers.CharField(max_length=300)
    category = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    warranty_months = serializers.IntegerField(min_value=0, max_value=1200, required=False, allow_null=True)


class SentLineSerializer(serializers.Serializer):
    """One line. Amounts are decimal strings in the order's currency; discount and shipping are of the whole line."""

    reference = serializers.CharField(max_length=120)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)
    unit_price = serializers.CharField(help_text="For example 12.41")
    discount = serializers.CharField(required=False, allow_null=True)
    shipping = serializers.CharField(required=False, allow_null=True)
    listing = SentListingSerializer()


class SentPaymentSerializer(serializers.Serializer):
    """One payment. The method `coupon` is not money (O-11); every other method is."""

    reference = serializers.CharField(max_length=120)
    method = serializers.CharField(max_length=40)
    amount = serializers.CharField(help_text="For example 11.73")
    paid_at = serializers.DateTimeField()


class SentParcelSerializer(serializers.Serializer):
    """One parcel."""

    carrier = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    tracking_number = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    shipped_at = serializers.DateTimeField()
    promised_by = serializers.DateTimeField(required=False, allow_null=True)
    delivered_at = serializers.DateTimeField(required=False, allow_null=True)


class SentReviewSerializer(serializers.Serializer):
    """What the buyer wrote of the order."""

    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True, allow_null=True)
    text = serializers.CharField(max_length=10_000, required=False, allow_blank=True, allow_null=True)
    created_at = serializers.DateTimeField()


class SentOrderSerializer(serializers.Serializer):
    """An order of one store, whole, each time it is sent: what has moved on since the last time is taken over."""

    reference = serializers.CharField(max_length=120)
    currency = serializers.CharField(max_length=3)
    placed_at = serializers.DateTimeField()
    policy = serializers.CharField(max_length=40, required=False, allow_null=True)
    buyer = SentBuyerSerializer()
    store = SentStoreSerializer()
    lines = SentLineSerializer(many=True)
    payments = SentPaymentSerializer(many=True, required=False, allow_null=True)
    shipments = SentParcelSerializer(many=True, required=False, allow_null=True)
    confirmed_at = serializers.DateTimeField(required=False, allow_null=True)
    cancelled_at = serializers.DateTimeField(required=False, allow_null=True)
    reviews = SentReviewSerializer(many=True, required=False, allow_null=True)
