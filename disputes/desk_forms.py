"""The forms of the mediators' desk: they turn what was typed into plain values; the service judges them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError, Invalid
from marketplace.core.money import AmountError, Money

from .models import Dispute, Payer, Result
from .reasons import REASONS
from .services.statements import LONGEST_FACTS
from .statement import AFTER_RETURN, OWN_REASONS

GROUPS: dict[str, Any] = {
    "not_received": _("Not received"),
    "not_as_described": _("Not as described"),
    "quality": _("Quality"),
    "damaged": _("Broken on the way"),
    "incomplete": _("Something is missing"),
    "wrong_product": _("Another item"),
    "counterfeit": _("Fake"),
    "shipping": _("Delivery"),
    "condition": _("Used"),
    "payment": _("Payment"),
    "no_fault": _("Nobody's fault"),
}
#: outcomes whose sum the mediator sets
WITH_AMOUNT = (Result.PARTLY_REFUNDED, Result.RETURNED_AND_REFUNDED)
ORDER = (Result.REFUNDED, Result.PARTLY_REFUNDED, Result.RETURNED_AND_REFUNDED, Result.NO_REFUND)


def reason_choices() -> list[Any]:
    """The reason tree, grouped, with the mediator's own reasons at the end."""
    groups: dict[Any, list[tuple[str, Any]]] = {}
    for reason in REASONS.values():
        groups.setdefault(GROUPS[reason.group], []).append((reason.code, reason.label))
    return [*groups.items(), (_("Evidence"), list(OWN_REASONS.items()))]


class DecisionForm(forms.Form):
    """The composer: result, sum, postage, reason, files, facts, note."""

    outcome = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect, choices=[(each.value, each.label) for each in ORDER]
    )
    amount = forms.CharField(label=_("Amount for the buyer"), required=False, max_length=30)
    return_shipping_paid_by = forms.ChoiceField(
        label=_("Who pays the return postage"),
        widget=forms.RadioSelect,
        choices=[(Payer.SELLER.value, _("The seller")), (Payer.BUYER.value, _("The buyer"))],
        initial=Payer.SELLER,
        required=False,
        help_text=_("Only for “return and refund”."),
    )
    reason_code = forms.ChoiceField(label=_("Reason"), choices=reason_choices)
    facts = forms.CharField(
        label=_("Why (both sides read this)"),
        widget=forms.Textarea(attrs={"rows": 7}),
        max_length=LONGEST_FACTS,
        help_text=_("Say what you found. Short sentences."),
    )
    note_to_parties = forms.CharField(
        label=_("Note to both sides"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, dispute: Dispute, exhibits: Iterable[Any], facts: str = "", **kwargs: Any
    ) -> None:
        self.dispute, self.exhibits = dispute, list(exhibits)
        super().__init__(*args, **kwargs)
        most = dispute.money(dispute.held)
        self.fields["amount"].help_text = _t("At most %(most)s. Only for a partial refund, or a return.") % {
            "most": most.text
        }
        claim = dispute.claim
        self.initial = {
            "amount": dispute.money(min(claim.amount, dispute.held)).text,
            "reason_code": claim.reason,
            "return_shipping_paid_by": Payer.SELLER if dispute.reason.fault != "nobody" else Payer.BUYER,
            "facts": facts,
            "version": dispute.version,
            **self.initial,
        }
        for row in self.exhibits:
            self._add_exhibit(row)

    def _add_exhibit(self, row: Any) -> None:
        name, file = row.evidence.public_id, row.evidence.name
        self.fields[f"seen_{name}"] = forms.BooleanField(
            label=_t("I considered %(file)s") % {"file": file}, required=False, initial=True
        )
        self.fields[f"why_{name}"] = forms.CharField(
            label=_t("What it shows, or why you leave it out"), required=False, max_length=500
        )

    @property
    def file_fields(self) -> list[tuple[Any, Any]]:
        """(tick, why) of each file, for the template."""
        ids = [row.evidence.public_id for row in self.exhibits]
        return [(self[f"seen_{each}"], self[f"why_{each}"]) for each in ids]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in self.exhibits:
            name = row.evidence.public_id
            if not data.get(f"seen_{name}") and not data.get(f"why_{name}", "").strip():
                self.add_error(f"why_{name}", _t("Say why you leave this file out."))
        data["money"] = self._money(data)
        return data

    def _money(self, data: dict[str, Any]) -> Money | None:
        """The sum, where the result leaves it to the mediator; None: the result says it."""
        if data.get("outcome") not in WITH_AMOUNT:
            return None
        try:
            return Money.parse(data.get("amount", "").strip(), self.dispute.currency)
        except AmountError as error:
            self.add_error("amount", error.detail)
            return None

    @property
    def cited(self) -> list[dict[str, Any]]:
        """`evidence_cited` as the service and the API take it."""
        data = self.cleaned_data
        ids = [row.evidence.public_id for row in self.exhibits]
        return [
            {"evidence": each, "considered": data[f"seen_{each}"], "why": data[f"why_{each}"].strip()}
            for each in ids
        ]

    def values(self) -> dict[str, Any]:
        """The arguments of `services.adjudicate`."""
        data = self.cleaned_data
        returns = data["outcome"] == AFTER_RETURN
        return {
            "outcome": data["outcome"],
            "amount": data["money"],
            "return_shipping_paid_by": data["return_shipping_paid_by"] if returns else "",
            "reason_code": data["reason_code"],
            "facts": data["facts"],
            "evidence_cited": self.cited,
            "note_to_parties": data["note_to_parties"],
        }

    def typed(self) -> Sequence[tuple[str, str]]:
        """What was typed, to go on to the next page and back again."""
        names = [self.add_prefix(name) for name in self.fields]
        return [(name, self.data[name]) for name in names if self.data.get(name)]

    def refuse(self, error: DomainError) -> None:
        """Put what the service refused beside its field."""
        faults = error.errors if isinstance(error, Invalid) else ()
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)
        if not faults:
            self.add_error(None, error.detail)
