"""`manage.py drain_outbox`: deliver what waits."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.notifications import mail
from marketplace.payments import chargebacks, outbox


class Command(BaseCommand):
    """Safe to run twice, beside the workers, and to kill."""

    help = "Delivers what waits: refunds to the payment provider, and mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, help="at most so many of each")

    def handle(self, *args: Any, limit: int | None = None, **options: Any) -> None:
        asked = chargebacks.drain()
        if asked:  # rare: no line of its own where there is none
            self._say("banks", asked)
        self._say("refunds", outbox.drain(limit=limit))
        self._say("mail", mail.drain(limit=limit))

    def _say(self, what: str, counts: Counter[str]) -> None:
        said = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
        self.stdout.write(f"{what:<8} {said or 'nothing was due'}")
