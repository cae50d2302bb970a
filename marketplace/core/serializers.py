"""What comes in and goes out through the API: strict JSON, strict fields, money and moments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from .errors import Invalid
from .money import Money
from .problems import UnknownFields


class JsonParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(longest + 1)
        if len(body) > longest:
            raise RequestDataTooBig
        if not body.strip():
            return {}
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise ParseError from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class StrictSerializer(serializers.Serializer):
    """A serializer that takes a JSON object with its own fields and nothing else (400 otherwise; threats.md A5)."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            if self.root is self:
                raise ParseError(_("Send a JSON object."))
            return super().to_internal_value(data)  # says that an object belongs here, under the field's name
        writable = {name for name, field in self.fields.items() if not field.read_only}
        if unknown := [str(name) for name in data if name not in writable]:
            path = _path_of(self)
            raise UnknownFields([f"{path}{name}" for name in sorted(unknown)])
        return super().to_internal_value(data)


class Nothing(StrictSerializer):
    """The body of a verb that needs no words: empty, or `{}`."""


def _path_of(serializer: serializers.Field) -> str:
    """`lines.` for a serializer nested as `lines`; empty for the outermost."""
    names: list[str] = []
    field: Any = serializer
    while field is not None and field.parent is not None:
        if field.field_name:
            names.insert(0, field.field_name)
        field = field.parent
    return "".join(f"{name}." for name in names)


class TextField(serializers.CharField):
    """Text, and only text: a number or a list in its place is refused, not read as text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        return super().run_validation(data)


class MomentField(serializers.DateTimeField):
    """RFC 3339: always with its offset when it comes in, always in UTC when it goes out."""

    default_error_messages = {
        "invalid": _("Give a date and time like 2026-11-05T10:00:00Z."),
        "no_offset": _("Add the time zone, for example Z for UTC."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        return super().enforce_timezone(value)


class MoneySerializer(serializers.Serializer):
    """An amount: a decimal string in the currency's own digits."""

    amount = serializers.RegexField(r"^[0-9]+(\.[0-9]+)?$", help_text="For example 11.73")
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="ISO 4217, for example USD")


@extend_schema_field(MoneySerializer)
class MoneyField(serializers.Field):
    """`{"amount": "11.73", "currency": "USD"}` ↔ `Money`. Nothing is rounded or guessed (threats.md row 5)."""

    default_error_messages = {"invalid": _('Send an amount like {{"amount": "11.73", "currency": "USD"}}.')}

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, Mapping):
            self.fail("invalid")
        if unknown := sorted(str(name) for name in data if name not in ("amount", "currency")):
            raise UnknownFields([f"{_path_of(self)}{name}" for name in unknown])
        amount, currency = data.get("amount"), data.get("currency")
        if not isinstance(amount, str) or not isinstance(currency, str):
            self.fail("invalid")
        try:
            return Money.parse(amount, currency)
        except Invalid as refusal:
            error = refusal.errors[0]
            raise serializers.ValidationError(error.message, code=error.code) from None

    def to_representation(self, value: Money) -> dict[str, str]:
        return value.as_json()


class OutcomeSerializer(serializers.Serializer):
    """Who gets what; together, all that the case holds."""

    buyer = MoneyField()
    seller = MoneyField()


class NextDefaultSerializer(serializers.Serializer):
    """What happens if nobody acts (Z-05). `action` null: nothing by itself, `at` is a target date."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()
    outcome = OutcomeSerializer(allow_null=True)


class AvailableActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST …/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)
