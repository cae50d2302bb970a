"""What everybody may read of stores and listings."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.serializers import MoneyField

from ..public import ListingFacts
from ..records import StoreRecord
from .order import OrderPartySerializer, OrderReviewSerializer


class StoreRecordSerializer(serializers.Serializer):
    """A store's record (O-13), from its newest ended orders, ended disputes and ratings. Null: there is nothing yet."""

    rating = serializers.CharField(allow_null=True, help_text="The mean of 1 to 5, for example 4.6")
    ratings = serializers.IntegerField()
    dispute_rate = serializers.CharField(
        allow_null=True, help_text="Of a hundred ended orders, for example 2.5"
    )
    orders = serializers.IntegerField()
    lost_share = serializers.CharField(allow_null=True, help_text="Of a hundred ended disputes.")
    disputes = serializers.IntegerField()
    median_answer_seconds = serializers.SerializerMethodField()
    small_numbers = serializers.ListField(
        child=serializers.ChoiceField(choices=["ratings", "orders", "disputes", "answers"]),
        help_text="Which figures are made from too little to say much.",
    )

    def get_median_answer_seconds(self, record: StoreRecord) -> int | None:
        return int(record.median_answer.total_seconds()) if record.median_answer is not None else None


class StoreSerializer(serializers.Serializer):
    """A store, and what buyers said of it, newest first."""

    id = serializers.CharField(source="store.public_id")
    name = serializers.CharField(source="store.name")
    country = serializers.CharField(source="store.country")
    city = serializers.CharField(source="store.city")
    suspended = serializers.BooleanField(help_text="Takes no new orders, and shows nothing for sale (C-07).")
    record = StoreRecordSerializer()
    reviews = OrderReviewSerializer(many=True)


class ListingSerializer(serializers.Serializer):
    """Something a store sells (O-10). `price`: of one piece, when it was last sold."""

    id = serializers.CharField(source="listing.public_id")
    title = serializers.CharField(source="listing.title")
    category = serializers.CharField(source="listing.category")
    store = serializers.SerializerMethodField()
    price = MoneyField(allow_null=True)
    warranty_months = serializers.IntegerField(help_text="0: none.")
    record = StoreRecordSerializer(help_text="The store's.")
    removed = serializers.BooleanField(help_text="We removed it: no new order of it is taken (C-07).")
    demoted = serializers.BooleanField(help_text="Show it lower in your search (C-07).")
    store_suspended = serializers.BooleanField(help_text="Its store takes no new orders.")

    @extend_schema_field(OrderPartySerializer)
    def get_store(self, found: ListingFacts) -> dict[str, str]:
        return {"id": found.listing.store.public_id, "name": found.listing.store.name}
