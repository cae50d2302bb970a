"""Who lives in the demo world, and how they sign in."""

from __future__ import annotations

import time
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group

from marketplace.accounts.models import Store, StoreMember, User

PASSWORD = "redress-demo-1"  # noqa: S105  (of a world that is only there to be looked at)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  (the same)


@dataclass(frozen=True)
class Person:
    """One inhabitant: `role` is what the table of logins says."""

    name: str
    full_name: str
    role: str
    groups: tuple[str, ...] = ()
    is_admin: bool = False

    @property
    def is_staff(self) -> bool:
        return bool(self.groups and "integrator" not in self.groups) or self.is_admin


CAST = (
    Person("ana", "Ana Silva", "buyer"),
    Person("boris", "Boris Ivanov", "buyer who may not open disputes now"),
    Person("eva", "Eva Costa", "buyer with a flag"),
    Person("sam", "Sam Chen", "seller, GadgetHome"),
    Person("tara", "Tara Lopes", "seller, Fine Threads"),
    Person("mia", "Mia Weber", "mediator", ("mediator",)),
    Person("leo", "Leo Braun", "lead mediator", ("mediator", "lead_mediator")),
    Person("olga", "Olga Petrova", "moderator", ("moderator",)),
    Person("host", "Host marketplace", "integrator (API only)", ("integrator",)),
    Person("admin", "Admin", "everything in the admin", (), True),
)


def settle_in() -> dict[str, User]:
    """Make everybody who is missing; each by name. Buyers and sellers are known to the host marketplace by reference."""
    people = {person.name: _person(person) for person in CAST}
    for person in CAST:
        if not person.is_staff and "integrator" not in person.groups:
            user = people[person.name]
            user.integrator, user.reference = people["host"], f"u-{person.name}"
            user.save(update_fields=["integrator", "reference"])
    return people


def _person(person: Person) -> User:
    first, _space, last = person.full_name.partition(" ")
    user, is_new = User.objects.get_or_create(
        username=person.name,
        defaults={
            "email": f"{person.name}@demo.example",
            "first_name": first,
            "last_name": last,
            "is_staff": person.is_staff,
            "is_superuser": person.is_admin,
        },
    )
    if is_new:
        user.set_password(PASSWORD)
        user.save()
        user.groups.set(Group.objects.filter(name__in=person.groups))
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
    if person.is_staff and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        totp.TOTP.activate(user, SECRET)
    return user


def open_shop(name: str, owner: User, host: User, reference: str, country: str) -> Store:
    """The store of a demo seller, joined to the host marketplace's name for it."""
    store, is_new = Store.objects.get_or_create(
        integrator=host,
        reference=reference,
        defaults={"name": name, "country": country, "commission_bp": 500},
    )
    if is_new:
        StoreMember.objects.create(store=store, user=owner, is_owner=True)
    return store


def code_now() -> str:
    """The six digits that demo staff enter at this moment."""
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))
