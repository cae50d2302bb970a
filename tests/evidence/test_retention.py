"""Files go when every appeal window and the keeping time have passed; the row with its hash stays (E-05)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace.accounts.models import User
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence import access, retention, services
from marketplace.evidence.models import Evidence

from . import pictures
from .conftest import LIMITS, actor
from .test_services import stored_files

pytestmark = pytest.mark.rule("E-05")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Case:
    """Stands for a case above this room: it needs its files until `end`; None: it is open."""

    def __init__(self) -> None:
        self.end: datetime | None = None
        self.files: set[int] = set()
        self.told: list[tuple[str, datetime]] = []
        self.keeper = retention.Keeper(self.kept_until, self.removed)

    def kept_until(self, ids: Sequence[int]) -> dict[int, datetime | None]:
        return dict.fromkeys(self.files & set(ids), self.end)

    def removed(self, evidence: Evidence, at: datetime) -> None:
        self.told.append((evidence.sha256, at))


@pytest.fixture
def case() -> Iterator[Case]:
    case = Case()
    retention.register_keeper(case.keeper)
    yield case
    retention.forget_keeper(case.keeper)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def take(user: User) -> Evidence:
    return services.take(io.BytesIO(pictures.jpeg()), name="zip.jpg", by=actor(user), limits=LIMITS)


def is_there(evidence: Evidence) -> bool:
    evidence.refresh_from_db()
    return evidence.removed_at is None and len(stored_files()) == 2


@pytest.mark.parametrize(("seconds", "there"), [(-1, True), (0, False), (1, False)])
def test_a_file_goes_at_the_moment_when_its_last_case_needs_it_no_more(
    buyer: User,
    policy: ProtectionPolicy,
    case: Case,
    clock: time_machine.Coordinates,
    seconds: int,
    there: bool,
) -> None:
    evidence = take(buyer)
    case.files.add(evidence.pk)
    retention.sweep()
    case.end = START + 300 * DAY
    clock.move_to(START + 2 * DAY)
    assert retention.sweep() == 0
    clock.move_to(case.end + timedelta(seconds=seconds))
    assert retention.sweep() == (0 if there else 1)
    assert is_there(evidence) == there


def test_an_open_case_keeps_its_files_for_as_long_as_it_takes(
    buyer: User, policy: ProtectionPolicy, case: Case, clock: time_machine.Coordinates
) -> None:
    evidence = take(buyer)
    case.files.add(evidence.pk)
    for _year in range(5):
        clock.shift(365 * DAY)
        assert retention.sweep() == 0
    assert is_there(evidence)


def test_of_two_cases_the_longer_counts(
    buyer: User, policy: ProtectionPolicy, case: Case, clock: time_machine.Coordinates
) -> None:
    other = Case()
    retention.register_keeper(other.keeper)
    try:
        evidence = take(buyer)
        for each in (case, other):
            each.files.add(evidence.pk)
        case.end, other.end = START + DAY, None
        clock.shift(2 * DAY)
        assert retention.sweep() == 0
        other.end = START + 4 * DAY
        clock.shift(DAY)
        assert retention.sweep() == 0
        clock.shift(2 * DAY)
        assert retention.sweep() == 1
    finally:
        retention.forget_keeper(other.keeper)


def test_a_file_that_was_put_to_nothing_is_kept_as_long_from_its_coming(
    buyer: User, policy: ProtectionPolicy, clock: time_machine.Coordinates
) -> None:
    evidence = take(buyer)
    days = policy.appeal_days + policy.evidence_keep_days
    clock.move_to(START + days * DAY - timedelta(seconds=1))
    assert retention.sweep() == 0
    clock.shift(1)
    assert retention.sweep() == 1
    assert not is_there(evidence)


def test_the_bytes_go_and_the_hash_stays(
    buyer: User, policy: ProtectionPolicy, case: Case, clock: time_machine.Coordinates
) -> None:
    evidence = take(buyer)
    sha256 = evidence.sha256
    case.files.add(evidence.pk)
    case.end = START
    clock.shift(DAY)
    assert retention.sweep() == 1
    assert stored_files() == []
    evidence.refresh_from_db()
    assert (evidence.sha256, evidence.removed_at) == (sha256, START + DAY)
    assert (evidence.original_file.name, evidence.clean_file.name) == ("", "")
    assert case.told == [(sha256, START + DAY)]
    assert not access.may_see(actor(buyer), evidence)
    assert retention.sweep() == 0, "once"
    assert take(buyer).pk != evidence.pk, "it can be sent again"


def test_a_crash_between_row_and_bytes_is_finished_by_the_next_run(
    buyer: User,
    policy: ProtectionPolicy,
    case: Case,
    clock: time_machine.Coordinates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence = take(buyer)
    case.files.add(evidence.pk)
    case.end = START
    clock.shift(DAY)

    def crash(_evidence: Evidence) -> None:
        raise OSError("the disk is away")

    with monkeypatch.context() as broken:
        broken.setattr(retention, "discard", crash)
        assert retention.sweep() == 0
    evidence.refresh_from_db()
    assert evidence.removed_at == START + DAY
    assert len(stored_files()) == 2
    clock.shift(DAY)
    assert retention.sweep() == 1
    assert stored_files() == []
    evidence.refresh_from_db()
    assert evidence.removed_at == START + DAY, "removed is removed: told once, dated once"
    assert len(case.told) == 1
