"""What was written in an appeal is read by whoever wrote it and by those who may answer it, at every door (A-02, A-07)."""

from __future__ import annotations

from typing import Any

import pytest

from disputes.models import Dispute
from marketplace.accounts.models import StoreMember, User
from marketplace.appeals import services
from marketplace.appeals.models import Appeal
from marketplace.core import reminders
from marketplace.notifications.models import Notice
from tests import api, world
from tests.appeals.cases import TEXT, appealed, decided, decision_of
from tests.pages import client_of
from tests.reports import scenes
from tests.world import DAY

pytestmark = pytest.mark.django_db


def staff(*groups: str) -> User:
    return world.staff("", *groups)


def reads(user: User, appeal: Appeal) -> set[str]:
    """At which doors this person reads what was written."""
    found = api.client_of(user).get(f"/api/v1/appeals/{appeal.public_id}/")
    seen = {"api": bool(found.json().get("text")) if found.status_code == 200 else False}
    for door, address in {
        "page": f"/appeals/{appeal.public_id}/",
        "desk": f"/admin/desk/appeals/{appeal.public_id}/",
        "admin": f"/admin/appeals/appeal/{appeal.public_id}/change/",
    }.items():
        seen[door] = appeal.text in client_of(user).get(address).content.decode()
    return {door for door, there in seen.items() if there}


@pytest.mark.rule("A-02")
def test_of_a_dispute_mediators_without_a_part_in_it(clock: Any) -> None:
    dispute: Dispute = decided(clock, by=staff("mediator"))
    appeal = appealed(dispute)
    assert reads(staff("mediator"), appeal) == {"api", "page", "desk", "admin"}
    assert reads(dispute.buyer, appeal) == {"api", "page"}
    assert reads(decision_of(dispute).mediator, appeal) == set(), "who decided"
    assert reads(staff("moderator"), appeal) == set(), "no work of theirs"
    tied = staff("mediator")
    StoreMember.objects.create(store=dispute.store, user=tied)
    assert reads(tied, appeal) == set(), "of the other side"


@pytest.mark.rule("A-07", "C-05")
def test_of_a_report_no_mediator_and_nobody_of_the_reported_shop(clock: Any) -> None:
    report = scenes.about_listing(world.shipped())
    kin = staff("moderator")
    StoreMember.objects.create(store=report.respondent_store, user=kin)
    scenes.taken(report, by=staff("moderator"))
    clock.shift(3 * DAY)
    report = scenes.again(scenes.decided(report, "dismissed"))
    reporter = world.acting(report.reporter)
    appeal = services.submit("report", report.public_id, text=TEXT, by=reporter)
    assert reads(staff("moderator"), appeal) == {"api", "page", "desk", "admin"}
    assert reads(staff("mediator"), appeal) == set(), "who reported is for moderators to know"
    assert reads(kin, appeal) == set()


@pytest.mark.rule("A-02", "F-02")
def test_whoever_is_kept_out_is_not_told_that_it_is_late(clock: Any) -> None:
    decider, other = staff("lead_mediator"), staff("lead_mediator")
    appeal = appealed(decided(clock, by=decider))
    clock.move_to(appeal.answer_due_at)
    reminders.send()
    told = set(Notice.objects.filter(subject__contains="past the date").values_list("recipient", flat=True))
    assert told == {other.pk}
