"""Reminders of what a case waits for from a party: at half of the time, and 24 h before the end (F-01).

`remind_at` stands on the case and is planned by each step that changes what is promised; this takes what is due, in
bounded numbers, and plans the next one. A reminder is never written for a deadline that has passed or has changed.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from .cases import Case, registered

log = logging.getLogger(__name__)

BATCH = 500


def send(*, now: datetime | None = None) -> Counter[str]:
    """Write every reminder that is due, at most so many a run; how many cases of each kind. Safe beside other runs."""
    now = now or timezone.now()
    sent: Counter[str] = Counter()
    for model in registered:
        due = model._default_manager.filter(remind_at__lte=now).order_by("remind_at", "pk")
        for pk in list(due.values_list("pk", flat=True)[:BATCH]):
            if kind := _remind(model, pk):
                sent[f"{model._meta.model_name}.{kind}"] += 1
    return sent


def _remind(model: type[Case], pk: int) -> str:
    """One case's reminder; "" where it was not written: somebody was quicker, it is too late, or it failed."""
    try:
        with transaction.atomic():
            return _write(model, model.lock(pk))
    except Exception:  # one poisoned case must not keep the others from being reminded, nor be tried for ever
        log.exception("reminder failed: %s %s", model._meta.label, pk)
        model._default_manager.filter(pk=pk).update(remind_at=None)
        return ""


def _write(model: Any, case: Case) -> str:
    if case.remind_at is None or case.remind_at > case.now:
        return ""
    if kind := case.reminder_due():
        registered[model].remind(case, kind)
    case.remind_at = case.next_reminder(case.now)
    case.save(update_fields=["remind_at"])
    return kind
