"""`manage.py export_statements 2026-10`: the month's statements of reasons, one JSON object a line (Z-08)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.transparency.services import span_of
from marketplace.transparency.statements import statements


class Command(BaseCommand):
    help = "Writes the statements of reasons of a month (2026-10) in the schema of the DSA Transparency Database, a line each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2026-10")

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        span = span_of(month)
        if span is None:
            raise CommandError("Write the month like this: 2026-10")
        for statement in statements(*span):
            self.stdout.write(json.dumps(statement, ensure_ascii=False, sort_keys=True))
