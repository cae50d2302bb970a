"""The demo's returns and replacements, on each leg of their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.accounts import addresses
from marketplace.accounts.addresses import AddressData
from marketplace.accounts.models import Store

from .making import ago

if TYPE_CHECKING:
    from .story import Story


def tell(story: Story) -> None:
    _addresses(story)

    def agreed(title: str, price: str) -> Dispute:
        dispute = story.dispute(
            title,
            price,
            opened=9,
            seller="tara",
            remedy="return_and_refund",
            reason="not_as_described.size",
        )
        with ago(7):
            return disputes.accept_claim(dispute.pk, by=story.by("tara"))

    agreed("Winter boots", "74.00")
    for title, price, arrived in (("Linen shirt", "35.00", False), ("Silk dress", "88.00", True)):
        dispute = agreed(title, price)
        with ago(5):
            disputes.ship_return(
                dispute.pk, carrier="World Post", tracking_number="RB55512BR", by=story.by("ana")
            )
        if arrived:
            with ago(1):
                disputes.record_return_tracking(dispute.pk, code="delivered", at=None, by=story.by("host"))
    nowhere = story.dispute("Desk fan", "41.00", opened=4, remedy="return_and_refund")
    with ago(2):
        disputes.accept_claim(nowhere.pk, by=story.by("sam"))  # this shop keeps no address
    for title, price, sent in (("Running shoes", "66.00", False), ("Leather belt", "32.00", True)):
        _replacement(story, title, price, sent=sent)


def _replacement(story: Story, title: str, price: str, *, sent: bool) -> None:
    """Both agreed on the same item once more; sent and delivered, or still to be sent."""
    dispute = story.dispute(title, price, opened=8, seller="tara", reason="not_as_described.size")
    with ago(6):
        disputes.make_offer(
            dispute.pk, remedy="replacement", note="We send you the right size.", by=story.by("tara")
        )
        offer = dispute.offers.get().public_id
        disputes.accept_offer(dispute.pk, offer=offer, by=story.by("ana"))
    if sent:
        with ago(4):
            disputes.ship_replacement(
                dispute.pk, carrier="World Post", tracking_number="RP90017PT", by=story.by("tara")
            )
        with ago(1):
            disputes.record_replacement_tracking(dispute.pk, code="delivered", at=None, by=story.by("host"))


def _addresses(story: Story) -> None:
    """Fine Threads has a warehouse in the buyer's country, and its own address for everybody else."""
    store = story.people["tara"].stores.get()
    Store.objects.filter(pk=store.pk).update(local_return_countries=["BR"])
    for address in (
        AddressData(
            "PT", "Fine Threads, returns\nRua das Flores 20\n4050-262 Porto", "Porto", is_default=True
        ),
        AddressData("BR", "Fine Threads, warehouse 7\nRua da Aurora 12\n50050-000 Recife", "Recife"),
    ):
        addresses.save(store, address, by=story.by("tara"))
