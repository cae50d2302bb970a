"""Finding what a sanction is against by its public id."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.accounts.models import Store, User
from marketplace.core.errors import Invalid
from marketplace.orders.models import Listing

from .services import Target


def find_target(name: str) -> Target:
    """The listing, store or person of this public id; a person also by user name. Raises Invalid."""
    name = name.strip()
    listing = Listing.objects.select_related("store").filter(public_id=name).first()
    found: Target | None = (
        listing
        or Store.objects.filter(public_id=name).first()
        or User.objects.filter(public_id=name).first()
        or User.objects.filter(username=name).first()
    )
    if found is None:
        raise Invalid.field("target", "unknown", _("There is nothing with this number or name."))
    return found
