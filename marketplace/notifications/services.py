"""Telling people: notices are written in the transaction of what they tell (F-07); mail leaves afterwards.

What is told of which verb stands in a table of each app (`notifications.py` there); this room only renders and writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.batches import together
from marketplace.core.cases import Case, CaseEvent
from marketplace.core.display import moment_text
from marketplace.core.money import Money, format_money

from .models import Notice

#: the line that an outage leaves on a case's timeline (core/outages.py); both sides are told the same
OUTAGE = "outage"


@dataclass(frozen=True)
class Message:
    """What one role is told of one verb. Texts are lazy and may name facts: %(amount)s, %(due)s, %(item)s …"""

    to: str
    subject: Any
    text: Any
    needs_you: bool = False


def of_an_outage(subject: Any) -> tuple[Message, Message]:
    """What buyer and seller are told when their time is longer because nobody could reach the site (Z-03)."""
    text = _(
        "Nobody could reach this site for a while. You lose no time by it. There is time until %(due)s now."
    )
    return Message("buyer", subject, text), Message("seller", subject, text)


@dataclass(frozen=True)
class Person:
    """One reader."""

    pk: int | None


@dataclass(frozen=True)
class Members:
    """The people who act for a store."""

    store_pk: int


#: who has a role: one person, a store's people, or whoever a condition fits
Readers = Person | Members | Q


def unpin(event: CaseEvent) -> None:
    """The case has moved on: nobody is waited for by an earlier notice any more (F-07)."""
    if event.from_state != event.to_state:
        together(_unpin, event.case.public_id)
    elif event.verb == OUTAGE:  # the same thing is waited for, but for longer
        waiting = Notice.objects.filter(case_id=event.case.public_id, needs_you=True, due_at__isnull=False)
        waiting.update(due_at=event.case.due_at)


def _unpin(case_ids: list[str]) -> None:
    Notice.objects.filter(case_id__in=case_ids, needs_you=True).update(needs_you=False)


@dataclass(frozen=True)
class _Telling:
    """One message of one event, to be written once it is known who reads it."""

    event: CaseEvent
    message: Message
    readers: Readers
    facts: Mapping[str, Any]
    url: str
    doer_too: bool


def tell(
    event: CaseEvent,
    messages: Iterable[Message],
    people: Mapping[str, Readers],
    facts: Mapping[str, Any],
    url: str,
    *,
    doer_too: bool = False,
) -> None:
    """Write one notice for each person of each message; whoever did it is not told, unless `doer_too`. Texts are in the
    reader's language.

    `people`: role → who has it.
    """
    together(_tell, *(_Telling(event, each, people[each.to], facts, url, doer_too) for each in messages))


def _tell(tellings: list[_Telling]) -> None:
    readers = _read(each.readers for each in tellings)
    notices = [
        _notice(
            each.event.case,
            f"{each.event._meta.label_lower}:{each.event.pk}",
            each.event.recorded_at,
            each.message,
            reader,
            each.facts,
            each.url,
            each.event.case.due_at,
        )
        for each in tellings
        for reader in readers[each.readers]
        if each.doer_too or reader.pk != each.event.actor_id
    ]
    if notices:
        Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _read(wanted: Iterable[Readers]) -> dict[Readers, list[User]]:
    """Who they are: one question for all persons, one for all stores' people, and one for each condition."""
    found: dict[Readers, list[User]] = {each: [] for each in wanted}
    users = User.objects.only("language", "time_zone", "email")
    persons = {each.pk for each in found if isinstance(each, Person) and each.pk}
    stores = {each.store_pk for each in found if isinstance(each, Members)}
    if persons:
        for user in users.filter(pk__in=persons):
            found[Person(user.pk)].append(user)
    if stores:
        for user in users.filter(stores__in=stores).annotate(of_store=F("stores")).order_by("pk"):
            found[Members(user.of_store)].append(user)
    for each in found:
        if isinstance(each, Q):
            found[each] = list(users.filter(each))
    return found


def remind(
    case: Case,
    kind: str,
    messages: Iterable[Message],
    people: Mapping[str, Readers],
    facts: Mapping[str, Any],
    url: str,
    *,
    due_at: datetime | None = None,
) -> None:
    """Write one reminder for each person of each message, once for a case, its deadline and the kind (F-01).

    `due_at`: where somebody has another deadline than the case itself.
    """
    due_at = due_at or case.due_at
    assert due_at is not None, "there is a deadline to be reminded of"
    key = f"reminder:{kind}:{case._meta.label_lower}:{case.pk}:{due_at:%Y%m%dT%H%M%S}"
    told = [(message, people[message.to]) for message in messages]
    readers = _read(who for _message, who in told)
    notices = [
        _notice(case, key, case.now, message, reader, facts, url, due_at)
        for message, who in told
        for reader in readers[who]
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _notice(
    case: Case,
    key: str,
    at: datetime,
    message: Message,
    reader: User,
    facts: Mapping[str, Any],
    url: str,
    due_at: datetime | None,
) -> Notice:
    with translation.override(reader.language or "en"):
        due = moment_text(due_at, "at", zone=zone_of(reader)) if due_at else ""
        words = {name: _in_words(fact) for name, fact in facts.items()} | {"due": due}
        return Notice(
            recipient=reader,
            key=key,
            case_id=case.public_id,
            url=url,
            subject=str(message.subject) % words,
            text=str(message.text) % words,
            due_at=due_at if message.needs_you else None,
            needs_you=message.needs_you,
            created_at=at,
            mail=Notice.Mail.WAITING if reader.email else Notice.Mail.NONE,
            mail_next_at=at if reader.email else None,
        )


def _in_words(fact: Any) -> Any:
    """An event keeps money as {"amount", "currency"}; people read it in their own way of writing it."""
    if isinstance(fact, dict) and fact.keys() == {"amount", "currency"}:
        return format_money(Money.parse(fact["amount"], fact["currency"]))
    return fact


def zone_of(reader: User) -> ZoneInfo:
    """The reader's time zone; UTC where none, or no known one, is set."""
    try:
        return ZoneInfo(reader.time_zone or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")


def mark_read(*, by: Actor, public_ids: Iterable[str] | None = None) -> int:
    """The person has seen these notices of theirs, or, without a list, all of them; how many were new to them."""
    unread = Notice.objects.filter(recipient_id=by.user_id, read_at=None)
    if public_ids is not None:
        unread = unread.filter(public_id__in=list(public_ids))
    return unread.update(read_at=timezone.now())
