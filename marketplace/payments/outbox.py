"""Refunds on their way to the provider (X-02). The Refund rows are the outbox; this is what empties it.

Each row goes through three short pieces: it is claimed under a lease (a transaction), the provider is asked (no
transaction, no lock), and what it said is written down (a transaction). A process may die between any two of them:
the lease runs out and the row is asked about again, always with the same key, so nothing is lost and nothing doubled.

    decided → sent       the provider has it; the ledger moves refunds → clearing
            → unknown    no answer: asked again with the same key for RESEND_WITHIN, after that only looked up
            → failed     the provider's definite no; the money stays in the refunds account, still the buyer's
    sent    → confirmed  by a webhook, or when asked
    sent, confirmed → failed   given back later; the ledger moves clearing → refunds
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from . import alarms, chargebacks, ledger
from .gateways import (
    Answer,
    Gateway,
    GatewayError,
    NotNow,
    ProviderEventData,
    RefundRequest,
    Refused,
    Said,
    Unknown,
    gateway_named,
)
from .models import UNANSWERED, ProviderEvent, Refund, RefundQuerySet

log = logging.getLogger(__name__)

#: longer than any call to a provider takes
LEASE = timedelta(seconds=90)
#: providers keep a key for 24 h; an hour is left for slow clocks and slow networks
RESEND_WITHIN = timedelta(hours=23)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)

Status = Refund.Status
UNSETTLED = (Status.DECIDED, Status.UNKNOWN)
AT_PROVIDER = (Status.SENT, Status.CONFIRMED)
Outcome = Answer | GatewayError

_listeners: list[Callable[[Refund], None]] = []


def on_change(listener: Callable[[Refund], None]) -> None:
    """Be told, inside the transaction, of each refund whose status changed. Called once by an AppConfig.ready()."""
    if listener not in _listeners:
        _listeners.append(listener)


def drain(
    now: datetime | None = None, *, limit: int | None = None, seconds: float | None = None
) -> Counter[str]:
    """Take every refund that is due one step on, oldest first, each at most once a run.

    Safe beside other runs and safe to kill. `limit`: at most so many; `seconds`: begin nothing after that time.
    Answers how many came to which status; "waiting" are those of which there is nothing new.
    """
    ends = time.monotonic() + seconds if seconds is not None else float("inf")
    counts: Counter[str] = Counter()
    gateways: dict[str, Gateway] = {}
    for pk in _due(now or timezone.now(), limit):
        if time.monotonic() > ends:
            break
        claimed = _claim(pk, now or timezone.now())
        if claimed is not None:
            outcome = _ask(claimed, gateways, now or timezone.now())
            counts[_write_down(claimed, outcome, now or timezone.now())] += 1
    return counts


def heard(provider: str, event: ProviderEventData) -> bool:
    """A webhook came: remember it, and have its refund or chargeback asked about at the next run. False where it came before.

    Nothing is believed but that something happened (a chargeback freezes its money at once), so webhooks may come twice, in any order, or before our own answer.
    """
    with transaction.atomic():
        _row, is_new = ProviderEvent.objects.get_or_create(provider=provider, event_id=event.event_id)
        if is_new:
            if event.chargeback_id:
                chargebacks.heard(provider, event.chargeback_id, event.payment_references)
            by_id = Q(provider_id=event.provider_id) if event.provider_id else Q(pk__in=())
            by_key = Q(public_id=Refund.public_id_of(event.key)) if event.key else Q(pk__in=())
            Refund.objects.filter(by_id | by_key, payment__provider=provider).update(
                next_try_at=timezone.now()
            )
    return is_new


# -- claim ------------------------------------------------------------------------------------------------------


def _due(now: datetime, limit: int | None) -> list[int]:
    return list(_claimable(now).order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])


def _claimable(now: datetime) -> RefundQuerySet:
    """Due, in nobody's hands, and no first try while a chargeback freezes the money (threats.md M8)."""
    free = Refund.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), next_try_at__lte=now)
    return free.exclude(status=Status.DECIDED, first_tried_at=None, payment__escrow__freezes__gt=0)


