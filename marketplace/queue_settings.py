"""How the workers take their tasks, and what they do every minute. settings.py takes these tables over."""

from environs import Env

env = Env()

# The tasks lie in our own database, so a task and the rows it is about commit together.
# marketplace/core/checks.py refuses what would lose or repeat work.
CLUSTER = {
    "name": "redress",
    "orm": "default",
    "workers": env.int("WORKERS", 2),
    "timeout": 60,  # seconds a task may take
    "retry": 120,  # seconds until an unfinished task is given to another worker: more than the timeout
    "max_attempts": 3,
    "ack_failures": True,  # a failed task is not tried for ever: the sweep comes again anyway
    "catch_up": False,  # deadlines are a column: one sweep meets them all, missed ticks need no replay
    "save_limit": 1000,  # finished tasks kept to look at
    "bulk": 1,
    "poll": 1,  # seconds
    "label": "Background work",
}

# What the workers do every minute; written to django-q2's table after each migration. One task a sweep, never one a case.
SCHEDULES = {
    "deadlines": "marketplace.core.tasks.meet_deadlines",
    "outbox": "marketplace.payments.tasks.drain_outbox",
    "answers": "marketplace.core.tasks.forget_answers",
    "files": "marketplace.evidence.tasks.tidy",
    "heartbeats": "marketplace.core.tasks.forget_heartbeats",
    "postage": "disputes.tasks.collect_postage",
}
