"""What a person types or chooses while the two sides talk: offers, the edited claim, a store's own rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Store
from marketplace.core.forms import read_sum
from marketplace.core.money import Money, currencies, format_money, percent
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import FilesField
from marketplace.orders.models import OrderLine

from .forms import ItemsForm, limit_files
from .models import CLAIMED, Dispute, Payer, Remedy
from .reasons import CHOICES, GROUPS, REASONS
from .services.notes import LONGEST_NOTE
from .wording import SELLER, item_words

#: parts of the claim that one tap offers
PARTS = (50, 70)
OWN, BACK = "own", "back"


class OfferForm(forms.Form):
    """What this side offers: one of the usual things, or something of its own."""

    offer = forms.ChoiceField(label=_("What do you offer?"), widget=forms.RadioSelect)
    amount = forms.CharField(
        label=_("Money back to the buyer"),
        max_length=30,
        required=False,
        help_text=_("Only for “something else”."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    remedy = forms.ChoiceField(
        label=_("What happens with the item?"), widget=forms.RadioSelect, required=False
    )
    return_shipping_paid_by = forms.ChoiceField(
        label=_("Who pays for sending it back?"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("", _("Nothing is sent back")), *Payer.choices],
    )
    postage_cap = forms.CharField(
        label=_("Postage that you pay back at most"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    note = forms.CharField(
        label=_("Say more"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("Write in any language."),
    )

    def __init__(self, *args: Any, dispute: Dispute, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispute, self.side = dispute, side
        self.offered = self._usual()
        choice: Any = self.fields["offer"]
        choice.choices = [
            *((key, words) for key, (words, _terms) in self.offered.items()),
            (OWN, _("Something else")),
        ]
        remedy: Any = self.fields["remedy"]
        received = dispute.claim.received
        remedy.choices = [
            (value, item_words(value, "", side, received=received))
            for value in Remedy.values
            if received or value == Remedy.REFUND
        ]
        self.initial.setdefault("remedy", Remedy.REFUND)
        if not received:
            del self.fields["return_shipping_paid_by"]
        if not received or side != SELLER:
            del self.fields["postage_cap"]

    def _usual(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Key → words and terms of what one tap offers."""
        dispute, found = self.dispute, {}
        asked = dispute.claim.amount
        for part in PARTS:
            amount = dispute.money(max(1, percent(asked, part)))
            words = _t("%(sum)s back, and nothing is sent back") % {"sum": format_money(amount)}
            found[str(part)] = (words, {"remedy": Remedy.REFUND, "amount": amount})
        if dispute.claim.received and dispute.claim.remedy == Remedy.REFUND:
            amount = dispute.money(asked)
            words = (
                _t("%(sum)s once the item is back. I pay the postage")
                if self.side == SELLER
                else _t("%(sum)s once the item is back. The seller pays the postage")
            )
            terms = {
                "remedy": Remedy.RETURN_AND_REFUND,
                "amount": amount,
                "return_shipping_paid_by": Payer.SELLER,
            }
            found[BACK] = (words % {"sum": format_money(amount)}, terms)
        return found

    def clean_amount(self) -> Money | None:
        text = self.cleaned_data["amount"].strip()
        return read_sum(text, self.dispute.currency) if text else None

    def clean_postage_cap(self) -> Money | None:
        text = self.cleaned_data["postage_cap"].strip()
        return read_sum(text, self.dispute.currency) if text else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("offer") == OWN and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _t("Say how much money goes back to the buyer."))
        return data

    def terms(self) -> dict[str, Any]:
        """The terms as the service takes them."""
        data = self.cleaned_data
        if data["offer"] != OWN:
            return self.offered[data["offer"]][1] | {"note": data["note"]}
        names = ("amount", "remedy", "return_shipping_paid_by", "postage_cap", "note")
        chosen = {name: data[name] for name in names if name in data}
        if chosen["remedy"] == Remedy.REFUND:
            chosen["return_shipping_paid_by"] = ""
        return chosen


