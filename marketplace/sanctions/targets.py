"""Finding what a sanction is against by its public id, and the restrictions that a person reads."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.accounts.models import Restriction, Store, User
from marketplace.core.access import Actor
from marketplace.core.errors import Invalid, NotFound
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


def find_restriction(public_id: str, by: Actor) -> Restriction:
    """One's own; for staff everybody's. Raises NotFound, the same for what is not there and what is not yours."""
    rows = Restriction.objects.select_related("user")
    if not by.is_staff:
        rows = rows.filter(user_id=by.user_id) if by.user_id else rows.none()
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This does not exist."))
    return found
