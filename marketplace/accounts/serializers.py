"""Signing in for the API: what comes in, what goes out."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, StrictSerializer

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
