"""Notices by mail: what waits is sent, each once; what cannot be sent now waits longer, up to a day.

A row is claimed by moving its next try to the end of a lease, sent outside any transaction, and marked. A process that
dies after the mail server took it sends it again, under the same Message-ID, so that mail programs show it once.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from .models import Notice

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=2)
PERMANENT = range(500, 600)  # SMTP's word for “never”

State = Notice.Mail


def drain(
    now: datetime | None = None, *, limit: int | None = None, seconds: float | None = None
) -> Counter[str]:
    """Send every mail that is due, oldest first; how many were sent, put off ("waiting") and given up ("failed").

    Safe beside other runs. `limit`: at most so many; `seconds`: begin none after that time.
    """
    ends = time.monotonic() + seconds if seconds is not None else float("inf")
    counts: Counter[str] = Counter()
    connection = get_connection()
    try:
        for pk in _due(now or timezone.now(), limit):
            if time.monotonic() > ends or not _open(connection):
                break
            notice = _claim(pk, now or timezone.now())
            if notice is not None:
                counts[_deliver(notice, connection, now or timezone.now())] += 1
    finally:
        _close(connection)
    return counts


def _due(now: datetime, limit: int | None) -> list[int]:
    due = Notice.objects.filter(mail=State.WAITING, mail_next_at__lte=now)
    return list(due.order_by("mail_next_at", "pk").values_list("pk", flat=True)[:limit])


def _claim(pk: int, now: datetime) -> Notice | None:
    """The notice, leased to us; None where another run has it."""
    with transaction.atomic(durable=True):
        due = Notice.objects.filter(pk=pk, mail=State.WAITING, mail_next_at__lte=now)
        notice = due.select_for_update(skip_locked=True, of=("self",)).select_related("recipient").first()
        if notice is not None:
            notice.mail_tries += 1
            notice.mail_next_at = now + LEASE
            notice.save(update_fields=["mail_tries", "mail_next_at"])
    return notice


def _deliver(notice: Notice, connection: Any, now: datetime) -> str:
    """Send it and mark it; an address that can never be reached, or a day without success, ends it."""
    if not (notice.recipient.email and notice.recipient.is_active):
        return _mark(notice, State.NONE, None)
    try:
        message = compose(notice)
        message.connection = connection
        message.send()
    except (
        OSError,
        SMTPException,
    ) as error:  # SMTPException is an OSError; named, since that is what it is about
        log.warning("mail of notice %s was not sent: %s", notice.public_id, type(error).__name__)
        _close(connection)
        if _is_permanent(error) or now - notice.created_at >= GIVE_UP_AFTER:
            return _mark(notice, State.FAILED, None)
        return _mark(
            notice, State.WAITING, now + min(FIRST_WAIT * 2 ** min(notice.mail_tries - 1, 20), LONGEST_WAIT)
        )
    except Exception:  # one mail that cannot be made must not stop the others; it will not be better tomorrow
        log.exception("mail of notice %s cannot be made", notice.public_id)
        return _mark(notice, State.FAILED, None)
    return _mark(notice, State.SENT, None)


def _mark(notice: Notice, state: str, next_at: datetime | None) -> str:
    Notice.objects.filter(pk=notice.pk, mail=State.WAITING).update(mail=state, mail_next_at=next_at)
    return state


def _is_permanent(error: Exception) -> bool:
    return isinstance(error, SMTPRecipientsRefused) and all(
        code in PERMANENT for code, _text in error.recipients.values()
    )


def _open(connection: Any) -> bool:
    """Begin a session, or go on with it. A mail server that is not there costs no mail one of its tries."""
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        log.warning("the mail server cannot be reached: %s", type(error).__name__)
        return False
    return True


def _close(connection: Any) -> None:
    """End the session: after a fault the next mail starts a new one."""
    try:
        connection.close()
    except (OSError, SMTPException):
        log.debug("the mail server had gone already")


def compose(notice: Notice) -> EmailMultiAlternatives:
    """The mail of a notice: plain text, and the same as simple HTML. The notice's words are in the reader's language
    already; what stands around them is put in it here."""
    language = notice.recipient.language or "en"
    with translation.override(language):
        words = {
            "notice": notice,
            "link": settings.SITE_URL.rstrip("/") + notice.url,
            "site": urlsplit(settings.SITE_URL).netloc,
            "language": translation.get_language() or "en",
        }
        text = render_to_string("notifications/mail.txt", words)
        html = render_to_string("notifications/mail.html", words)
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    message = EmailMultiAlternatives(
        subject=" ".join(notice.subject.split()),  # one line: no header can be smuggled in
        body=text,
        to=[notice.recipient.email],
        headers={"Message-ID": f"<{notice.public_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    return message
