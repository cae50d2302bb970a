"""Sending a message from a page: what was found is said first, the text is kept, and nothing is held back (N-07)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplace.core.errors import Invalid, Throttled
from marketplace.core.forms import tell_form

from . import presenters, services
from .forms import MessageForm


def send(form: MessageForm, send_message: Callable[..., Any]) -> int:
    """Send what a valid form holds. 302: it was sent; 200, 429: the form says why it was not, with the text kept.

    Sent at once where there is nothing to warn of, or where the writer has read the warnings of just these kinds.
    """
    text, known = form.cleaned_data["text"], set(form.cleaned_data["anyway"].split(","))
    found = services.findings(text)
    if {each.category for each in found} - known:
        form.warnings = presenters.for_writer(found)
        form.known = ",".join(each.category for each in found)
        return 200
    try:
        send_message(text=text, warned=bool(found))
    except Invalid as error:
        tell_form(form, error)
        return 200
    except Throttled as error:
        form.add_error("text", error.detail)
        return error.status
    return 302
