"""Fill the demo world, and print who lives in it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from marketplace.demo.making import ago
from marketplace.demo.people import CAST, PASSWORD, code_now, open_shop, settle_in
from marketplace.demo.story import Story
from marketplace.orders.models import Order
from marketplace.payments import outbox


class Command(BaseCommand):
    help = "A small world with every state to look at; prints its people's logins. Run again, it changes nothing."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--code", action="store_true", help="only print the staff's six digits of this moment"
        )

    def handle(self, *args: Any, code: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo world has known passwords. It is not for production.")
        if code:
            self.stdout.write(code_now())
            return
        with transaction.atomic():
            people = settle_in()
            host = people["host"]
            open_shop("GadgetHome", people["sam"], host, "s-sam", "CN")
            open_shop("Fine Threads", people["tara"], host, "s-tara", "PT")
            if not Order.objects.filter(integrator=host).exists():
                Story(people).tell()
        with ago(1.1):
            outbox.drain()  # one refund gets no answer, and has had none for a day
        outbox.drain()
        self._logins()

    def _logins(self) -> None:
        self.stdout.write(f"\nSign in with any of these names; the password is {PASSWORD}\n\n")
        for person in CAST:
            second = "and six digits" if person.is_staff else ""
            self.stdout.write(f"  {person.name:<8}{person.role:<40}{second}\n")
        self.stdout.write("\nThe six digits of this moment: make code\n")
        self.stdout.write("Mediators work at /admin/desk/, records are at /admin/.\n\n")
