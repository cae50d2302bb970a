"""When people could not reach the site, and what that gives them: heartbeats, outages, longer windows (Z-03).

A *heartbeat* is written when `/healthz/` is answered, at most one a minute; never by the workers, whose own outage takes
nothing from anybody. A silence of more than 15 minutes is an *outage*. It is written on every open case in the transaction
that sees it end, before anybody can act; from then on the windows of those cases are longer (windows.py), for people and
clock alike. The ticker then moves each `due_at` and tells both sides.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Func, JSONField, Q, Value
from django.utils import timezone

from .access import Actor
from .cases import Case, registered
from .models import Heartbeat, Outage
from .reading import Reading
from .windows import BEARABLE, span

log = logging.getLogger(__name__)

KEEP = timedelta(days=8)
#: the verb of the timeline's line: no person's, and no deadline's
VERB = "outage"


class _Append(Func):
    """jsonb || jsonb"""

    arg_joiner = " || "
    template = "(%(expressions)s)"
    output_field = JSONField()


def spans(*, since: datetime | None = None) -> list[list[str]]:
    """Every outage that ended after `since`, the first one first, as windows.py takes them."""
    rows = Outage.objects.filter(ended_at__gt=since) if since else Outage.objects.all()
    return [span(*ends) for ends in rows.order_by("started_at").values_list("started_at", "ended_at")]


# -- the web's side ---------------------------------------------------------------------------------------------


def beat(reading: Reading, *, first: bool = True) -> None:
    """People can reach the site now. With `first` false the row is written only where somebody asks for health at all."""
    last = Heartbeat.objects.order_by("-pk").first()
    if last is None and not first:
        return
    if last and last.boot == reading.boot and 0 <= reading.up - last.up < 60:
        return
    with transaction.atomic():
        Heartbeat.objects.create(at=reading.at, boot=reading.boot, up=reading.up)
        if last and _silence(last, reading) > BEARABLE:
            _remember(last.at, reading.at)


def _silence(last: Heartbeat, reading: Reading) -> timedelta:
    """How long nobody was answered; a clock that was set forward is no silence."""
    jump = reading.jumped_since(last.at, last.boot, last.up)
    return reading.at - last.at - max(jump or timedelta(0), timedelta(0))


def _remember(started_at: datetime, ended_at: datetime) -> None:
    """Write the outage once, and on every open case; later steps of those cases wait for the end of this transaction."""
    _outage, is_new = Outage.objects.get_or_create(started_at=started_at, defaults={"ended_at": ended_at})
    if not is_new:
        return
    log.critical("The site could not be reached from %s until %s.", started_at, ended_at)
    this = Value([span(started_at, ended_at)], output_field=JSONField())
    for model in registered:  # orders before what is about them, as everywhere
        cases: Any = model._default_manager
        # a phase may have a deadline of its own in a state that has none
        is_open = Q(state__in=list(model.DEADLINES)) | Q(due_at__isnull=False)
        still_open = cases.filter(is_open, created_at__lt=ended_at)
        still_open.update(outages=_Append(F("outages"), this))


# -- the ticker's side ------------------------------------------------------------------------------------------


def horizon(now: datetime) -> datetime:
    """Up to when deadlines may be met: now, unless people cannot reach the site; then what falls in the outage waits."""
    last = Heartbeat.objects.order_by("-pk").first()
    if last is None or now - last.at <= BEARABLE:
        return now
    log.critical("Nobody has been answered at /healthz/ since %s: deadlines after that wait.", last.at)
    return last.at + BEARABLE


def tell() -> int:
    """Move `due_at` of each case whose window an outage made longer, and tell both sides; how many cases that were.

    Each case in a transaction of its own, and once for each outage: what was cut off goes on at the next tick.
    """
    told = 0
    for outage in Outage.objects.filter(told_at=None).order_by("started_at"):
        this = span(outage.started_at, outage.ended_at)
        for model in registered:
            rows = model._default_manager.filter(outages__contains=[this]).exclude(due_at=None)
            told += sum(_tell(model, pk, outage, this) for pk in list(rows.values_list("pk", flat=True)))
        outage.told_at = timezone.now()
        outage.save(update_fields=["told_at"])
    return told


def _tell(model: type[Case], pk: int, outage: Outage, this: list[str]) -> bool:
    try:
        with transaction.atomic():
            case = model.lock(pk)
            if not _concerns(case, this):
                return False
            case.at = outage.ended_at
            case.say(started_at=this[0], ended_at=this[1])
            case.arm()
            # planned anew even if an act has moved `due_at` already
            case.remind_at = case.next_reminder(case.now)
            case.finish(VERB, Actor.system(), case.state)
    except Exception:  # one poisoned case must not keep the others from being told
        log.exception("telling of an outage failed: %s %s", model._meta.label, pk)
        return False
    return True


def _concerns(case: Case, this: list[str]) -> bool:
    """Is the present window longer by this outage, and has nobody been told yet?"""
    without = case.window_end([each for each in case.outages if each != this])
    if case.window_end(case.outages) == without:
        return False
    return not case.events.filter(verb=VERB, data__started_at=this[0]).exists()


def forget(now: datetime) -> int:
    """Old heartbeats go; the newest stays, for the next is measured by it."""
    newest = Heartbeat.objects.order_by("-pk")[:1]
    return Heartbeat.objects.filter(at__lt=now - KEEP).exclude(pk__in=newest.values("pk")).delete()[0]
