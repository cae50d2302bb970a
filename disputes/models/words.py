"""The words of a dispute: its states, results and remedies, as the API names them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    AWAITING_SELLER = "awaiting_seller", _("Waiting for the seller")
    NEGOTIATION = "negotiation", _("In negotiation")
    MEDIATION = "mediation", _("With a mediator")
    AWAITING_EVIDENCE = "awaiting_evidence", _("Waiting for files")
    AWAITING_CHOICE = "awaiting_choice", _("Waiting for the buyer's choice")
    AWAITING_APPROVAL = "awaiting_approval", _("Decision being checked")
    AWAITING_RETURN = "awaiting_return", _("Waiting for the return")
    RETURN_IN_TRANSIT = "return_in_transit", _("Return on its way")
    AWAITING_REPLACEMENT = "awaiting_replacement", _("Waiting for the replacement")
    RESOLVED = "resolved", _("Resolved")
    CANCELLED = "cancelled", _("Cancelled")


#: while a mediator has the case: the queue, the desk, the second approval
WITH_STAFF = (State.MEDIATION, State.AWAITING_EVIDENCE, State.AWAITING_CHOICE, State.AWAITING_APPROVAL)


class Result(models.TextChoices):
    REFUNDED = "refunded", _("Full refund")
    PARTLY_REFUNDED = "partly_refunded", _("Partial refund")
    RETURNED_AND_REFUNDED = "returned_and_refunded", _("Return and refund")
    REPLACED = "replaced", _("Replacement")
    NO_REFUND = "no_refund", _("No refund")
    FRAUD = "fraud", _("Fraud")


class ReachedBy(models.TextChoices):
    AGREEMENT = "agreement", _("agreement")
    SELLER_SILENCE = "seller_silence", _("the seller's silence")
    BUYER_SILENCE = "buyer_silence", _("the buyer's silence")
    DECISION = "decision", _("a mediator's decision")
    CHOICE = "choice", _("the buyer's choice")
    BANK = "bank", _("the buyer's bank")


class Remedy(models.TextChoices):
    """What can be agreed or decided. A buyer's claim asks for one of the first two (api.md section 6)."""

    REFUND = "refund", _("Refund")
    RETURN_AND_REFUND = "return_and_refund", _("Return and refund")
    REPLACEMENT = "replacement", _("Replacement")


CLAIMED = [(remedy.value, remedy.label) for remedy in (Remedy.REFUND, Remedy.RETURN_AND_REFUND)]


class Payer(models.TextChoices):
    BUYER = "buyer", _("the buyer")
    SELLER = "seller", _("the seller")
