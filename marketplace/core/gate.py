"""The gate before the clock: if the machine's time of day jumps, nothing is done by it until that is cleared up."""

from __future__ import annotations

import logging
from datetime import timedelta

from .models import Tick
from .reading import Reading

log = logging.getLogger(__name__)

#: A clock that is set by more than this between two ticks is not believed.
TOLERANCE = timedelta(minutes=10)


def passes(reading: Reading) -> bool:
    """May the sweep run? If so, this reading is what the next one is measured by.

    After a jump the last good reading stays: once the clock is right again the sweep goes on by itself.
    A long pause is no jump: the time since the start of the machine has passed too, or the machine has started anew.
    """
    last = Tick.objects.filter(boot=reading.boot).first()
    jump = last and reading.jumped_since(last.at, last.boot, last.up)
    newest = Tick.objects.order_by("-at").first()
    if (
        not jump and newest and newest.at - reading.at > TOLERANCE
    ):  # another run of the machine was later already
        jump = reading.at - newest.at
    if jump and abs(jump) > TOLERANCE:
        _stop(reading, jump)
        return False
    values = {"at": reading.at, "up": reading.up, "stopped_at": None}
    Tick.objects.update_or_create(boot=reading.boot, defaults=values)
    return True


def _stop(reading: Reading, jump: timedelta) -> None:
    log.critical(
        "The clock jumped by %s. No deadline is met until it is right again, or until somebody who has looked at it"
        " runs `manage.py run_deadlines`.",
        jump,
    )
    Tick.objects.update_or_create(
        boot=reading.boot,
        defaults={"stopped_at": reading.at},
        create_defaults={"at": reading.at - jump, "up": reading.up, "stopped_at": reading.at},
    )


def believe() -> None:
    """A person has looked at the clock: what it says from now on is right."""
    Tick.objects.all().delete()


def is_shut() -> bool:
    """Has a jump stopped the sweep?"""
    return Tick.objects.exclude(stopped_at=None).exists()
