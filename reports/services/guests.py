"""People without an account (C-01, C-02): a report is sent only once its mail address has proved to be theirs.

Whoever follows the signed link has an account without a password from then on, so that notices, limits and restrictions hold
for them as for everybody; the page of the report is open to whoever has its secret link.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.display import moment_text
from marketplace.core.errors import DomainError, Invalid, NotFound, Throttled
from marketplace.messaging.models import Category as Flagged
from marketplace.messaging.models import Message
from marketplace.orders.models import Order
from marketplace.orders.models import State as OrderState

from ..kinds import WITHOUT_ACCOUNT, Category
from ..models import Draft, Report
from .filing import PROOF, ReportData, submit

SALT = "reports.confirm"
LINK_LASTS = timedelta(days=2)
#: so many mails an address, and so many reports an internet address, in this time
MOST_MAILS, MOST_FROM_ONE_PLACE = 3, 10
MAILS_COUNTED_FOR = timedelta(hours=1)
#: a message is quoted so far; all of it hangs on the report
LONGEST_QUOTE = 1500


class LinkDead(DomainError):
    """A link that we made, and that sends nothing any more. Whoever holds it got it from us: it may say so."""

    status = 410
    code = "link_dead"
    title = "This link has ended"


def ask_to_confirm(draft: Draft, *, email: str, place: str) -> None:
    """Send the link that sends the report. Raises Throttled, Invalid (the category needs an account).

    The same words follow whether somebody knows the address or not.
    """
    if draft.category not in WITHOUT_ACCOUNT:
        raise Invalid.field("category", "sign_in", _("Sign in to report this."))
    _count(f"mail:{email.casefold()}", MOST_MAILS)
    _count(f"place:{place}", MOST_FROM_ONE_PLACE)
    draft.mailed_to = email
    draft.save(update_fields=["mailed_to"])
    link = f"{settings.SITE_URL.rstrip('/')}/reports/confirm/{signing.dumps([draft.public_id, email], salt=SALT)}/"
    words = _("Somebody, we think you, wrote a report on our site. Open this link to send it:")
    until = moment_text(timezone.now() + LINK_LASTS, "at")
    ends = _("The link works until %(until)s. After that you have to write your report again.") % {
        "until": until
    }
    other = _("If it was not you, do nothing. Nothing is sent then.")
    send_mail(_("Send your report"), f"{words}\n\n{link}\n\n{ends}\n\n{other}\n", None, [email])


def _count(name: str, most: int) -> None:
    """One more under this name. Raises Throttled above `most`."""
    key = "report:" + hashlib.sha256(name.encode()).hexdigest()
    seconds = int(MAILS_COUNTED_FOR.total_seconds())
    cache.add(key, 0, seconds)
    if cache.incr(key) > most:
        words = _("Too many reports from here. Try again in an hour.")
        raise Throttled(words, retry_at=timezone.now() + MAILS_COUNTED_FOR, wait=seconds)


def read_link(token: str) -> Draft:
    """The draft that a link is about. Raises LinkDead for one that is too old, or whose draft is gone; NotFound for one that
    was not made here, or was changed."""
    try:
        public_id, email = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.SignatureExpired as late:
        raise LinkDead(_("This link is too old. Your report was not sent. Write it again.")) from late
    except (signing.BadSignature, ValueError) as wrong:
        raise NotFound(_("This does not exist.")) from wrong
    draft = Draft.objects.select_related("sent_as").filter(public_id=public_id, mailed_to=email).first()
    if draft is None:
        raise LinkDead(_("This link belongs to a report that you started again. Open the newest mail."))
    return draft


def guest(draft: Draft) -> Actor:
    """Whoever followed the link: the address is theirs, so they have an account from now on."""
    return Actor(user_id=_guest(draft).pk, via="page")


def confirm(draft: Draft, *, data: ReportData) -> Report:
    """The address is theirs: the report is sent, once, however often the link is followed."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if draft.sent_as is None:
            draft.sent_as = submit(data, by=guest(draft))
            draft.save(update_fields=["sent_as"])
    return draft.sent_as


def _guest(draft: Draft) -> User:
    """Their account: the same for the same address. Another account with this address is not touched: it may be unchecked."""
    digest = hashlib.sha256(draft.mailed_to.casefold().encode()).hexdigest()[:24]
    person, is_new = User.objects.get_or_create(
        username=f"guest-{digest}", defaults={"email": draft.mailed_to}
    )
    if is_new:
        person.set_unusable_password()
        person.first_name = str(draft.data.get("contact", {}).get("name", ""))[:150]
        person.save()
    return person


def new_secret() -> str:
    """What stands in the address of a guest's page: not to be guessed."""
    return secrets.token_urlsafe(32)


def data_of(draft: Draft, *, evidence: Sequence[str] = (), secret: str = "") -> ReportData:
    """A draft as it is sent; `evidence`: files that came besides."""
    kept = draft.data
    target = kept.get("target", {})
    answers = kept.get("answers", {})
    if draft.category == "trade_rules":
        target = {"type": "order", "id": kept.get("order", "")}
    return ReportData(
        category=draft.category, target_kind=target.get("type", ""), target_id=target.get("id", ""), answers=answers,
        description=kept.get("description", ""), evidence=[*kept.get("files", []), *evidence], contact=kept.get("contact", {}),
        show_name=bool(kept.get("show_name")), is_urgent=bool(kept.get("urgent")), secret=secret, on_pages=True,
    )  # fmt: skip


def try_out(draft: Draft) -> None:
    """Would it be taken? Said before a mail is sent, not after. Raises Invalid. The proof comes when the link is followed."""
    draft.mailed_to = str(draft.data.get("contact", {}).get("email", ""))
    try:
        with transaction.atomic():
            submit(data_of(draft), by=guest(draft))
            transaction.set_rollback(True)
    except Invalid as refusal:
        others = [error for error in refusal.errors if error.code != PROOF]
        if others:
            raise Invalid(errors=others) from refusal


def data_of_message(message: Message, order: Order) -> ReportData:
    """A report about a message that was sent to the reporter; nothing is left to type (N-07)."""
    received = "yes" if order.delivered_at or order.confirmed_at else "no"
    answers = {
        "order_number": order.public_id,
        "order_completed": "yes" if order.state == OrderState.COMPLETED else "no",
        "induced_confirmation": "yes" if Flagged.EARLY_CONFIRM in message.warnings else "no",
        "goods_received": received,
        "claim": "stop",
    }
    words = _("This message was sent to me: “%(text)s”") % {"text": message.text[:LONGEST_QUOTE]}
    return ReportData(
        category=Category.TRADE_RULES, target_kind="order", target_id=order.public_id, answers=answers, description=words,
        message=message.public_id,
    )  # fmt: skip
