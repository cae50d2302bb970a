"""The words of a dispute: its states, results and remedies, as the API names them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    AWAITING_SELLER = "awaiting_seller", _("Waiting for the seller")
    NEGOTIATION = "negotiation", _("In negotiation")
    MEDIATION = "mediation", _("With a mediator")
    AWAITING_APPROVAL = "awaiting_approval", _("Decision being checked")
    AWAITING_RETURN = "awaiting_return", _("Waiting for the return")
    RETURN_IN_TRANSIT = "return_in_transit", _("Return on its way")
    RESOLVED = "resolved", _("Resolved")
    CANCELLED = "cancelled", _("Cancelled")


class Result(models.TextChoices):
    REFUNDED = "refunded", _("Full refund")
    PARTLY_REFUNDED = "partly_refunded", _("Partial refund")
    RETURNED_AND_REFUNDED = "returned_and_refunded", _("Return and refund")
    NO_REFUND = "no_refund", _("No refund")


class ReachedBy(models.TextChoices):
    AGREEMENT = "agreement", _("agreement")
    SELLER_SILENCE = "seller_silence", _("the seller's silence")
    BUYER_SILENCE = "buyer_silence", _("the buyer's silence")
    DECISION = "decision", _("a mediator's decision")


class Remedy(models.TextChoices):
    REFUND = "refund", _("Refund")
    RETURN_AND_REFUND = "return_and_refund", _("Return and refund")


class Payer(models.TextChoices):
    BUYER = "buyer", _("the buyer")
    SELLER = "seller", _("the seller")