class DenyForm(forms.Form):
    """Why not."""

    note = forms.CharField(
        label=_("Why do you not accept it?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_NOTE,
        help_text=_("The other side reads this."),
    )


class EditForm(ItemsForm):
    """The claim as it shall be from now on, filled in with what it is."""

    received = forms.ChoiceField(
        label=_("Did it come?"), widget=forms.RadioSelect, choices=[("yes", _("Yes")), ("no", _("No"))]
    )
    reason = forms.ChoiceField(label=_("What is wrong?"))
    remedy = forms.ChoiceField(label=_("What do you want?"), widget=forms.RadioSelect, choices=CLAIMED)
    amount = forms.CharField(
        label=_("How much money?"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Leave it empty for all that you can get."),
    )
    description = forms.CharField(
        label=_("What happened?"), widget=forms.Textarea, help_text=_("Write in any language.")
    )

    files = FilesField(label=_("Add photos or videos"))  # type: ignore[assignment]  # the stubs mean the data

    def __init__(
        self, *args: Any, dispute: Dispute, lines: Sequence[OrderLine], limits: Limits, **kwargs: Any
    ) -> None:
        claim, policy = dispute.claim, dispute.policy
        chosen = {line["line"]: line["quantity"] for line in claim.lines}
        super().__init__(*args, lines=lines, chosen=chosen, **kwargs)
        self.currency = dispute.currency
        limit_files(self.fields["files"], limits)
        reason: Any = self.fields["reason"]
        reason.choices = [
            (label, [choice for choice in CHOICES if REASONS[choice[0]].group == group])
            for group, label in GROUPS.items()
        ]
        self.fields["description"].validators += [
            MinLengthValidator(policy.description_min),
            MaxLengthValidator(policy.description_max),
        ]
        self.initial = dict(self.initial) | {
            "received": "yes" if claim.received else "no",
            "reason": claim.reason,
            "remedy": claim.remedy,
            "amount": str(dispute.money(claim.amount).decimal) if claim.amount != claim.ceiling else "",
            "description": claim.description,
        }
        self.order_fields(["received", "reason", "lines"])

    def clean_amount(self) -> Money | None:
        text = self.cleaned_data["amount"].strip()
        return read_sum(text, self.currency) if text else None


class ConditionForm(forms.Form):
    """What the buyer waits for."""

    condition = forms.ChoiceField(
        label=_("What do you wait for?"), widget=forms.RadioSelect, choices=Dispute.Condition.choices
    )


class RuleForm(forms.Form):
    """When a store accepts by itself."""

    store = forms.ModelChoiceField(
        label=_("Shop"), queryset=Store.objects.none(), empty_label=None, to_field_name="public_id"
    )
    reason = forms.ChoiceField(label=_("For which problem?"), required=False)
    up_to = forms.CharField(
        label=_("Up to which sum?"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Claims for more wait for you."),
    )
    currency = forms.CharField(
        label=_("Currency"), max_length=3, initial="USD", help_text=_("For example USD.")
    )
    most_disputes = forms.IntegerField(
        label=_("Only for buyers with at most so many other disputes in 90 days"),
        min_value=0,
        max_value=10_000,
        required=False,
        help_text=_("Leave it empty for every buyer."),
    )

    def __init__(self, *args: Any, stores: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        store: Any = self.fields["store"]
        store.queryset = stores
        store.initial = stores.first()
        if stores.count() == 1:
            store.widget = forms.HiddenInput()
        reason: Any = self.fields["reason"]
        reason.choices = [
            ("", _("Any problem")),
            (_("A group"), list(GROUPS.items())),
            (_("One problem"), CHOICES),
        ]

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if currency not in currencies():
            raise forms.ValidationError(
                _("We do not know this currency. Use a code of three letters, like USD.")
            )
        return currency

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("up_to") and data.get("currency"):
            try:
                data["up_to"] = read_sum(data["up_to"], data["currency"])
            except forms.ValidationError as error:
                self.add_error("up_to", error)
        return data
