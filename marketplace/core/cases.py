"""What every case is made of: a locked row that advances only by verbs, one step at a time.

A *case* (order, dispute, later return, appeal, report) has a state, a deadline (`due_at`) and a timeline of events.
A *verb* is one function in an app's `services.py` whose body runs inside `step()`::

    with step(Dispute, pk, "accept_claim", by=by) as dispute:
        dispute.accept_claim()
        carry_out(dispute, ...)

`step()` is the only way to move a case: it locks (parents first), asks the rule, refuses what comes too late, lets the
body act, sets the next deadline, and writes one event, all in one transaction. What was promised for the case that nobody
acts is done by the clock (clock.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed, can_proceed

from . import batches
from .access import Actor, Rule
from .deadlines import Deadline as Deadline
from .deadlines import NextDefault as NextDefault
from .deadlines import Outcome as Outcome
from .errors import Forbidden, TooLate, VersionChanged, WrongState
from .locking import Lockable
from .windows import longer

#: the second reminder (F-01)
DAY_BEFORE = timedelta(hours=24)
#: the kinds of reminders to parties
HALF, DAY = "half", "day"


@dataclass(frozen=True)
class Registration:
    """What a kind of case gives to the ground floor: the verbs of its clock, and how its events are told."""

    by_clock: Mapping[str, Callable[..., Case]]
    announce: Callable[[Any], None]
    remind: Callable[[Any, str], None]
    together: frozenset[str]


def nobody_to_remind(case: Any, kind: str) -> None:
    """For kinds of cases that wait for nobody."""


registered: dict[type[Case], Registration] = {}


def register(
    model: type[Case],
    *,
    by_clock: Mapping[str, Callable[..., Case]],
    announce: Callable[[Any], None],
    remind: Callable[[Any, str], None] = nobody_to_remind,
    together: Iterable[str] = (),
) -> None:
    """Called once by the app's AppConfig.ready(). `remind(case, kind)` writes the reminders of reminders.py.

    `together`: verbs of the clock that several cases may do in one transaction (batches.py).
    """
    registered[model] = Registration(by_clock, announce, remind, frozenset(together))


class Case(Lockable):
    """One matter between people, with a state, a deadline and a timeline."""

    version = models.PositiveIntegerField(default=1, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_verb = models.CharField(
        max_length=40,
        blank=True,
        editable=False,
        help_text="What the clock does at due_at; empty: a target date only",
    )
    entered_at = models.DateTimeField(editable=False, help_text="When the present state was entered")
    moved_at = models.DateTimeField(
        editable=False, help_text="When the last step took effect; never goes back"
    )
    created_at = models.DateTimeField(editable=False)
    deadline_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    remind_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the next reminder of due_at is to be written"
    )
    outages = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="When people could not reach the site: [[from, until], …]",
    )

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at", "id"], condition=~Q(due_verb=""), name="%(class)s_due"),
            models.Index(
                fields=["remind_at", "id"], condition=Q(remind_at__isnull=False), name="%(class)s_remind"
            ),
        ]

    #: verb → rule; a verb without a rule is nobody's.
    RULES: ClassVar[Mapping[str, Rule]] = {}
    #: open phase → deadline
    DEADLINES: ClassVar[Mapping[str, Deadline]] = {}
    #: verbs that answer no deadline, and so are never too late for one
    ANY_TIME: ClassVar[frozenset[str]] = frozenset()
    state: Any
    public_id: Any
    events: Any
    _said: dict[str, Any]

    # -- the step's two halves ----------------------------------------------------------------------------

    def allow(self, verb: str, by: Actor) -> None:
        """Refuse whoever may not, whoever read an old version, and whoever comes too late. In this order."""
        rule = self.RULES.get(verb)
        if rule is None or not rule(by, self):
            raise Forbidden(self.why_not(verb, by))
        if by.saw is not None and by.saw != self.version:
            raise VersionChanged(
                _("Somebody else acted on this while you were reading. Look at it again, then decide.")
            )
        if self.outages:
            self.arm()  # an outage may have made the window longer, and the ticker has not come by yet
        if by.is_system:  # the clock does nothing but what is due
            if verb != self.due_verb or self.due_at is None or self.now < self.due_at:
                raise WrongState(_("This is not due."))
            self.at = self.due_at
        elif verb not in self.ANY_TIME and self.is_overdue(self.now):
            raise TooLate(_("The time to do this has ended."), possible_until=self.due_at)

    def why_not(self, verb: str, by: Actor) -> str:
        """In words: why the verb's rule does not let this person."""
        return _("This step belongs to somebody else.")

    def is_overdue(self, now: datetime) -> bool:
        """From `due_at` on the default has won, however late the worker is (Z-03)."""
        if not (self.due_verb and self.due_at and now >= self.due_at):
            return False
        end = self.window_end(self.outages) if self.outages else self.due_at
        return end is None or now >= end

    def say(self, **data: Any) -> None:
        """Add facts to the event that this step will write."""
        self._said = {**getattr(self, "_said", {}), **data}

    def finish(self, verb: str, by: Actor, before: str) -> CaseEvent:
        """Set the next deadline, save, write the event and the notices: the end of every step."""
        if self.state != before:
            self.entered_at = self.at
        self.moved_at = max(self.at, self.moved_at)
        promised = (self.due_at, self.due_verb)
        self.arm()
        if (self.due_at, self.due_verb) != promised:
            self.remind_at = self.next_reminder(self.now)
        self.deadline_tries = 0
        self.version += 1
        batches.together(batches.save, self)
        event = self._line(verb, by, before)
        batches.together(_write_lines, event)
        return event

    def arm(self) -> None:
        """Set `due_at` and `due_verb` from the phase's row in DEADLINES."""
        deadline = self.deadline
        self.due_at = self.window_end(self.outages)
        self.due_verb = (deadline.then or "") if deadline and self.due_at else ""

    def next_reminder(self, after: datetime) -> datetime | None:
        """When the parties that are waited for are to be reminded next: half of the time, and 24 h before the end (F-01)."""
        deadline = self.deadline
        if deadline is None or self.due_at is None or not deadline.parties:
            return None
        opened = (deadline.opens(self) if deadline.opens else None) or self.entered_at
        moments = (opened + (self.due_at - opened) / 2, self.due_at - DAY_BEFORE)
        return min((at for at in moments if max(after, opened) < at < self.due_at), default=None)

    def reminder_due(self) -> str:
        """Which reminder is to be written now, "" where none is: of a deadline that a party can still meet (F-01)."""
        if self.due_at and self.now < self.due_at and self.deadline and self.deadline.parties:
            return DAY if self.now >= self.due_at - DAY_BEFORE else HALF
        return ""

    def window_end(self, outages: Sequence[Sequence[str]]) -> datetime | None:
        """When the present phase ends: its deadline, later by these outages where it is a party's window (Z-03)."""
        deadline = self.deadline
        due = deadline.due(self) if deadline else None
        opened = deadline.opens(self) if deadline and deadline.opens and outages else None
        return longer(opened, due, outages) if opened and due else due

    def record(self, verb: str, by: Actor, before: str) -> CaseEvent:
        """Write one line of the timeline, of which nobody is told."""
        event = self._line(verb, by, before)
        event.save()
        return event

    def _line(self, verb: str, by: Actor, before: str) -> CaseEvent:
        """One line of the timeline; its time never goes back (threats.md T7)."""
        model: type[CaseEvent] = self.events.model
        event = model(
            **{model.CASE: self},
            verb=verb,
            from_state=before,
            to_state=self.state,
            actor_id=by.user_id,
            role=self.role_of(by),
            at=self.moved_at,
            recorded_at=self.now,
            data=getattr(self, "_said", {}),
        )
        self._said = {}
        return event

    def start(self, verb: str, *, by: Actor, now: datetime) -> CaseEvent:
        """The first step of a case that does not exist yet; the caller holds the locks of its parents."""
        self.now = self.at = self.created_at = self.entered_at = self.moved_at = now
        self.version = 0
        return self.finish(verb, by, "")

    # -- what doors ask ---------------------------------------------------------------------------------------

    def role_of(self, by: Actor) -> str:
        """The actor's part in this case: buyer, seller, mediator, …; from the case's rows only."""
        return "system" if by.is_automatic else "staff" if by.is_staff else "integrator"

    def verbs_for(self, by: Actor, *, now: datetime | None = None) -> list[str]:
        """What this reader may do at this moment; pages, API and admin draw their buttons from it."""
        if by.is_system:
            return []
        late = self.is_overdue(now or timezone.now())
        return [
            verb
            for verb, rule in self.RULES.items()
            if not (late and verb not in self.ANY_TIME)
            and rule(by, self)
            and can_proceed(getattr(self, verb))
        ]

    @property
    def phase(self) -> str:
        """The key into DEADLINES: the state, unless one state waits for different things."""
        state: str = self.state
        return state

    @property
    def deadline(self) -> Deadline | None:
        return self.DEADLINES.get(self.phase)

    @property
    def is_open(self) -> bool:
        return self.deadline is not None

    @property
    def next_default(self) -> NextDefault | None:
        """What happens if nobody acts, to the cent; None once the case has ended (Z-05)."""
        deadline = self.deadline
        if deadline is None:
            return None
        return NextDefault(self.due_at, self.due_verb or None, deadline.waiting_for, deadline.outcome(self))


