"""What the workers do with money and mail: empty the outboxes (settings.SCHEDULES)."""

from __future__ import annotations

from marketplace.notifications import mail

from . import chargebacks, outbox

#: begin nothing after so many seconds: a run with its last slow call must end before the queue's timeout (60 s)
REFUND_SECONDS, MAIL_SECONDS = 20.0, 10.0


def drain_outbox() -> int:
    """What banks took back first, then refunds to the provider, then mail; how many were moved on."""
    asked = chargebacks.drain().total()
    return asked + outbox.drain(seconds=REFUND_SECONDS).total() + mail.drain(seconds=MAIL_SECONDS).total()
