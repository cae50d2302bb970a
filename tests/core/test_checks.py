"""Queue settings that would lose or repeat work are refused before anything starts."""

import pytest

from marketplace.core.checks import check_queue


def ids(settings, **changes):
    settings.Q_CLUSTER = settings.Q_CLUSTER | changes
    return [message.id for message in check_queue(None)]


def test_our_own_settings_pass(settings):
    assert ids(settings) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"orm": None},
        {"orm": "replica"},
        {"orm": None, "redis": {"host": "localhost"}},
        {"sqs": {"aws_region": "eu"}},
        {"broker_class": "somewhere.Broker"},
        {"mongo": {"host": "localhost"}},
        {"iron_mq": {"host": "localhost"}},
    ],
)
def test_a_broker_outside_the_database_is_refused(settings, changes):
    assert ids(settings, **changes) == ["core.E001"]


@pytest.mark.parametrize(
    "changes",
    [
        {"timeout": 60, "retry": 60},
        {"timeout": 60, "retry": 59},
        {"timeout": None, "retry": 120},
        {"timeout": 90, "retry": 60},
    ],
)
def test_a_retry_before_the_timeout_is_refused(settings, changes):
    assert ids(settings, **changes) == ["core.E002"]


def test_one_second_more_than_the_timeout_passes(settings):
    assert ids(settings, timeout=60, retry=61) == []


def test_a_retry_left_out_is_the_librarys_sixty_seconds(settings):
    settings.Q_CLUSTER = {"orm": "default", "catch_up": False, "timeout": 59}
    assert check_queue(None) == []
    settings.Q_CLUSTER = {"orm": "default", "catch_up": False, "timeout": 60}
    assert [message.id for message in check_queue(None)] == ["core.E002"]


def test_the_replay_of_missed_ticks_is_refused(settings):
    assert ids(settings, catch_up=True) == ["core.E003"]
    settings.Q_CLUSTER = {key: value for key, value in settings.Q_CLUSTER.items() if key != "catch_up"}
    assert [message.id for message in check_queue(None)] == ["core.E003"]


def test_every_fault_is_named_at_once(settings):
    settings.Q_CLUSTER = {}
    assert {message.id for message in check_queue(None)} == {"core.E001", "core.E002", "core.E003"}