class CaseEvent(models.Model):
    """One line of a case's timeline: who, what, when, from, to. Written with the change, never edited (Z-02)."""

    verb = models.CharField(max_length=40)
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    at = models.DateTimeField(help_text="When it took effect; for a deadline, the deadline itself")
    recorded_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        abstract = True
        ordering = ("pk",)

    #: the foreign key that names the case
    CASE: ClassVar[str] = ""

    @property
    def case(self) -> Case:
        found: Case = getattr(self, self.CASE)
        return found


def _write_lines(events: list[CaseEvent]) -> None:
    """Write the timelines' lines; then, once all that the steps did stands in the database, the notices of each."""
    for model, same in batches.by_model(events):
        model._default_manager.bulk_create(same)
    batches.together(_announce, *events)


def _announce(events: list[CaseEvent]) -> None:
    for event in events:
        if registration := registered.get(type(event.case)):
            registration.announce(event)


C = TypeVar("C", bound=Case)


@contextmanager
def step(model: type[C], pk: int, verb: str, *, by: Actor) -> Iterator[C]:
    """One verb on one case, whole or not at all.

    Raises Forbidden, VersionChanged, TooLate, WrongState, NotFound; then nothing has moved.
    """
    with transaction.atomic(savepoint=not batches.is_open()):
        case = model.lock(pk)
        case.allow(verb, by)
        before = case.state
        try:
            yield case
        except TransitionNotAllowed as refusal:
            raise WrongState(_("This is no longer possible: the case has moved on.")) from refusal
        case.finish(verb, by, before)
