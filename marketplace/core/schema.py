"""The OpenAPI document, made from the code: every operation also says how it can refuse."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny

from .problems import MEDIA_TYPE, WORDS

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` you saw: acting on an older version is 412.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Up to 255 characters of your choice. The same key and body: the same answer, one effect, for 24 h.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description='The version of the case, `"<id>:<version>"`, for `If-Match`.',
)


class FieldErrorSerializer(serializers.Serializer):
    """One field that does not fit."""

    field = serializers.CharField(
        help_text="Its name as you sent it; nested names with dots. Empty: the whole body."
    )
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """Why something was refused (RFC 9457). A program reads `code`, a person `detail`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)
    possible_from = serializers.DateTimeField(
        required=False, allow_null=True, help_text="With `too_early`: from then on. Null: nobody can say yet."
    )
    possible_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="With `too_late`: it was possible until then."
    )


class ApiSchema(AutoSchema):
    """Adds to each operation the headers and the refusals that all operations of its kind have."""

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = list(super().get_override_parameters())
        if self.method == "POST" and not self._is_open_to_all():
            parameters.append(IDEMPOTENCY_KEY)
        if self._is_case() or (getattr(self.view, "is_case", False) and self.method == "POST"):
            parameters.append(ETAG)
            if self._is_case() and self.method not in SAFE_METHODS:
                parameters.append(IF_MATCH)
        return parameters

    def _is_case(self) -> bool:
        """One case, read or acted upon (the base view of cases says so)."""
        return bool(getattr(self.view, "is_case", False) and "{" in self.path)

    def _is_open_to_all(self) -> bool:
        return any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())

    def _refusals(self) -> set[int]:
        """The statuses that any operation of this kind may answer with."""
        found = set() if self._is_open_to_all() else {401, 403}
        if "{" in self.path:
            found.add(404)
        if self.method in ("POST", "PUT", "PATCH"):
            found |= {400, 413, 415, 422}
        if self._is_case() and self.method == "POST":
            found |= {409, 412}
        if getattr(self.view, "action", "") == "list":
            found |= {400, 422}
        if getattr(self.view, "throttle_scope", None):
            found.add(429)
        return found

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in self._refusals():
            bodies.setdefault(str(status), {"description": ""})
        for status, body in bodies.items():
            if int(status) >= 400 and "content" not in body and int(status) != 416:
                schema = self.resolve_serializer(ProblemSerializer, "response").ref
                body["content"] = {MEDIA_TYPE: {"schema": schema}}
                if not body.get("description") or body["description"] == "No response body":
                    body["description"] = WORDS.get(int(status), WORDS[400])[1]
        return dict(sorted(bodies.items()))
