"""Meet every deadline that is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from marketplace.core.cases import sweep


class Command(BaseCommand):
    help = "Meets every deadline that is due, in order. Safe to run twice, late, and beside others."

    def handle(self, *args: Any, **options: Any) -> None:
        done = sweep()
        for what, times in sorted(done.items()):
            self.stdout.write(f"{what:<44}{times:>8}")
        self.stdout.write(f"{'deadlines met':<44}{done.total():>8}")
