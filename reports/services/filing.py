"""Sending a report (C-01, C-02): every field that does not fit is said at once, and nothing is written then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction, Store, User
from marketplace.core.access import Actor
from marketplace.core.errors import FieldError, Invalid, Throttled
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.writing import plain
from marketplace.messaging.models import Message
from marketplace.orders import access as order_access
from marketplace.orders.models import Listing, Order

from ..kinds import PROOF_WANTED, Category, checked, needs_proof
from ..models import Draft, Report, TargetKind
from ..naming import check_listings
from .words import attach, own_files

#: so many reports a person may send in a day: more are sent by programs, or in anger (threats.md row 41)
MOST_A_DAY = 5
A_DAY = timedelta(days=1)
#: the code of the error of a report of copies that comes without a proof
PROOF = "proof"


@dataclass(frozen=True)
class ReportData:
    """What somebody reports. `target_id`: public id; `message`: the message that it is about, by public id.
    `on_pages`: written on our pages, which ask for the tick and the proof; by the API sending is the statement, and the
    moderator asks for a proof (api.md, DECISIONS.md)."""

    category: str
    target_kind: str
    target_id: str
    description: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    show_name: bool = False
    is_urgent: bool = False
    message: str = ""
    secret: str = ""
    on_pages: bool = False


def submit(data: ReportData, *, by: Actor) -> Report:
    """Send a report. Raises Forbidden (restricted), Throttled, Invalid (fields; a target that is not there, or is oneself)."""
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.person_id)
        now = timezone.now()
        refuse_the_restricted(person, now)
        _refuse_too_many(person, now)
        report = _made(data, person, by, now)
        report.say(category=report.category, files=report.files.count())
        report.start("submit", by=by, now=now)
    return report


def refuse_the_restricted(person: User, now: datetime) -> None:
    """Who was restricted for false reports reads why, until when, and how to contest it (A-07)."""
    words = _("You cannot send a report now.")
    restrictions.refuse_if(person.pk, Restriction.Kind.NO_REPORTS, now, words)


def _refuse_too_many(person: User, now: datetime) -> None:
    """The caller holds the person's row, so that two at the same moment are counted one by one."""
    recent = Report.objects.filter(reporter=person, submitted_at__gt=now - A_DAY, submitted_at__lte=now)
    times = list(recent.order_by("-submitted_at").values_list("submitted_at", flat=True)[:MOST_A_DAY])
    if len(times) >= MOST_A_DAY:
        again = times[-1] + A_DAY
        words = _("You sent %(n)s reports in a day. You can send more tomorrow.") % {"n": MOST_A_DAY}
        raise Throttled(words, retry_at=again, wait=(again - now).total_seconds())


def _made(data: ReportData, person: User, by: Actor, now: datetime) -> Report:
    errors: list[FieldError] = []
    if data.category not in Category.values:
        raise Invalid.field("category", "unknown", _("Choose one of the four categories."))
    policy = ProtectionPolicy.objects.in_force("default", now)
    order = find_order(str(data.answers.get("order_number", "")).strip(), by)
    sold = is_sold_by(order, by)
    answers = checked(data.category, data.answers, errors, on_pages=data.on_pages, by_seller=sold)
    check_listings(answers, errors)
    description = description_of(data.description, policy, errors)
    if answers.get("order_number"):
        _check_order(data, order, errors)
    target = find_target(data.target_kind, data.target_id, by, errors)
    contact = contact_of(data.contact, person, errors)
    files = own_files(data.evidence, by, errors)
    if data.on_pages and not files and needs_proof(data.category, answers):
        errors.append(FieldError("evidence", PROOF, str(PROOF_WANTED)))
    message = _message(data.message, by, errors)
    if errors or target is None:
        raise Invalid(errors=errors)
    report = Report(
        reporter=person, category=data.category, policy=policy, answers=answers, description=description, message=message,
        order=order or target.get("target_order"), show_name=data.show_name, secret=data.secret,
        is_urgent=data.is_urgent or answers.get("violation") == "phishing", submitted_at=now, **target, **contact,
    )  # fmt: skip
    report.now = report.at = report.created_at = report.entered_at = report.moved_at = now
    report.save()
    attach(report, files, "reporter", now)
    return report


def description_of(text: str, policy: ProtectionPolicy, errors: list[FieldError]) -> str:
    """What happened, as it is kept; one that is too short or too long is added to `errors`."""
    text = plain(text)
    low, high = policy.description_min, policy.description_max
    if not low <= len(text) <= high:
        words = _("Say what happened in %(low)s to %(high)s letters.") % {"low": low, "high": high}
        errors.append(FieldError("description", "length", words))
    return text


