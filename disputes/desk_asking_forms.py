"""The desk's forms for asking: the two sides for files, and the buyer for a choice (M-03, M-05)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError, Invalid
from marketplace.core.forms import LocalMoment, in_this_zone
from marketplace.core.money import Money

from .desk_forms import PAYERS, StatementForm
from .models import Dispute, EvidenceRequest, Payer, Remedy
from .services.proposals import LAST_OFFER, last_offer

REMEDIES = [*((each.value, each.label) for each in Remedy), ("", _("Nothing"))]
OFFER, OTHER, NONE = "offer", "other", "none"


class RequestForm(forms.Form):
    """What is wanted, from whom, until when."""

    sides = forms.MultipleChoiceField(
        label=_("From whom"), widget=forms.CheckboxSelectMultiple, choices=EvidenceRequest.Side.choices
    )
    usual = forms.MultipleChoiceField(
        label=_("What usually helps"), widget=forms.CheckboxSelectMultiple, required=False
    )
    items = forms.CharField(
        label=_("What else you need, one thing a line"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4000,
    )
    due_at = LocalMoment(label=_("Until"), required=False, help_text="")

    def __init__(self, *args: Any, dispute: Dispute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual: Any = self.fields["usual"]
        usual.choices = [(str(each), each) for each in dispute.reason.guide]
        days = dispute.policy.evidence_request_days
        usual_time = _t("Leave it empty: %(days)s days from now.") % {"days": days}
        self.fields["due_at"].help_text = in_this_zone(usual_time)

    def values(self) -> dict[str, Any]:
        """The arguments of `services.require_evidence`."""
        data = self.cleaned_data
        lines = [line for line in data["items"].splitlines() if line.strip()]
        return {"sides": data["sides"], "items": [*data["usual"], *lines], "due_at": data["due_at"]}

    def refuse(self, error: DomainError) -> None:
        """Put what the service refused beside its field."""
        faults = error.errors if isinstance(error, Invalid) else ()
        for fault in faults:
            name = "sides" if fault.field == "from" else fault.field
            self.add_error(name if name in self.fields else None, fault.message)
        if not faults:
            self.add_error(None, error.detail)


class ProposalForm(StatementForm):
    """The platform's result with its statement of reasons, and the seller's beside it."""

    remedy = forms.ChoiceField(
        label=_("What the buyer gets"), widget=forms.RadioSelect, choices=REMEDIES, required=False
    )
    amount = forms.CharField(label=_("Amount for the buyer"), required=False, max_length=30)
    return_shipping_paid_by = forms.ChoiceField(
        label=_("Who pays the return postage"), widget=forms.RadioSelect, choices=PAYERS, required=False
    )
    beside = forms.ChoiceField(
        label=_("The seller's result"),
        widget=forms.RadioSelect,
        choices=[
            (OFFER, _("The seller's last offer")),
            (OTHER, _("What I write here")),
            (NONE, _("None: only ours")),
        ],
    )
    seller_remedy = forms.ChoiceField(
        label=_("What the seller gives"), widget=forms.RadioSelect, choices=REMEDIES, required=False
    )
    seller_amount = forms.CharField(label=_("Amount from the seller"), required=False, max_length=30)
    seller_return_shipping_paid_by = forms.ChoiceField(
        label=_("Who pays the return postage then"), widget=forms.RadioSelect, choices=PAYERS, required=False
    )

    def first_values(self) -> dict[str, Any]:
        dispute = self.dispute
        self.offer = last_offer(dispute)
        beside: Any = self.fields["beside"]
        if self.offer is None:
            beside.choices = [choice for choice in beside.choices if choice[0] != OFFER]
        else:
            words = {"remedy": self.offer.get_remedy_display(), "sum": dispute.money(self.offer.amount).text}
            beside.help_text = _t("The last offer: %(remedy)s, %(sum)s.") % words
        claim = dispute.claim
        returns = claim.remedy == Remedy.RETURN_AND_REFUND
        return {
            "remedy": claim.remedy,
            "amount": dispute.money(min(claim.amount, dispute.held)).text,
            "return_shipping_paid_by": Payer.SELLER if returns else "",
            "beside": OFFER if self.offer else OTHER,
            "seller_remedy": Remedy.REFUND,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["money"] = self.sum_of("amount") if data.get("remedy") else None
        other = data.get("beside") == OTHER and data.get("seller_remedy")
        data["seller_money"] = self.sum_of("seller_amount") if other else None
        return data

    def values(self) -> dict[str, Any]:
        """The arguments of `services.propose`."""
        data = self.cleaned_data
        ours = _terms(data["remedy"], data["money"], data["return_shipping_paid_by"])
        theirs = _terms(data["seller_remedy"], data["seller_money"], data["seller_return_shipping_paid_by"])
        seller: Any = {OFFER: LAST_OFFER, NONE: None}.get(data["beside"], theirs)
        return {"platform": {**ours, **self.statement()}, "seller": seller}

    def field_of(self, field: str) -> str:
        if field == "seller":
            return "beside"
        name = field.removeprefix("platform.")
        return name.replace("seller.", "seller_")


def _terms(remedy: str, amount: Money | None, payer: str) -> dict[str, Any]:
    """A postage is nobody's where nothing goes back, whatever stands in the box."""
    goes_back = remedy in (Remedy.RETURN_AND_REFUND, Remedy.REPLACEMENT)
    return {"remedy": remedy, "amount": amount, "return_shipping_paid_by": payer if goes_back else ""}
