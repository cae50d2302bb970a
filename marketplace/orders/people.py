"""The people, stores and listings that rows of the import name: found, or made where they are missing.

People and stores are joined by (integrator, reference) only. Somebody who has an account of their own here is never
joined by e-mail: nobody but they could agree to that. Where a *verified* account has the e-mail already, the person is
made without it, so that no letter about the order goes to an account that never agreed; the order is marked.
Who is made here has no password; with an e-mail they can set one by the usual mail. What is known of a person or a store
is never overwritten by a later row.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from marketplace.accounts.models import Store, StoreMember, User

from .models import Listing
from .rows import OrderRow, PersonRow, StoreRow


@dataclass
class Parties:
    """Primary keys of whom and what the rows name. `without_email`: references of people whose e-mail was left out."""

    people: dict[str, int] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    listings: dict[tuple[int, str], int] = field(default_factory=dict)
    without_email: set[str] = field(default_factory=set)


def parties_of(rows: Sequence[OrderRow], *, integrator_id: int) -> Parties:
    """Everybody and everything that the rows name, in a fixed number of queries.

    New rows go in by reference, each table in turn, and a row that somebody else adds at the same moment counts as
    found: so two imports of the same file neither collide nor wait for each other in a ring.
    """
    parties = Parties()
    stores = {row.store.reference: row.store for row in rows}
    parties.stores = _stores(stores, integrator_id)
    new_stores = {reference: store for reference, store in stores.items() if reference not in parties.stores}
    owners = {
        store.reference: _owner(store)
        for store in stores.values()
        if store.owner or store.reference in new_stores
    }
    people = {row.buyer.reference: row.buyer for row in rows}
    parties.people = _find_people(
        people.keys() | {owner.reference for owner in owners.values()}, integrator_id
    )
    for owner in owners.values():
        people.setdefault(owner.reference, owner)
    _make_people(
        [person for ref, person in people.items() if ref not in parties.people], integrator_id, parties
    )
    if new_stores:
        Store.objects.bulk_create(
            [_new_store(new_stores[ref], integrator_id) for ref in sorted(new_stores)], ignore_conflicts=True
        )
        parties.stores |= _stores(new_stores, integrator_id)
    _make_members(owners, parties)
    _listings(rows, parties)
    return parties


def _owner(store: StoreRow) -> PersonRow:
    """Who owns the store; where nobody is named, somebody with the store's own reference."""
    return store.owner or PersonRow(reference=store.reference, name=store.name[:150])


# -- people -------------------------------------------------------------------------------------------------------


def _find_people(references: Iterable[str], integrator_id: int) -> dict[str, int]:
    found = User.objects.filter(integrator_id=integrator_id, reference__in=list(references))
    return dict(found.values_list("reference", "pk"))


def _make_people(new: Sequence[PersonRow], integrator_id: int, parties: Parties) -> None:
    if not new:
        return
    emails = [person.email.lower() for person in new if person.email]
    taken = set(EmailAddress.objects.filter(email__in=emails, verified=True).values_list("email", flat=True))
    parties.without_email |= {person.reference for person in new if person.email.lower() in taken}
    new = sorted(new, key=lambda person: person.reference)
    User.objects.bulk_create(
        [_new_user(person, integrator_id, taken) for person in new], ignore_conflicts=True
    )
    parties.people |= _find_people([person.reference for person in new], integrator_id)


def _new_user(person: PersonRow, integrator_id: int, taken: set[str]) -> User:
    user = User(
        # as make_password(None) makes it, many times faster
        password=UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30),
        first_name=person.name,
        email="" if person.email.lower() in taken else person.email,
        language=person.language,
        country=person.country,
        city=person.city,
        integrator_id=integrator_id,
        reference=person.reference,
    )
    user.username = user.public_id
    return user


# -- stores and what they sell ------------------------------------------------------------------------------------


def _stores(references: Iterable[str], integrator_id: int) -> dict[str, Store]:
    found = Store.objects.filter(integrator_id=integrator_id, reference__in=list(references))
    return {store.reference: store for store in found}


def _new_store(store: StoreRow, integrator_id: int) -> Store:
    return Store(
        name=store.name,
        country=store.country,
        city=store.city,
        local_return_countries=list(store.local_return_countries),
        integrator_id=integrator_id,
        reference=store.reference,
    )


def _make_members(owners: dict[str, PersonRow], parties: Parties) -> None:
    pairs = sorted((parties.stores[ref].pk, parties.people[owner.reference]) for ref, owner in owners.items())
    StoreMember.objects.bulk_create(
        [StoreMember(store_id=store, user_id=user, is_owner=True) for store, user in pairs],
        ignore_conflicts=True,
    )


def _listings(rows: Sequence[OrderRow], parties: Parties) -> None:
    wanted = {
        (parties.stores[row.store.reference].pk, line.listing.reference): line.listing
        for row in rows
        for line in row.lines
    }
    parties.listings = _find_listings(wanted)
    new = sorted(wanted.keys() - parties.listings.keys())
    if new:
        Listing.objects.bulk_create(
            [
                Listing(
                    store_id=key[0],
                    reference=key[1],
                    title=wanted[key].title,
                    category=wanted[key].category,
                    warranty_months=wanted[key].warranty_months,
                )
                for key in new
            ],
            ignore_conflicts=True,
        )
        parties.listings |= _find_listings(new)


def _find_listings(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    keys = set(keys)
    found = Listing.objects.filter(
        store_id__in={store for store, _ref in keys}, reference__in={ref for _store, ref in keys}
    )
    rows = found.values_list("store_id", "reference", "pk")
    return {(store, reference): pk for store, reference, pk in rows if (store, reference) in keys}
