"""One person's reports at the same moment: a link sends one, and a day takes no more than its limit (C-01, threats.md row 41)."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from marketplace.core.errors import Throttled
from reports.models import Draft, Report
from reports.services import filing, guests
from tests import world
from tests.races.test_races import race
from tests.reports.scenes import ANSWERS, WORDS, about_listing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("C-01")]
ROUNDS = 5


def draft_of_a_guest(email: str) -> Draft:
    line = world.shipped().lines.select_related("listing").first()
    assert line is not None
    data = {
        "target": {"type": "listing", "id": line.listing.public_id},
        "answers": ANSWERS["prohibited_products"],
        "description": WORDS,
        "contact": {"email": email},
    }
    return Draft.objects.create(
        category="prohibited_products", data=data, mailed_to=email, saved_at=timezone.now()
    )


def test_a_link_that_is_followed_twice_at_once_sends_one_report() -> None:
    for number in range(ROUNDS):
        draft = draft_of_a_guest(f"guest{number}@example.com")
        guests.guest(draft)
        seen = [Draft.objects.get(pk=draft.pk) for _request in range(2)]
        acts = [
            partial(guests.confirm, each, data=guests.data_of(each, secret=guests.new_secret()))
            for each in seen
        ]
        sent = race(*acts)
        assert Report.objects.count() == number + 1
        assert sent[0] == sent[1] == Draft.objects.get(pk=draft.pk).sent_as


def test_reports_at_the_same_moment_are_counted_one_by_one() -> None:
    for _round in range(ROUNDS):
        order, me = world.shipped(), world.acting(world.person())
        for _report in range(filing.MOST_A_DAY - 1):
            about_listing(order, by=me)
        answers = race(*[partial(about_listing, order, by=me)] * 2)
        assert sum(isinstance(each, Throttled) for each in answers) == 1, answers
        assert Report.objects.filter(reporter_id=me.user_id).count() == filing.MOST_A_DAY == 5
