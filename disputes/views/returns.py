"""One page for each verb of a party while goods travel: back to the seller, and the replacement to the buyer (section 5)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import services
from ..forms import ReturnForm
from ..return_forms import AddressForm, ContestReplacementForm, ContestReturnForm, PostageForm
from .acts import DisputeVerb, WithFiles


class GiveAddress(DisputeVerb):
    """The seller says where the goods go (T-01)."""

    verb, form_class, template_name = "give_return_address", AddressForm, "disputes/return_address.html"
    title, button = gettext_lazy("Where does the item go?"), gettext_lazy("Save the address")
    done = gettext_lazy("We told the buyer where to send it.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        home = self.case.order.country
        local = home if home in self.case.store.local_return_countries else ""
        return super().get_context_data(**kwargs) | {"only_in": local}

    def act(self, data: dict[str, Any]) -> None:
        services.give_return_address(self.case.pk, by=self.actor, **data)


class ShipReturn(DisputeVerb):
    """The buyer sent it back and says under which number (T-01)."""

    verb, form_class, template_name = "ship_return", ReturnForm, "disputes/ship_return.html"
    title, button = gettext_lazy("I sent it back"), gettext_lazy("Save the number")
    done = gettext_lazy("We told the seller that the item is on its way.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"returned": self.case.return_shipment}

    def act(self, data: dict[str, Any]) -> None:
        services.ship_return(self.case.pk, by=self.actor, **data)


class Postage(WithFiles):
    """The buyer shows what the postage cost, where the seller pays it (T-04)."""

    verb, form_class, template_name = "submit_postage_receipt", PostageForm, "disputes/postage.html"
    title, button = gettext_lazy("What did the postage cost?"), gettext_lazy("Send the receipt")
    done = gettext_lazy("Your receipt is saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.case.currency}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        at_most = self.case.money(self.case.return_shipment.postage_cap)
        return super().get_context_data(**kwargs) | {"at_most": at_most}

    def form_valid(self, form: Any) -> Any:
        """One receipt, on one photo."""
        if len(form.cleaned_data["files"]) != 1:
            form.add_error("files", _("Choose one photo."))
            return self.form_invalid(form)
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> None:
        (receipt,) = self.taken
        services.submit_postage_receipt(self.case.pk, evidence=receipt, amount=data["amount"], by=self.actor)


class AcknowledgeReturn(DisputeVerb):
    """The seller has it back as it should be: the refund goes out, or the replacement is awaited (T-03)."""

    verb, template_name = "acknowledge_return", "disputes/acknowledge.html"
    title = gettext_lazy("The item came back as it should")
    done = gettext_lazy("We told the buyer.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        to_buyer = self.case.money(self.case.settled_amount or 0)
        replaced = self.case.settled_remedy == "replacement"
        return super().get_context_data(**kwargs) | {"to_buyer": to_buyer, "replaced": replaced}

    def act(self, data: dict[str, Any]) -> None:
        services.acknowledge_return(self.case.pk, by=self.actor)


class ContestReturn(WithFiles):
    """The seller says what is wrong with what came back; a mediator decides (T-02)."""

    verb, form_class, template_name = "contest_return", ContestReturnForm, "disputes/contest.html"
    title, button = gettext_lazy("Something is wrong with the return"), gettext_lazy("Ask a mediator")
    done = gettext_lazy("A mediator looks at this now.")

    def act(self, data: dict[str, Any]) -> None:
        services.contest_return(self.case.pk, by=self.actor, evidence=self.taken, **data)


class ShipReplacement(DisputeVerb):
    """The seller sent an identical product and says under which number (T-03)."""

    verb, form_class = "ship_replacement", ReturnForm
    title, button = gettext_lazy("I sent the replacement"), gettext_lazy("Save the number")
    done = gettext_lazy("We told the buyer that it is on its way.")

    def act(self, data: dict[str, Any]) -> None:
        services.ship_replacement(self.case.pk, by=self.actor, **data)


class AcknowledgeReplacement(DisputeVerb):
    """The buyer has it, and it is right: the seller is paid. For good."""

    verb, template_name = "acknowledge_replacement", "disputes/acknowledge_replacement.html"
    title = gettext_lazy("The replacement is right")
    done = gettext_lazy("The dispute has ended.")

    def act(self, data: dict[str, Any]) -> None:
        services.acknowledge_replacement(self.case.pk, by=self.actor)


class ContestReplacement(WithFiles):
    """The buyer says what is wrong with the replacement; a mediator decides."""

    verb, form_class, template_name = "contest_replacement", ContestReplacementForm, "disputes/contest.html"
    title, button = gettext_lazy("Something is wrong with the replacement"), gettext_lazy("Ask a mediator")
    done = gettext_lazy("A mediator looks at this now.")

    def act(self, data: dict[str, Any]) -> None:
        services.contest_replacement(self.case.pk, by=self.actor, evidence=self.taken, **data)
