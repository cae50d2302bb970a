"""What every endpoint stands on: who asks, what they saw, one answer per key, and cases with their version.

A room's `api.py` writes one explicit `@action` a verb on a `CaseViewSet`; its body is: find, serialize, call the service,
answer. Nothing here knows a rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ModelSerializer, SerializerMethodField
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from .access import Actor
from .cases import Case
from .edges import actor_of
from .errors import Forbidden
from .idempotency import IdempotentPosts
from .pagination import Page
from .policy import ProtectionPolicy
from .schema import ApiSchema
from .serializers import JsonParser, MomentField, MoneyField, Nothing, StrictSerializer, TextField

__all__ = [
    "PUBLIC_ID",
    "ApiView",
    "ApiViewSet",
    "CaseViewSet",
    "MomentField",
    "MoneyField",
    "Nothing",
    "Page",
    "StrictSerializer",
    "TextField",
    "action_responses",
]

#: What a public id looks like in an address; anything else is a 404 without asking the database.
PUBLIC_ID = r"[a-z]{3}_[a-z0-9]{1,36}"


def action_responses(ok: Any, *refusals: int, status: int = 200) -> dict[int, Any]:
    """`responses=` of an operation: what it answers with, and refusals besides those that all of its kind have
    (401, 403, 404, 409, 412, 400, 413, 415, 422 are added where they apply)."""
    return {status: ok, **dict.fromkeys(refusals)}


class AlwaysJson(DefaultContentNegotiation):
    """We answer in JSON, whatever `Accept` says."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class _Manner(IdempotentPosts):
    """The manner of api.md section 1, for views and view sets alike."""

    parser_classes: Any = [JsonParser]
    content_negotiation_class = AlwaysJson
    metadata_class: Any = None  # no OPTIONS: the OpenAPI document says it all
    schema = ApiSchema()
    #: action (or method) → scope a token needs, where it is not `read` or `write`
    scopes: ClassVar[Mapping[str, str]] = {}

    request: Request

    @property
    def actor(self) -> Actor:
        """Who asks, and the version of the case that they saw (`If-Match`)."""
        return actor_of(self.request, via="api")

    def taken(self, serializer_class: type[BaseSerializer]) -> dict[str, Any]:
        """The body, read by the serializer. Raises what becomes 400 or 422."""
        if not isinstance(self.request.data, Mapping):
            raise ParseError(_("Send a JSON object."))
        serializer = serializer_class(data=self.request.data, context={"request": self.request, "view": self})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def wished(self, serializer_class: type[BaseSerializer]) -> dict[str, Any]:
        """The filters of the address, read by the serializer; an empty one filters nothing. Raises what becomes 422."""
        given = {name: value for name, value in self.request.query_params.items() if value}
        serializer = serializer_class(data=given)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def get_authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ApiView(_Manner, APIView):
    """An endpoint that is no collection."""


class ApiViewSet(_Manner, GenericViewSet):
    """A collection of things with public ids, read through the eyes of one actor."""

    pagination_class = Page
    filter_backends: Any = ()
    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    lookup_value_regex = PUBLIC_ID
    #: the moment by which lists are ordered, newest first
    ordering: ClassVar[tuple[str, ...]] = ("-created_at",)
    #: what tells rows of the same moment apart
    tiebreak: ClassVar[str] = "public_id"

    def page_of(self, rows: QuerySet[Any]) -> Response:
        """One page of the rows, by `ordering`."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class CaseViewSet(ApiViewSet):
    """Cases of one model: only those that exist for the actor; every answer with one carries its version as ETag.

    A room says: `model`, `serializer_class`, and, where needed, `with_all(rows)`, which reads along what the serializer shows.
    """

    is_case = True
    model: ClassVar[Any]

    @property
    def actor(self) -> Actor:
        """Who asks; `saw` is the version that `If-Match` names of this very case, -1 where it names none of it."""
        found = super().actor
        header, name = self.request.headers.get("If-Match", "*"), self.kwargs.get(self.lookup_url_kwarg or "")
        if name is None or header.strip() == "*":
            return found.having_seen(None)
        seen = re.findall(rf'"{re.escape(name)}:([0-9]{{1,9}})"', header)
        return found.having_seen(max(map(int, seen)) if seen else -1)

    def get_queryset(self) -> QuerySet[Any]:
        """The cases that exist for this actor; the others are 404, whether they are there or not."""
        rows = self.model.objects
        return rows.none() if getattr(self, "swagger_fake_view", False) else rows.visible_to(self.actor)

    def permitted(self, verb: str) -> int:
        """The primary key of the case named in the address, if the actor may do the verb on it at all.

        Raises 404 or Forbidden before anything is read of the body; the service asks again under its lock.
        """
        name = self.kwargs[self.lookup_url_kwarg]
        case: Case | None = self.get_queryset().filter(public_id=name).first()
        if case is None:
            raise Http404
        rule = case.RULES.get(verb)
        if rule is None or not rule(self.actor, case):
            raise Forbidden(case.why_not(verb, self.actor))
        return int(case.pk)

    def act(self, verb: str, service: Callable[..., Any], body: type[BaseSerializer] = Nothing) -> Response:
        """One verb: may they, what did they send, do it, and the case as it is now."""
        pk = self.permitted(verb)
        service(pk, by=self.actor, **self.taken(body))
        return self.answer(pk)

    def with_all(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Read along what the serializer shows, in a fixed number of queries."""
        return rows

    def pk(self) -> int:
        """The primary key of the case named in the address. Raises 404 where it does not exist for the actor."""
        name = self.kwargs[self.lookup_url_kwarg]
        found: int | None = self.get_queryset().filter(public_id=name).values_list("pk", flat=True).first()
        if found is None:
            raise Http404
        return found

    def answer(self, pk: int, *, status: int = 200) -> Response:
        """The case as the actor sees it now, with its version as ETag."""
        case = self.with_all(self.model.objects.filter(pk=pk)).get()
        return Response(self.get_serializer(case).data, status=status, headers={"ETag": etag(case)})

    def retrieve(self, request: Request, id: str) -> Response:
        """One case as you see it."""
        return self.answer(self.pk())


def etag(case: Case) -> str:
    """`"<public_id>:<version>"`"""
    return f'"{case.public_id}:{case.version}"'


def is_public_id(text: str) -> bool:
    """Could this be one of our ids?"""
    return re.fullmatch(PUBLIC_ID, text) is not None


class PolicySerializer(ModelSerializer):
    """One published version of a protection policy: every number of the rulebook."""

    id = SerializerMethodField()
    published_at = MomentField()

    class Meta:
        model = ProtectionPolicy
        fields = [
            "id",
            "name",
            "version",
            "published_at",
            *(field.name for field in ProtectionPolicy.parameters()),
        ]
        read_only_fields = fields

    def get_id(self, policy: ProtectionPolicy) -> str:
        return f"{policy.name}.{policy.version}"


class Policies(ApiViewSet):
    """The protection policies, as published (P-01, P-02)."""

    serializer_class = PolicySerializer
    ordering = ("-published_at",)
    tiebreak = "name"

    @extend_schema(operation_id="policies_list")
    def list(self, request: Request) -> Response:
        """Every published version, newest first. An order keeps the version in force when it was paid."""
        return self.page_of(ProtectionPolicy.objects.filter(status=ProtectionPolicy.Status.PUBLISHED))
