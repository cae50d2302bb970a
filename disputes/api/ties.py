"""Whom mediators are tied to, and so must not decide about (M-02)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.models import Store, User
from marketplace.core.api import ApiViewSet, action_responses
from marketplace.core.errors import Invalid
from marketplace.core.facts import person
from marketplace.core.serializers import MomentField, StrictSerializer, TextField

from ..models import ConflictOfInterest
from ..serializers import PersonSerializer
from ..services import conflicts


class DeclareTieSerializer(StrictSerializer):
    """A tie to a store or to a person: one of the two. Without `mediator`: of oneself."""

    mediator = TextField(max_length=40, required=False, help_text="Id of a mediator; for leads.")
    store = TextField(max_length=40, required=False)
    user = TextField(max_length=40, required=False)
    why = TextField(max_length=conflicts.LONGEST_WHY * 4, allow_blank=True)


class TieSerializer(serializers.Serializer):
    """A mediator gets no case of this store or person."""

    id = serializers.CharField(source="public_id")
    mediator = serializers.SerializerMethodField()
    store = serializers.SerializerMethodField()
    user = serializers.SerializerMethodField()
    why = serializers.CharField()
    said_by = serializers.SerializerMethodField()
    said_at = MomentField()

    @extend_schema_field(PersonSerializer)
    def get_mediator(self, tie: ConflictOfInterest) -> dict[str, str]:
        return person(tie.mediator)

    @extend_schema_field(PersonSerializer(allow_null=True))
    def get_store(self, tie: ConflictOfInterest) -> dict[str, str] | None:
        return {"id": tie.store.public_id, "name": tie.store.name} if tie.store else None

    @extend_schema_field(PersonSerializer(allow_null=True))
    def get_user(self, tie: ConflictOfInterest) -> dict[str, str] | None:
        return person(tie.user) if tie.user else None

    @extend_schema_field(PersonSerializer)
    def get_said_by(self, tie: ConflictOfInterest) -> dict[str, str]:
        return person(tie.said_by)


class ConflictsOfInterest(ApiViewSet):
    """Ties of mediators: a mediator reads and says their own, leads everybody's."""

    serializer_class = TieSerializer
    ordering: ClassVar[tuple[str, ...]] = ("-said_at",)

    def get_queryset(self) -> QuerySet[ConflictOfInterest]:
        return conflicts.read_by(self.actor)

    @extend_schema(operation_id="conflicts_of_interest_list")
    def list(self, request: Request) -> Response:
        """Your own ties; for lead mediators all, newest first."""
        return self.page_of(self.get_queryset())

    @extend_schema(
        operation_id="conflicts_of_interest_declare",
        request=DeclareTieSerializer,
        responses=action_responses(TieSerializer, status=201),
    )
    def create(self, request: Request) -> Response:
        """Say that a mediator is tied to a store or a person. From now on they get no case of it. Twice is once."""
        self.get_queryset()  # what is wrong in the body is nobody else's to learn
        sent = self.taken(DeclareTieSerializer)
        mediator = named(User, sent, "mediator") or User.objects.get(pk=self.actor.person_id)
        tie = conflicts.declare(
            mediator=mediator,
            why=sent["why"],
            by=self.actor,
            store=named(Store, sent, "store"),
            user=named(User, sent, "user"),
        )
        return Response(self.get_serializer(self.get_queryset().get(pk=tie.pk)).data, status=201)

    @extend_schema(
        operation_id="conflicts_of_interest_end", responses=action_responses(None, 403, 404, status=204)
    )
    def destroy(self, request: Request, id: str) -> Response:
        """It is over, or was an error (lead mediators)."""
        tie = self.get_queryset().filter(public_id=id).first()
        if tie is None:
            raise Http404
        conflicts.withdraw(tie.pk, by=self.actor)
        return Response(status=204)


def named(model: Any, sent: dict[str, Any], field: str) -> Any:
    """Whom a field of the body names; None where it is not sent. Raises Invalid where there is nobody of that id."""
    if not sent.get(field):
        return None
    found = model.objects.filter(public_id=sent[field]).first()
    if found is None:
        raise Invalid.field(field, "unknown", _("There is nobody with this id."))
    return found
