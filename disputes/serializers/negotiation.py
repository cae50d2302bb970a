"""What comes in with the verbs of negotiation."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import StrictSerializer, TextField
from marketplace.messaging.services import LONGEST as LONGEST_MESSAGE

from ..services.negotiation import LONGEST_NOTE

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


class NoteSerializer(StrictSerializer):
    """Why, in words that the other side reads."""

    note = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class ReasonSerializer(StrictSerializer):
    """Why, in words that both sides read."""

    reason = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class MessageSerializer(StrictSerializer):
    """A message to the other side."""

    text = TextField(max_length=LONGEST_MESSAGE * ROOM, allow_blank=True)


class ProvideEvidenceSerializer(StrictSerializer):
    """Files sent before, by id."""

    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100)
