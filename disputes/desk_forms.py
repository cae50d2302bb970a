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
from .services.deciding import WITH_GOODS
from .services.statements import LONGEST_FACTS, LONGEST_WHY
from .statement import OWN_REASONS

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
WITH_AMOUNT = (Result.PARTLY_REFUNDED, *WITH_GOODS)
ORDER = (
    Result.REFUNDED,
    Result.PARTLY_REFUNDED,
    Result.RETURNED_AND_REFUNDED,
    Result.REPLACED,
    Result.NO_REFUND,
    Result.FRAUD,
)
PAYERS = [
    (Payer.SELLER.value, _("The seller")),
    (Payer.BUYER.value, _("The buyer")),
    ("", _("Nobody: nothing goes back")),
]


def reason_choices() -> list[Any]:
    """The reason tree, grouped, with the mediator's own reasons at the end."""
    groups: dict[Any, list[tuple[str, Any]]] = {}
    for reason in REASONS.values():
        groups.setdefault(GROUPS[reason.group], []).append((reason.code, reason.label))
    return [*groups.items(), (_("Found by you"), list(OWN_REASONS.items()))]


class StatementForm(forms.Form):
    """What every decision and proposal has to say: reason, files, facts, note (M-07, E-06)."""

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
    why_different = forms.CharField(
        label=_("Why this case is different"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_WHY,
        required=False,
        help_text=_("Most similar cases ended in another way. Staff alone read this."),
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, dispute: Dispute, exhibits: Iterable[Any], facts: str = "", **kwargs: Any
    ) -> None:
        self.dispute, self.exhibits = dispute, list(exhibits)
        super().__init__(*args, **kwargs)
        self.initial = {
            "reason_code": dispute.claim.reason,
            "facts": facts,
            "version": dispute.version,
            **self.first_values(),
            **self.initial,
        }
        for row in self.exhibits:
            self._add_exhibit(row)

    def first_values(self) -> dict[str, Any]:
        """What the fields of a form say before anybody typed."""
        return {}

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

    @property
    def asks_why(self) -> bool:
        """Is the box for “why different” drawn: was it asked for, or filled in?"""
        return bool(self["why_different"].errors or self["why_different"].value())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in self.exhibits:
            name = row.evidence.public_id
            if not data.get(f"seen_{name}") and not data.get(f"why_{name}", "").strip():
                self.add_error(f"why_{name}", _t("Say why you leave this file out."))
        return data

    def sum_of(self, name: str) -> Money | None:
        """The sum in that field, in the case's currency; an error where it is none."""
        try:
            return Money.parse(self.cleaned_data.get(name, "").strip(), self.dispute.currency)
        except AmountError as error:
            self.add_error(name, error.detail)
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

    def statement(self) -> dict[str, Any]:
        """The statement's part of the service's arguments."""
        data = self.cleaned_data
        names = ("reason_code", "facts", "note_to_parties", "why_different")
        return {name: data[name] for name in names} | {"evidence_cited": self.cited}

    def typed(self) -> Sequence[tuple[str, str]]:
        """What was typed, to go on to the next page and back again."""
        names = [self.add_prefix(name) for name in self.fields]
        return [(name, self.data[name]) for name in names if self.data.get(name)]

    def refuse(self, error: DomainError) -> None:
        """Put what the service refused beside its field."""
        faults = error.errors if isinstance(error, Invalid) else ()
        for fault in faults:
            name = self.field_of(fault.field)
            self.add_error(name if name in self.fields else None, fault.message)
        if not faults:
            self.add_error(None, error.detail)

    def field_of(self, field: str) -> str:
        """The form's field for a field of the service."""
        return field


class DecisionForm(StatementForm):
    """The composer: result, sum, postage, and the statement of reasons."""

    outcome = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect, choices=[(each.value, each.label) for each in ORDER]
    )
    amount = forms.CharField(label=_("Amount for the buyer"), required=False, max_length=30)
    return_shipping_paid_by = forms.ChoiceField(
        label=_("Who pays the return postage"),
        widget=forms.RadioSelect,
        choices=PAYERS,
        initial=Payer.SELLER,
        required=False,
        help_text=_("Only for a return, or for a replacement after a return."),
    )
    field_order = ("outcome", "amount", "return_shipping_paid_by", "reason_code", "facts", "note_to_parties")

    def first_values(self) -> dict[str, Any]:
        dispute = self.dispute
        most = dispute.money(dispute.held).text
        self.fields["amount"].help_text = _t(
            "At most %(most)s. Only for a partial refund, a return or a replacement."
        ) % {"most": most}
        return {
            "amount": dispute.money(min(dispute.claim.amount, dispute.held)).text,
            "return_shipping_paid_by": Payer.SELLER if dispute.reason.fault != "nobody" else Payer.BUYER,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["money"] = self.sum_of("amount") if data.get("outcome") in WITH_AMOUNT else None
        return data

    def values(self) -> dict[str, Any]:
        """The arguments of `services.adjudicate`."""
        data = self.cleaned_data
        payer = data["return_shipping_paid_by"] if data["outcome"] in WITH_GOODS else ""
        return self.statement() | {
            "outcome": data["outcome"],
            "amount": data["money"],
            "return_shipping_paid_by": payer,
        }
