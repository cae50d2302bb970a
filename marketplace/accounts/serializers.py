"""Signing in for the API: what comes in, what goes out."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, StrictSerializer, TextField

from .models import ApiToken


class SignInSerializer(StrictSerializer):
    """Who signs in. `otp` is the six digits of the authenticator app, or a recovery code."""

    username = serializers.CharField(max_length=254, help_text="User name or e-mail address.")
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)
    otp = serializers.CharField(max_length=40, required=False, allow_blank=True)


class TokenSerializer(serializers.Serializer):
    """A new token. It is shown this once: we keep only its hash."""

    token = serializers.CharField()
    expiry = MomentField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))


class AddressSerializer(StrictSerializer):
    """Where buyers in `country` send goods back to; with `is_default`, buyers in all other countries too."""

    id = serializers.CharField(source="public_id", read_only=True)
    country = TextField(max_length=10, allow_blank=True)
    city = TextField(max_length=500, allow_blank=True, default="")
    lines = TextField(max_length=5000, allow_blank=True)
    is_default = serializers.BooleanField(default=False)
    is_local = serializers.BooleanField(
        read_only=True, help_text="Does the store promise local returns in that country?"
    )


class AddressesSerializer(StrictSerializer):
    """All addresses of a store."""

    addresses = AddressSerializer(many=True)
