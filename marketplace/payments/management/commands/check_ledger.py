"""`manage.py check_ledger`: prove the books, or show where they are wrong."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.core.money import Money
from marketplace.payments import proof
from marketplace.payments.models import Escrow, LedgerTransaction, Payment, Refund

SHOWN = 200  # more rows than a person reads at once


class Command(BaseCommand):
    """Exit 0 where everything adds up; 1 with the rows where not."""

    help = "Proves the ledger: entries balance, escrow is what orders hold, refunds are what the provider was told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--ask-provider",
            action="store_true",
            help="also a provider that must be asked payment by payment",
        )

    def handle(self, *args: Any, ask_provider: bool = False, **options: Any) -> None:
        findings = [*proof.prove(), *proof.provider_agrees(ask_all=ask_provider)]
        for finding in findings[:SHOWN]:
            self.stdout.write(f"{finding.proof:<44}  {finding.row}  {finding.what}")
        if findings:
            raise CommandError(f"{len(findings)} rows do not add up.", returncode=1)
        self._totals()
        self.stdout.write(
            f"All adds up: {LedgerTransaction.objects.count()} movements, {Escrow.objects.count()} escrows,"
            f" {Payment.objects.count()} payments, {Refund.objects.count()} refunds."
        )

    def _totals(self) -> None:
        rows = proof.totals()
        if rows:
            self.stdout.write(f"{'':<4} {'paid in':>18} {'released':>18} {'refunded':>18} {'held':>18}")
        for currency, *amounts in rows:
            shown = (str(Money(amount, currency).decimal) for amount in amounts)
            self.stdout.write(f"{currency:<4} " + " ".join(f"{amount:>18}" for amount in shown))
