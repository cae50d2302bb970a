"""Writing messages. The caller has checked that the author may write here."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import Invalid

from .models import Message, Thread

LONGEST = 2000


def write(thread: Thread, text: str, *, role: str, by: Actor, at: datetime) -> Message:
    """Add a message to a thread. Raises Invalid for an empty or too long one; never edited afterwards."""
    text = text.strip()
    if not text:
        raise Invalid.field("text", "required", _("Write your message first."))
    if len(text) > LONGEST:
        raise Invalid.field("text", "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST})
    if by.user_id is None:
        raise Invalid.field("text", "no_author", "A message needs a person who wrote it.")
    return Message.objects.create(thread=thread, author_id=by.user_id, role=role, text=text, sent_at=at)