def contact_of(contact: Mapping[str, str], person: User, errors: list[FieldError]) -> dict[str, str]:
    """Where we reach the reporter about this report: as they say, else as their account says (C-02)."""
    name = contact.get("name", "").strip() or person.shown_name
    email = contact.get("email", "").strip() or person.email
    if email:
        try:
            validate_email(email)
        except ValidationError:
            errors.append(
                FieldError("contact.email", "invalid", _("Write a mail address like name@example.com."))
            )
    return {
        "contact_name": name[:200],
        "contact_email": email[:254],
        "contact_phone": contact.get("phone", "").strip()[:60],
    }


def _check_order(data: ReportData, order: Order | None, errors: list[FieldError]) -> None:
    """Trade rules are about an order that the reporter is a side of (C-01)."""
    if order is None:
        words = _("We do not know this order, or you are no side of it. Check the number.")
        errors.append(FieldError("answers.order_number", "unknown", words))
    elif data.target_kind == TargetKind.ORDER and data.target_id != order.public_id:
        errors.append(FieldError("answers.order_number", "other", _("The report is about another order.")))


def find_order(number: str, by: Actor) -> Order | None:
    """An order of this person's, as buyer or seller, by its number or by the shop's own number."""
    if not number:
        return None
    sides = Q(buyer_id=by.user_id) | Q(store_id__in=by.store_ids)
    named = Q(public_id=number) | Q(reference=number)
    return Order.objects.filter(sides, named).order_by("-pk").first()


def is_sold_by(order: Order | None, by: Actor) -> bool:
    """Is it an order of a shop of theirs? Then it is its buyer that they report (C-02)."""
    return order is not None and order_access.seller(by, order)


def find_target(kind: str, public_id: str, by: Actor, errors: list[FieldError]) -> dict[str, Any] | None:
    """The columns of the target and of whoever stands behind it; None where there is none, or it is oneself."""
    if kind not in TargetKind.values:
        errors.append(
            FieldError(
                "target.type", "unknown", _("Say whether it is an order, a listing, a shop or a person.")
            )
        )
        return None
    found = _FIND[kind](public_id, by)
    if found is None:
        errors.append(
            FieldError("target.id", "unknown", _("We do not find what you report. Check the number."))
        )
        return None
    store, user = found.get("respondent_store"), found.get("respondent_user")
    if (store and store.pk in by.store_ids) or (user and user.pk == by.user_id):
        errors.append(FieldError("target.id", "yourself", _("You cannot report yourself.")))
        return None
    return found


def _find_order(public_id: str, by: Actor) -> dict[str, Any] | None:
    order = Order.objects.select_related("store", "buyer").filter(public_id=public_id).first()
    if order is None:
        return None
    if order_access.buyer(by, order):
        return {"target_order": order, "respondent_store": order.store}
    if order_access.seller(by, order):
        return {"target_order": order, "respondent_user": order.buyer}
    return None


def _find_listing(public_id: str, by: Actor) -> dict[str, Any] | None:
    listing = Listing.objects.select_related("store").filter(public_id=public_id).first()
    return {"target_listing": listing, "respondent_store": listing.store} if listing else None


def _find_store(public_id: str, by: Actor) -> dict[str, Any] | None:
    store = Store.objects.filter(public_id=public_id).first()
    return {"target_store": store, "respondent_store": store} if store else None


def _find_user(public_id: str, by: Actor) -> dict[str, Any] | None:
    user = User.objects.filter(public_id=public_id).first()
    return {"target_user": user, "respondent_user": user} if user else None


_FIND: Mapping[str, Callable[[str, Actor], dict[str, Any] | None]] = {
    TargetKind.ORDER: _find_order,
    TargetKind.LISTING: _find_listing,
    TargetKind.STORE: _find_store,
    TargetKind.USER: _find_user,
}


def find_message(public_id: str, by: Actor) -> tuple[Message, Order] | None:
    """A message that was written to this person, and the order that it is about."""
    message = Message.objects.select_related("thread").filter(public_id=public_id).first()
    case = message.thread.case if message else None
    order = getattr(case, "order", case)
    if message is None or not isinstance(order, Order) or message.author_id == by.user_id:
        return None
    if not (order_access.buyer(by, order) or order_access.seller(by, order)):
        return None
    return message, order


def _message(public_id: str, by: Actor, errors: list[FieldError]) -> Message | None:
    if not public_id:
        return None
    found = find_message(public_id, by)
    if found is None:
        errors.append(FieldError("message", "unknown", _("This message is not one that was sent to you.")))
        return None
    return found[0]


def save_draft(draft: Draft, *, data: Mapping[str, Any]) -> Draft:
    """Keep what was answered so far; it is the writer's alone."""
    draft.data = {**draft.data, **data}
    draft.saved_at = timezone.now()
    draft.save()
    return draft
