"""What the product asks of a payment provider, and the ways in which an answer can fail to come.

Amounts are whole minor units of ISO 4217; a gateway turns them into what its provider counts in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Said(StrEnum):
    """What a provider says of a refund."""

    ACCEPTED = "accepted"  # it has it, the money is on its way
    CONFIRMED = "confirmed"  # it has paid it
    FAILED = "failed"  # it will not pay it, or it gave it back


@dataclass(frozen=True)
class RefundRequest:
    """One refund to one payment. `key` is the same for ever, and so is everything beside it (threats.md M3)."""

    key: str
    payment_reference: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Answer:
    """The provider's state of one refund; `words` are its own, for staff."""

    said: Said
    provider_id: str
    words: str = ""
    #: by which the buyer's bank finds it, once the provider knows it (for cards: the ARN)
    bank_reference: str = ""


class Bank(StrEnum):
    """How a chargeback stands between the buyer's bank and the provider."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class ChargebackAnswer:
    """The provider's state of one chargeback. `withdrawn`: the bank holds the money at this moment."""

    status: Bank
    amount: int
    withdrawn: bool
    reason: str = ""


@dataclass(frozen=True)
class ProviderEventData:
    """A webhook event, with its signature checked: only that something happened to a refund or a chargeback, never what.

    Of a chargeback the payment's names at the provider come along: it freezes their money before anybody is asked.
    """

    event_id: str
    provider_id: str = ""
    key: str = ""
    chargeback_id: str = ""
    payment_references: tuple[str, ...] = ()


class GatewayError(Exception):
    """No answer, or not the one that was hoped for; `words` are for staff."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


class Unknown(GatewayError):
    """Nobody knows whether the provider did it: lost, timed out, or an error of theirs.

    `look_up_only`: an error is stored under our key, so sending again with it would only repeat the error.
    """

    def __init__(self, words: str = "", *, look_up_only: bool = False) -> None:
        super().__init__(words)
        self.look_up_only = look_up_only


class NotNow(GatewayError):
    """The provider did nothing this time, for a reason that passes: too many requests, a wrong key of ours."""


class Refused(GatewayError):
    """The provider's definite no to this refund."""


class BadEvent(Exception):
    """A webhook that is not from the provider, is too old, or cannot be read."""


class Gateway(Protocol):
    """A payment provider. Every method but `event` may raise a GatewayError; none retries on its own."""

    #: whether `refunded` for thousands of payments is one quick question
    has_quick_books: bool

    def refund(self, request: RefundRequest) -> Answer:
        """Send it. The same key again gives the same refund."""

    def find(self, request: RefundRequest) -> Answer | None:
        """Look for a refund that carries the key; None where the provider has none. Changes nothing there."""

    def status(self, provider_id: str) -> Answer:
        """What has become of a refund that the provider has."""

    def chargeback(self, provider_id: str) -> ChargebackAnswer:
        """How a chargeback stands."""

    def event(self, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        """Check a webhook's signature on the raw body, and read what it is about. Raises BadEvent."""

    def refunded(self, references: Iterable[str]) -> dict[str, int]:
        """The provider's own books: payment reference → sum of its refunds that have not failed."""
