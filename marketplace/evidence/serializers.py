"""A file as the API shows it, and as it is sent, at once or in parts."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.edges import actor_of
from marketplace.core.serializers import MomentField, StrictSerializer, TextField

from . import services, uploads
from .incoming import PART_BYTES
from .models import Evidence, Upload


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
    is_clean = serializers.BooleanField(
        read_only=True, help_text="False: `content` is the file as it was sent, with all that it may tell."
    )
    content = serializers.SerializerMethodField(
        help_text="Opens in this person's browser for 60 seconds. Null: the file was removed."
    )
    created_at = serializers.DateTimeField(read_only=True)
    removed_at = MomentField(read_only=True, allow_null=True, help_text="When its time had passed.")

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_content(self, evidence: Evidence) -> str | None:
        if evidence.removed_at is not None:
            return None
        request = self.context["request"]
        return request.build_absolute_uri(services.content_link(evidence, actor_of(request, via="api")))


class AnnouncedSerializer(StrictSerializer):
    """A file that will be sent in parts. Its type is found out from its bytes; what is said here is not believed."""

    name = TextField(max_length=1000)
    size = serializers.IntegerField(help_text="Bytes")
    type = TextField(max_length=100, default="", allow_blank=True)
    sha256 = TextField(max_length=64, default="", allow_blank=True, help_text="Of the whole file, in hex.")
    kind = serializers.ChoiceField(choices=Evidence.Kind.choices, default=Evidence.Kind.PHOTO)
    private = serializers.BooleanField(default=False, help_text="Only the mediator sees this file.")
    fingerprint = TextField(
        max_length=64, default="", allow_blank=True,
        help_text="Your own name of the file: with it, and the same size, an upload is found again after a break.",
    )  # fmt: skip
    protocol = serializers.ChoiceField(
        choices=Upload.Protocol.choices, default="", help_text="`tus`, even where the files lie with S3."
    )


class PartSerializer(serializers.Serializer):
    """Bytes (number - 1) × part_size and on, to be PUT to `url` within 60 seconds."""

    number = serializers.IntegerField()
    size = serializers.IntegerField()
    url = serializers.URLField()


class TicketSerializer(serializers.Serializer):
    """An upload: where to send the bytes. tus: PATCH them to `url`. s3: PUT each part to its own link, then POST to
    `complete`. Ask again for what is missing, and for new links."""

    id = serializers.CharField(source="public_id")
    protocol = serializers.ChoiceField(choices=Upload.Protocol.choices)
    url = serializers.SerializerMethodField()
    complete = serializers.SerializerMethodField()
    size = serializers.IntegerField()
    offset = serializers.SerializerMethodField(help_text="So many bytes are here.")
    part_size = serializers.IntegerField(default=PART_BYTES)
    parts = serializers.SerializerMethodField(help_text="s3: what is still to be sent.")
    expires_at = MomentField()
    evidence = serializers.CharField(
        source="evidence.public_id", allow_null=True, default=None, help_text="The file that it has become."
    )

    def _address(self, name: str, upload: Upload) -> str:
        return str(self.context["request"].build_absolute_uri(reverse(name, args=[upload.public_id])))

    @extend_schema_field(serializers.URLField())
    def get_url(self, upload: Upload) -> str:
        return self._address("evidence-upload-one", upload)

    @extend_schema_field(serializers.URLField())
    def get_complete(self, upload: Upload) -> str:
        return self._address("evidence-upload-complete", upload)

    def get_offset(self, upload: Upload) -> int:
        return uploads.offset_of(upload)

    @extend_schema_field(PartSerializer(many=True))
    def get_parts(self, upload: Upload) -> list[dict[str, object]]:
        return [vars(part) for part in uploads.missing_parts(upload)]
