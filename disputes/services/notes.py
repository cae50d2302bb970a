"""What a side writes beside an act, for the other side to read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.core.errors import Invalid

LONGEST_NOTE = 2000


def needed(text: str, *, field: str = "note") -> str:
    """A note that may not be missing. Raises Invalid."""
    if not text.strip():
        raise Invalid.field(field, "required", _("Say why, in a sentence or two. The other side reads it."))
    return short(text, field=field)


def short(text: str, *, field: str = "note") -> str:
    """A note, not longer than anybody reads. Raises Invalid."""
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise Invalid.field(field, "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST_NOTE})
    return text