def _claim(pk: int, now: datetime) -> Refund | None:
    """The row, leased to us; None where another run has it or had it. The try is counted before it is made."""
    with transaction.atomic(durable=True):
        rows = (
            _claimable(now)
            .select_for_update(
                skip_locked=True, of=("self", "payment__escrow")
            )  # so that no freeze slips between
            .select_related("payment__escrow")
        )
        row = rows.filter(pk=pk).first()
        if row is None:
            return None
        # Due again when the lease ends: whoever dies now is followed by somebody else.
        row.leased_until = row.next_try_at = now + LEASE
        row.tries += 1
        row.first_tried_at = row.first_tried_at or now
        row.save(update_fields=["leased_until", "next_try_at", "tries", "first_tried_at"])
    return row


# -- ask --------------------------------------------------------------------------------------------------------


def _ask(row: Refund, gateways: dict[str, Gateway], now: datetime) -> Outcome:
    """Talk to the provider, holding no lock; every way not to get an answer is an outcome too."""
    provider = row.payment.provider
    try:
        gateway = gateways.get(provider) or gateways.setdefault(provider, gateway_named(provider))
        return _put_question(gateway, row, now)
    except LookupError:
        return Refused(f"No payment provider is called {provider!r} here.")
    except GatewayError as error:
        return error
    except Exception:  # a fault in one provider's code must not stop the others; what it did is not known
        log.exception("asking the provider failed: %s", row.public_id)
        return Unknown("Our own fault, see the log.")


def _put_question(gateway: Gateway, row: Refund, now: datetime) -> Outcome:
    if row.provider_id:
        return gateway.status(row.provider_id)
    request = RefundRequest(
        row.idempotency_key, row.payment.provider_reference, row.amount, row.payment.escrow.currency
    )
    if not _may_send(row, now):
        return gateway.find(request) or Unknown("The provider has no refund with our key.")
    try:
        return gateway.refund(request)
    except Refused as refusal:
        # After a lost answer a refusal may be about the second request only: the first may have been taken.
        return (gateway.find(request) if row.tries > 1 else None) or refusal


def _may_send(row: Refund, now: datetime) -> bool:
    """Sending again is safe only while the provider remembers the key, and has stored no error under it; and nothing is
    sent, first or again, while the buyer's bank asks for the same money."""
    if row.status not in UNSETTLED or row.look_up_only or row.payment.escrow.freezes:
        return False
    return row.first_tried_at is not None and not is_past_resending(row, now)


def is_past_resending(row: Refund, now: datetime) -> bool:
    """Is the time over in which the provider surely remembers our key? From then on nothing is sent again."""
    return row.first_tried_at is not None and now - row.first_tried_at >= RESEND_WITHIN


# -- write down -------------------------------------------------------------------------------------------------


def _write_down(claimed: Refund, outcome: Outcome, now: datetime) -> str:
    """Apply what the provider said, once, whoever else wrote meanwhile; the status that it brought, or "waiting"."""
    with transaction.atomic(durable=True):
        row = (
            Refund.objects.select_for_update(of=("self",))
            .select_related("payment__escrow")
            .get(pk=claimed.pk)
        )
        before = row.status
        if isinstance(outcome, Answer):
            _take(row, outcome, now)
        elif isinstance(outcome, Refused):
            _refused(row, outcome.words, now)
        elif isinstance(outcome, Unknown):
            _unanswered(row, outcome, now)
        elif isinstance(outcome, NotNow) and row.status == Status.DECIDED:
            row.first_tried_at = None  # nothing has reached the provider: its memory of the key has not begun
        _plan(row, claimed, before, now)
        row.save()
        if row.status != before:
            tell(row)
    if isinstance(outcome, NotNow):
        log.warning("refund %s: the provider does not take it now", row.public_id)
    return row.status if row.status != before else "waiting"


def tell(row: Refund) -> None:
    """Inside the transaction that changed its status. News must never stop money: a listener that fails is logged, and the refund goes on without it."""
    for listener in _listeners:
        try:
            with transaction.atomic():
                listener(row)
        except Exception:  # whatever it is, see above
            log.exception("nobody was told of refund %s", row.public_id)


