"""System checks: settings that would lose, repeat or race background work do not start."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

DEFAULT_RETRY = 60  # django-q2's own, in seconds


@register()
def check_queue(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a queue outside the database, a retry before the timeout, and the replay of missed ticks."""
    queue: dict[str, Any] = getattr(settings, "Q_CLUSTER", {})
    return [*_check_broker(queue), *_check_retry(queue), *_check_catch_up(queue)]


def _check_broker(queue: dict[str, Any]) -> list[CheckMessage]:
    # These keys are looked at by django-q2 in this order, before "orm".
    others = [key for key in ("broker_class", "disque_nodes", "iron_mq", "sqs", "mongo") if queue.get(key)]
    if queue.get("orm") == "default" and not others:
        return []
    return [
        Error(
            "Background tasks must lie in the default database.",
            hint="Q_CLUSTER needs 'orm': 'default' and no other broker: in another one a task outlives the"
            " transaction that was rolled back, and a killed worker loses its task.",
            id="core.E001",
        )
    ]


def _check_retry(queue: dict[str, Any]) -> list[CheckMessage]:
    timeout, retry = queue.get("timeout"), queue.get("retry", DEFAULT_RETRY)
    if timeout and retry > timeout:
        return []
    return [
        Error(
            "A background task would be started again while it still runs.",
            hint=f"Q_CLUSTER: 'retry' ({retry} s) must be longer than 'timeout' ({timeout} s).",
            id="core.E002",
        )
    ]


def _check_catch_up(queue: dict[str, Any]) -> list[CheckMessage]:
    if queue.get("catch_up", True) is False:
        return []
    return [
        Error(
            "After a pause every missed tick would be run.",
            hint="Q_CLUSTER needs 'catch_up': False. One sweep meets all deadlines that have passed.",
            id="core.E003",
        )
    ]
