"""The screening in words: to the writer before sending, to the reader under the message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import Category, Message
from .screening import Finding

#: category → (to the reader: what it is, and why it harms), to the writer before sending
WORDS: dict[str, tuple[Any, Any, Any]] = {
    Category.THREAT: (
        _("This message may be a threat"),
        _("You do not have to answer. Our staff look at it. If you are in danger, call the police."),
        _("It reads like a threat. Threats can cost you your account."),
    ),
    Category.INSULT: (
        _("This message has rude words"),
        _("You do not have to answer. Our staff look at it."),
        _("It has rude words. Our staff look at messages like this, and they count against you."),
    ),
    Category.OUTSIDE_PAYMENT: (
        _("Take care: money outside this site"),
        _("This message asks you to pay or agree outside the site. Money outside is not protected."),
        _(
            "It asks for money or a deal outside this site. We cannot protect that, and it is against the rules."
        ),
    ),
    Category.EARLY_CONFIRM: (
        _("Take care: do not close or confirm too early"),
        _(
            "This message asks you to close the dispute or to say that you got the item. Do so only if all is well. "
            "You may not be able to open it again."
        ),
        _("It asks the other side to close the dispute or to confirm early. The other side gets a warning."),
    ),
    Category.CONTACT_DETAILS: (
        _("Take care: talk outside this site"),
        _("This message has contact details or a link. We cannot see or protect what is said outside."),
        _("It has contact details or a link to another site. What is said there does not count here."),
    ),
}


def for_reader(message: Message, *, own: bool = False) -> dict[str, Any] | None:
    """The warning under a message, as components/message.html shows it; None: there is nothing to warn of.

    Several at once have the title of the gravest and the text of each. The writer was told before sending.
    """
    categories = [] if own else message.warnings
    if not categories:
        return None
    texts = " ".join(str(WORDS[category][1]) for category in categories)
    return {"title": WORDS[categories[0]][0], "text": texts}


def for_writer(found: Iterable[Finding]) -> list[str]:
    """What the writer reads before sending: one sentence or two a category."""
    return [str(WORDS[each.category][2]) for each in found]


def for_api(message: Message) -> list[dict[str, str]]:
    """`warnings` of a message in the API: a code for programs and the reader's words."""
    return [{"code": category, "message": str(WORDS[category][1])} for category in message.warnings]
