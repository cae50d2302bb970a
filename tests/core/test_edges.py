"""Where a request becomes somebody who acts: who, through which door, and which version they had seen."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from marketplace.core.access import MODERATOR
from marketplace.core.edges import actor_of
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf: RequestFactory):
    """A request of that user, as the doors get it."""

    def made(user, **post: str):
        request = rf.post("/somewhere/", post)
        request.user = user
        return request

    return made


@pytest.mark.parametrize("doors", [("page", "admin", "page"), ("admin", "api"), ("api", "page", "service")])
def test_each_caller_gets_its_own_door(request_of, doors):
    """The frame of every page asks who is there; that must not make a page of what the admin does next."""
    request = request_of(world.person())
    assert [actor_of(request, via=door).via for door in doors] == list(doors)


def test_the_person_is_read_once(request_of, django_assert_num_queries):
    user = world.person()
    request = request_of(user)
    with django_assert_num_queries(2):  # groups and stores
        assert {actor_of(request, via=door).user_id for door in ("page", "admin", "api")} == {user.pk}


def test_the_version_seen_is_told_with_every_door(request_of):
    request = request_of(world.person(), version="7")
    assert [actor_of(request, via=door).saw for door in ("page", "admin")] == [7, 7]


def test_staff_without_the_second_lock_are_nobody_special_at_any_door(request_of):
    for locked in (True, False):
        request = request_of(world.staff("", MODERATOR, second_lock=locked))
        assert {actor_of(request, via=door).is_staff for door in ("page", "admin")} == {locked}
