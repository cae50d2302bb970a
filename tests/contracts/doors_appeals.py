"""The doors of appeals, and the rows that they may write."""

from __future__ import annotations

from typing import Any

from marketplace.appeals import services
from marketplace.appeals.models import Appeal, AppealEvent, AppealExclusion, AppealFile
from tests import world
from tests.appeals import cases

ROWS: dict[Any, str] = {
    Appeal: "kind about by_side appellant_id buyer_id store_id state version text submitted_at answer_due_at due_at due_verb "
    "overdue reviewer_id assigned_at facts currency most compensation decided_at",
    AppealEvent: "verb from_state to_state actor_id role at recorded_at data",
    AppealExclusion: "user_id",
    AppealFile: "evidence__sha256 evidence__owner_id added_at",
}
DESK = "/admin/desk/appeals/{id}/"
ANSWER = {"outcome": "overturned", "facts": "The label shows another size."}


def sent(clock: Any) -> Appeal:
    return cases.appealed(cases.decided(clock))


def told(clock: Any) -> Any:
    """A dispute whose decision nobody appealed yet."""
    return cases.decided(clock)


def taken(clock: Any) -> Appeal:
    return services.assign(sent(clock).pk, by=world.acting(world.staff("", "mediator")))


def reviewer(case: Appeal) -> Any:
    """Whoever holds it; before that, a mediator who had no part in it."""
    return case.reviewer or world.staff("", "mediator")
