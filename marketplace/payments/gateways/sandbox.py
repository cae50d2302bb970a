"""The built-in provider of `make run`: it moves no real money, but is as strict as a real one.

Its books are the SandboxRefund rows. It accepts at once and confirms when it is asked again;
about a payment whose reference ends in `-silent` it never says a word, so that this can be looked at too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Sum

from ..models import Payment, SandboxRefund
from .base import Answer, BadEvent, ChargebackAnswer, ProviderEventData, RefundRequest, Refused, Said, Unknown

PREFIX = "sandbox_"
SILENT = "-silent"


class SandboxGateway:
    """Accepts refunds up to what was paid, each key once."""

    has_quick_books = True

    def refund(self, request: RefundRequest) -> Answer:
        if request.payment_reference.endswith(SILENT):
            raise Unknown("The sandbox says nothing about this payment.")
        with transaction.atomic():
            # Two requests for one payment wait for each other here, so that both together cannot take too much.
            payments = Payment.objects.select_for_update().filter(
                provider="sandbox", provider_reference=request.payment_reference
            )
            paid = sum(payment.amount for payment in payments)
            known = SandboxRefund.objects.filter(idempotency_key=request.key).first()
            if known is None:
                if self._given_back(request.payment_reference) + request.amount > paid:
                    raise Refused("The refund is larger than what is left of the payment.")
                known = SandboxRefund.objects.create(
                    idempotency_key=request.key,
                    payment_reference=request.payment_reference,
                    amount=request.amount,
                    currency=request.currency,
                    status=Said.ACCEPTED,
                )
        return self._same(known, request)

    def find(self, request: RefundRequest) -> Answer | None:
        known = SandboxRefund.objects.filter(idempotency_key=request.key).first()
        return self._same(known, request) if known else None

    def status(self, provider_id: str) -> Answer:
        known = SandboxRefund.objects.filter(pk=provider_id.removeprefix(PREFIX)).first()
        if known is None:
            raise Unknown("The sandbox has no such refund.")
        if known.status == Said.ACCEPTED:
            known.status = Said.CONFIRMED
            known.save(update_fields=["status"])
        return self._answer(known)

    def chargeback(self, provider_id: str) -> ChargebackAnswer:
        raise Unknown("Nobody's bank asks the sandbox for money.")

    def event(self, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        raise BadEvent("The sandbox sends no webhooks.")

    def refunded(self, references: Iterable[str]) -> dict[str, int]:
        rows = SandboxRefund.objects.filter(payment_reference__in=list(references)).exclude(
            status=Said.FAILED
        )
        return dict(rows.values_list("payment_reference").annotate(Sum("amount")).order_by())

    def _given_back(self, reference: str) -> int:
        return self.refunded([reference]).get(reference, 0)

    def _same(self, known: SandboxRefund, request: RefundRequest) -> Answer:
        asked = (request.payment_reference, request.amount, request.currency)
        if (known.payment_reference, known.amount, known.currency) != asked:
            raise Unknown("This key was used for another refund.", look_up_only=True)
        return self._answer(known)

    def _answer(self, known: SandboxRefund) -> Answer:
        words = "The sandbox gave it back." if known.status == Said.FAILED else ""
        return Answer(Said(known.status), f"{PREFIX}{known.pk}", words)
