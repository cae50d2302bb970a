"""Writing messages, and what the screening found in them. The caller has checked that the author may write here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, MODERATOR, Actor
from marketplace.core.errors import Forbidden, Invalid, Throttled, WrongState
from marketplace.core.policy import ProtectionPolicy

from .models import Category, Message, MessageFlag, Thread
from .screening import Finding
from .terms import screen_now

LONGEST = 2000
#: so many messages may one person write in one thread within this time (threats.md row 65)
MOST_AT_ONCE, AT_ONCE = 20, timedelta(minutes=10)
LONGEST_NOTE = 2000


# -- writing -------------------------------------------------------------------------------------------------------


def write(thread: Thread, text: str, *, role: str, by: Actor, at: datetime, warned: bool = False) -> Message:
    """Add a message to a thread, and flag what the screening finds in it (N-07). Never edited afterwards.

    `warned`: the writer has read the warnings and sends it all the same. Raises Invalid for an empty or too long
    message, Throttled after too many. The caller holds the case's lock, so that they are counted one by one.
    """
    text = text.strip()
    if not text:
        raise Invalid.field("text", "required", _("Write your message first."))
    if len(text) > LONGEST:
        raise Invalid.field("text", "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST})
    if by.user_id is None:
        raise Invalid.field("text", "no_author", "A message needs a person who wrote it.")
    _not_too_many(thread, by, at)
    found = findings(text)
    message = Message.objects.create(
        thread=thread,
        author_id=by.user_id,
        role=role,
        text=text,
        sent_at=at,
        warnings=[each.category for each in found],
    )
    MessageFlag.objects.bulk_create(
        MessageFlag(message=message, category=each.category, term=each.term, warned=warned, raised_at=at)
        for each in found
    )
    return message


def _not_too_many(thread: Thread, by: Actor, at: datetime) -> None:
    recent = thread.messages.filter(author_id=by.user_id, sent_at__gt=at - AT_ONCE).order_by("-pk")
    times = list(recent.values_list("sent_at", flat=True)[:MOST_AT_ONCE])
    if len(times) == MOST_AT_ONCE:
        again = times[-1] + AT_ONCE
        raise Throttled(
            _("You sent many messages in a short time. Wait a few minutes, then send this one."),
            retry_at=again,
            wait=(again - at).total_seconds(),
        )


def findings(text: str) -> list[Finding]:
    """What a text would be warned of: one finding a category, the gravest first; shown to the writer before sending."""
    return screen_now().findings(text)


# -- what was found ------------------------------------------------------------------------------------------------


def insults_of(
    *user_ids: int, at: datetime, policy: ProtectionPolicy | None = None
) -> QuerySet[Message, Message]:
    """The insulting messages of these people in the policy's last `flag_days` before `at`, for their standing (N-07, B-02).

    A message counts once, and no longer once a moderator says that it is no insult. Without a policy: the default one.
    """
    policy = policy or ProtectionPolicy.objects.in_force("default", at)
    insulting = MessageFlag.objects.filter(category=Category.INSULT).exclude(
        state=MessageFlag.State.DISMISSED
    )
    since = at - timedelta(days=policy.flag_days)
    return Message.objects.filter(
        author_id__in=user_ids, sent_at__gt=since, sent_at__lte=at, pk__in=insulting.values("message_id")
    )


# -- moderators ----------------------------------------------------------------------------------------------------


def may_handle_flags(by: Actor) -> bool:
    """Moderators and lead mediators."""
    return by.is_in(MODERATOR, LEAD_MEDIATOR)


def handle_flag(pk: int, *, upheld: bool, note: str, by: Actor) -> MessageFlag:
    """A moderator has looked: is it so? A dismissed flag warns nobody any more and counts for nothing.

    Raises Forbidden (also for a matter of one's own, threats.md A4), Invalid without a note, WrongState the second time.
    """
    if not may_handle_flags(by):
        raise Forbidden(_("Only moderators look at flags."))
    note = note.strip()
    if not note:
        raise Invalid.field("note", "required", _("Say in a few words what you saw."))
    if len(note) > LONGEST_NOTE:
        raise Invalid.field("note", "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST_NOTE})
    with transaction.atomic():
        flag = (
            MessageFlag.objects.select_for_update(of=("self",)).select_related("message__thread").get(pk=pk)
        )
        if _is_own(flag.message, by):
            raise Forbidden(_("This is a matter of your own. Another moderator looks at it."))
        if flag.state != MessageFlag.State.OPEN:
            raise WrongState(_("Somebody has looked at this already."))
        flag.state = MessageFlag.State.UPHELD if upheld else MessageFlag.State.DISMISSED
        flag.note, flag.handled_by_id, flag.handled_at = note, by.user_id, timezone.now()
        flag.save(update_fields=["state", "note", "handled_by", "handled_at"])
        if not upheld:
            message = Message.objects.select_for_update(of=("self",)).get(pk=flag.message_id)
            message.warnings = [each for each in message.warnings if each != flag.category]
            message.save(update_fields=["warnings"])
    return flag


def _is_own(message: Message, by: Actor) -> bool:
    case = message.thread.case
    return message.author_id == by.user_id or (case is not None and case.role_of(by) in ("buyer", "seller"))
