"""The clock: it meets every deadline that is due, in order, however late it runs (Z-03)."""

from __future__ import annotations

import heapq
import logging
from collections import Counter
from datetime import datetime

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from . import batches, daily, gate, outages, reminders
from .access import Actor
from .cases import Case, registered
from .errors import NotFound, WrongState
from .reading import Reading

log = logging.getLogger(__name__)

#: After so many failed tries a deadline is set aside for a person to look at; the others go on.
TRIES_BEFORE_SET_ASIDE = 5
BATCH = 200
#: how many cases are met in one transaction: few enough that nobody waits long for one of them
BATCH_TOGETHER = 50

#: one default that is due: when, the rank of its kind, the case, the verb
Due = tuple[datetime, int, int, str]


def tick(reading: Reading) -> Counter[str]:
    """What the workers do every minute: ask the gate, make up for outages, meet what is due, remind of what will be, and do what is
    done once a day.

    While people cannot reach the site, what falls into that outage waits for its end.
    """
    if not gate.passes(reading):
        return Counter()
    outages.tell()
    done = sweep(now=outages.horizon(reading.at))
    reminders.send(now=outages.horizon(reading.at))
    daily.run(now=reading.at)
    return done


def sweep(*, now: datetime | None = None) -> Counter[str]:
    """Meet every deadline that is due, oldest first, over all kinds of cases; how many of each verb were done.

    May run late, twice, and beside others: each case is locked and looked at again before anything happens.
    A case whose next deadline is due too comes back into the same run, in its turn (Z-03).
    """
    now = now or timezone.now()
    kinds = list(registered)
    done: Counter[str] = Counter()
    left: set[tuple[int, int]] = set()  # (rank, pk) of what could not be done in this run
    while waiting := _due(kinds, now, left):
        while waiting:
            for (_at, rank, pk, verb), case in _meet_next(waiting, kinds):
                if case is None:
                    left.add((rank, pk))
                    continue
                done[f"{kinds[rank]._meta.model_name}.{verb}"] += 1
                if case.is_overdue(now) and case.due_at:
                    heapq.heappush(waiting, (case.due_at, rank, pk, case.due_verb))
    return done


def _due(kinds: list[type[Case]], now: datetime, left: set[tuple[int, int]]) -> list[Due]:
    """The next batch over all kinds, in (due_at, id) order; never past the last one read of a full batch."""
    heap: list[Due] = []
    horizon = now
    for rank, model in enumerate(kinds):
        skip = [pk for kind, pk in left if kind == rank]
        rows = model._default_manager.filter(due_at__lte=now, deadline_tries__lt=TRIES_BEFORE_SET_ASIDE)
        rows = rows.exclude(due_verb="").exclude(pk__in=skip).order_by("due_at", "pk")
        found = list(rows.values_list("due_at", "pk", "due_verb")[:BATCH])
        if len(found) == BATCH and (last := found[-1][0]):
            horizon = min(horizon, last)
        heap += [(due_at, rank, pk, verb) for due_at, pk, verb in found if due_at]
    heap = [entry for entry in heap if entry[0] <= horizon]
    heapq.heapify(heap)
    return heap


def _meet_next(waiting: list[Due], kinds: list[type[Case]]) -> list[tuple[Due, Case | None]]:
    """Do the next default, and those after it that fit into one transaction with it; None for what was not done."""
    run = _run(waiting, kinds)
    met = _try_together(run, kinds) if len(run) > 1 else []
    alone = run if met is None else run[: 0 if met else 1]
    for due in run[len(met or alone) :]:
        heapq.heappush(waiting, due)
    return [*zip(run, met or (), strict=False), *((due, _meet(kinds[due[1]], *due[2:])) for due in alone)]


def _try_together(run: list[Due], kinds: list[type[Case]]) -> list[Case] | None:
    """The cases of the front part that were met; None where one of them failed: each has to be met for itself."""
    try:
        return _meet_together(run, kinds)
    except Exception:  # of one of them; which one shows when each is met for itself
        log.info("met one by one: %s cases from %s on", len(run), run[0], exc_info=True)
        return None


def _run(waiting: list[Due], kinds: list[type[Case]]) -> list[Due]:
    """The next default, and what follows it, as far as several cases may do it in one transaction."""
    run = [heapq.heappop(waiting)]
    while waiting and len(run) < BATCH_TOGETHER:
        if not all(due[3] in registered[kinds[due[1]]].together for due in (run[0], waiting[0])):
            break
        run.append(heapq.heappop(waiting))
    return run


def _meet_together(run: list[Due], kinds: list[type[Case]]) -> list[Case]:
    """Meet the front part of the run in one transaction; the cases that were met.

    It ends before what somebody else has locked or moved, before an order that has been in it, and before what one of
    its cases leads to is due itself (Z-03). Raises whatever one of them raises; then none is met.
    """
    met: list[Case] = []
    horizon: datetime | None = None  # when the first of what they lead to is due
    with transaction.atomic():
        ready = _lock(run, kinds)
        held = {(type(case), case.pk): case for case in ready} | {
            (type(parent), parent.pk): parent for case in ready for parent in case.parents
        }
        with batches.batch(held):
            for case in ready:
                if horizon and case.due_at and horizon <= case.due_at:
                    break
                registered[type(case)].by_clock[case.due_verb](case.pk, by=Actor.system())
                met.append(case)
                horizon = min(filter(None, (horizon, case.due_at)), default=None)
    return met


def _lock(run: list[Due], kinds: list[type[Case]]) -> list[Case]:
    """The cases of the front part, locked, with what their verbs read along."""
    locked: dict[int, dict[int, Case]] = {}
    for rank in sorted({due[1] for due in run}):  # orders before what is about them, as everywhere
        pks = [pk for _at, kind, pk, _verb in run if kind == rank]
        locked[rank] = dict(kinds[rank].lock_many(pks, skip_locked=True))
    ready: list[Case] = []
    taken: set[batches.Row] = set()
    for due_at, rank, pk, verb in run:
        case = locked[rank].get(pk)
        if case is None or (case.due_at, case.due_verb) != (due_at, verb):
            break
        rows = {(type(row), row.pk) for row in (case, *case.parents)}
        if rows & taken:
            break
        taken |= rows
        ready.append(case)
    for model in {type(case) for case in ready}:
        same = [case for case in ready if type(case) is model]
        models.prefetch_related_objects(same, *model.batch_with())
    return ready


def _meet(model: type[Case], pk: int, verb: str) -> Case | None:
    """Do one case's default; None where it was not done: somebody was quicker, or it failed and is counted and logged."""
    try:
        case: Case = registered[model].by_clock[verb](pk, by=Actor.system())
    except (WrongState, NotFound):
        return None  # somebody was quicker; if it is due again, the next run sees it
    except Exception:  # one poisoned case must not stop the clock for the others
        log.exception("deadline failed: %s %s %s", model._meta.label, pk, verb)
        model._default_manager.filter(pk=pk).update(deadline_tries=F("deadline_tries") + 1)
        return None
    return case


def set_aside() -> list[Case]:
    """Cases whose deadline failed too often: a person has to look at why (the log says it)."""
    return [
        case
        for model in registered
        for case in model._default_manager.filter(deadline_tries__gte=TRIES_BEFORE_SET_ASIDE).order_by("pk")
    ]


def take_up_again() -> None:
    """Let the sweep try all of them again, once what made them fail is mended."""
    for model in registered:
        model._default_manager.filter(deadline_tries__gt=0).update(deadline_tries=0)
