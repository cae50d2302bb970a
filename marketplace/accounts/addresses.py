"""The addresses to which a store's buyers send goods back (T-01): its members keep them, nobody else sees them here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import FieldError, Forbidden, Invalid, NotFound

from .models import Store, StoreAddress

LONGEST = 500
SHORTEST = 10
LONGEST_CITY = 120
MOST = 60


@dataclass(frozen=True)
class AddressData:
    """One address, as it was sent. `country`: two letters; `lines`: as it stands on a parcel."""

    country: str
    lines: str
    city: str = ""
    is_default: bool = False


def stores_of(by: Actor) -> QuerySet[Store]:
    """The stores that this person acts for."""
    return Store.objects.filter(pk__in=by.store_ids).order_by("name", "pk")


def own_store(public_id: str, by: Actor) -> Store:
    """One of them. Raises NotFound for every other."""
    found = stores_of(by).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This does not exist."))
    return found


def checked(data: AddressData, at: str = "") -> AddressData:
    """The address, tidied. Raises Invalid with every field that does not fit; `at` goes before their names."""
    country, lines = (
        data.country.strip().upper(),
        "\n".join(filter(None, map(str.strip, data.lines.splitlines()))),
    )
    errors = []
    if not re.fullmatch("[A-Z]{2}", country):
        words = _("Use a country code of two letters, like BR.")
        errors.append(FieldError(f"{at}country", "unknown_country", words))
    if not SHORTEST <= len(lines) <= LONGEST:
        words = _("Write the address in %(low)s to %(high)s characters.") % {"low": SHORTEST, "high": LONGEST}
        errors.append(FieldError(f"{at}lines", "length", words))
    if len(data.city.strip()) > LONGEST_CITY:
        words = _("Use up to %(n)s characters.") % {"n": LONGEST_CITY}
        errors.append(FieldError(f"{at}city", "too_long", words))
    if errors:
        raise Invalid(errors=errors)
    return replace(data, country=country, lines=lines, city=data.city.strip())


def save(store: Store, data: AddressData, *, by: Actor) -> StoreAddress:
    """Add the address for a country, or put it in the place of the one there is. The first one is the default."""
    _allow(store, by)
    data = checked(data)
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        others = store.addresses.exclude(country=data.country)
        is_default = data.is_default or not others.filter(is_default=True).exists()
        if is_default:
            others.update(is_default=False)
        if others.count() >= MOST:
            raise Invalid.field("country", "too_many", _("A shop has up to %(n)s addresses.") % {"n": MOST})
        row, _is_new = store.addresses.update_or_create(
            country=data.country,
            defaults={"city": data.city, "lines": data.lines, "is_default": is_default},
        )
    return row


def put(store: Store, rows: Sequence[AddressData], *, by: Actor) -> None:
    """These are the store's addresses now, and no others. Raises Forbidden, Invalid."""
    _allow(store, by)
    if len(rows) > MOST:
        raise Invalid.field("addresses", "too_many", _("A shop has up to %(n)s addresses.") % {"n": MOST})
    tidy = [checked(row, at=f"addresses.{n}.") for n, row in enumerate(rows)]
    if len({row.country for row in tidy}) < len(tidy):
        raise Invalid.field("addresses", "twice", _("Give one address for each country."))
    if sum(row.is_default for row in tidy) > 1:
        raise Invalid.field("addresses", "two_defaults", _("Choose one address for all other countries."))
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        store.addresses.all().delete()
        StoreAddress.objects.bulk_create(
            StoreAddress(
                store=store, country=row.country, city=row.city, lines=row.lines, is_default=row.is_default
            )
            for row in tidy
        )


def remove(store: Store, public_id: str, *, by: Actor) -> None:
    """Take one away; returns that have begun keep the address that they were given. Raises Forbidden, NotFound."""
    _allow(store, by)
    removed, _rows = store.addresses.filter(public_id=public_id).delete()
    if not removed:
        raise NotFound(_("There is no such address."))


def keep(store: Store, data: AddressData) -> None:
    """An address that a seller gave for one return serves for the next one, where the store had none for that country."""
    is_first = not store.addresses.filter(is_default=True).exists()
    store.addresses.get_or_create(
        country=data.country, defaults={"city": data.city, "lines": data.lines, "is_default": is_first}
    )


def _allow(store: Store, by: Actor) -> None:
    if store.pk not in by.store_ids:
        raise Forbidden(_("Only people of this shop keep its addresses."))
