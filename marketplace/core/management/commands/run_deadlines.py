"""Meet every deadline that is due."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.core import daily, gate, outages, reminders
from marketplace.core.clock import set_aside, sweep, take_up_again


class Command(BaseCommand):
    help = "Meets every deadline that is due, in order. Safe to run twice, late, and beside others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--retry", action="store_true", help="also those that were set aside after failing"
        )

    def handle(self, *args: Any, retry: bool = False, **options: Any) -> None:
        if retry:
            take_up_again()
        gate.believe()  # somebody is looking
        outages.tell()
        done = sweep()
        for what, times in sorted(done.items()):
            self.stdout.write(f"{what:<44}{times:>8}")
        self.stdout.write(f"{'deadlines met':<44}{done.total():>8}")
        self.stdout.write(f"{'reminders written':<44}{reminders.send().total():>8}")
        for what, times in sorted(daily.run().items()):
            self.stdout.write(f"{'counted anew: ' + what:<44}{times:>8}")
        for case in set_aside():
            self.stderr.write(
                f"set aside after failing {case.deadline_tries} times: {case.public_id} ({case.due_verb})"
            )
