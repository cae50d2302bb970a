"""A file as the API shows it, and as it is sent."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.edges import actor_of

from . import services
from .models import Evidence


class UploadSerializer(serializers.Serializer):
    """What comes with a file. An empty file passes here: services says in words what is wrong with it."""

    file = serializers.FileField(allow_empty_file=True, max_length=1000)
    kind = serializers.ChoiceField(choices=Evidence.Kind.choices, default=Evidence.Kind.PHOTO)
    private = serializers.BooleanField(default=False, help_text="Only the mediator sees this file.")


class EvidenceSerializer(serializers.Serializer):
    """A file for somebody who may see it. `size`, `type` and `sha256` are the original's."""

    id = serializers.CharField(source="public_id", read_only=True)
    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=Evidence.Kind.choices, read_only=True)
    type = serializers.CharField(source="content_type", read_only=True)
    size = serializers.IntegerField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=Evidence.Status.choices, read_only=True)
    private = serializers.BooleanField(read_only=True)
    content = serializers.SerializerMethodField(help_text="Opens in this person's browser for 60 seconds.")
    created_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(serializers.URLField())
    def get_content(self, evidence: Evidence) -> str:
        request = self.context["request"]
        return request.build_absolute_uri(services.content_link(evidence, actor_of(request, via="api")))