def _alarm(row: Refund, kind: str, now: datetime) -> None:
    """Tell the lead mediators; as with `tell`, news must never stop money."""
    try:
        with transaction.atomic():
            alarms.tell_leads(row, kind, now)
    except Exception:  # whatever it is
        log.exception("no lead mediator was told of refund %s", row.public_id)


def _take(row: Refund, answer: Answer, now: datetime) -> None:
    row.bank_reference = answer.bank_reference or row.bank_reference
    if row.status == Status.FAILED or row.paid_by != Refund.PaidBy.PROVIDER:
        if answer.said != Said.FAILED:
            log.error("refund %s: the provider pays what it had refused; staff must look", row.public_id)
        return
    row.provider_id = row.provider_id or answer.provider_id
    if answer.said == Said.FAILED:
        _refused(row, answer.words, now)
        return
    if row.status in UNSETTLED:
        ledger.post(_movement(row, "sent", now))
        row.status, row.sent_at = Status.SENT, now
    if answer.said == Said.CONFIRMED and row.status == Status.SENT:
        row.status, row.confirmed_at = Status.CONFIRMED, now


def paid_by_the_books(row: Refund, bank_reference: str, words: str, now: datetime) -> None:
    """Staff have read in the provider's own books that it was paid (unanswered.py). The caller holds the row's lock."""
    ledger.post(_movement(row, "sent", now))
    row.status, row.sent_at, row.confirmed_at, row.next_try_at = Status.CONFIRMED, now, now, None
    row.bank_reference, row.provider_words = bank_reference, words


def unpaid_by_the_books(row: Refund, words: str, now: datetime) -> None:
    """Staff have read there that it was not paid: it failed, as if the provider had said so itself."""
    _refused(row, words, now)
    row.next_try_at = None


def _refused(row: Refund, words: str, now: datetime) -> None:
    """The money is still the buyer's: it stays in, or goes back to, the refunds account, and staff see it (X-04)."""
    if row.status == Status.FAILED or row.paid_by != Refund.PaidBy.PROVIDER:
        return  # known, or settled another way since
    if row.status in AT_PROVIDER:
        ledger.post(_movement(row, "failed", now))
    row.status, row.failed_at, row.provider_words = Status.FAILED, now, words
    if not chargebacks.stand_for(row, now):
        log.error("refund %s failed; staff must look", row.public_id)
        _alarm(row, alarms.FAILED, now)


def _unanswered(row: Refund, outcome: Unknown, now: datetime) -> None:
    if row.status not in UNSETTLED:
        return  # asked how it is doing, or another run was quicker: what we know stays true
    row.status = Status.UNKNOWN
    row.look_up_only = row.look_up_only or outcome.look_up_only
    row.provider_words = outcome.words
    if row.look_up_only or (row.first_tried_at is not None and now - row.first_tried_at >= UNANSWERED):
        log.error("refund %s: no answer since %s; staff must look", row.public_id, row.first_tried_at)
        _alarm(row, alarms.UNANSWERED, now)


def _plan(row: Refund, claimed: Refund, before: str, now: datetime) -> None:
    """When to ask again: a refund just sent at the next run, then at growing intervals, a settled one never."""
    if row.leased_until == claimed.leased_until:
        row.leased_until = None
    if row.next_try_at != claimed.next_try_at:
        return  # a webhook came while we asked, or another run went on with it: theirs is the newer wish
    if row.status in (Status.CONFIRMED, Status.FAILED):
        row.next_try_at = None
    elif row.status == Status.SENT and before != Status.SENT:
        row.next_try_at = now
    else:
        row.next_try_at = now + min(FIRST_WAIT * 2 ** min(row.tries - 1, 20), LONGEST_WAIT)


def _movement(row: Refund, kind: str, now: datetime) -> ledger.Movement:
    """`sent`: out of our refunds account to what the provider holds; `failed`: the way back."""
    ours, theirs = ledger.refunds_of(row.payment.public_id), ledger.CLEARING
    source, target = (ours, theirs) if kind == "sent" else (theirs, ours)
    key, currency = f"refund:{row.public_id}:{kind}", row.payment.escrow.currency
    return ledger.move(source, target, row.amount, kind=kind, key=key, at=now, currency=currency)
