"""The embedded PostgreSQL: one server in `var/postgres`, shared by every process of this checkout.

It is used when `DATABASE_URL` is unset. Whoever comes first starts it, whoever comes later finds it, and a
server that was stopped or killed is started again. It stays up when a process ends; `held()` stops it for
those who started it (`make run`, `make test`), and `make stop` stops it for everyone. Here is who may start and stop
it, and when; how that is done is in postgres.py.

On the command line: `python -m marketplace.database status | start | stop | hold COMMAND...`.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from environs import Env
from psycopg import sql

from marketplace.postgres import (
    PORT,
    START_SECONDS,
    SUPERUSER,
    DatabaseError,
    connect,
    halt,
    is_running,
    launch,
    log_tail,
    postmaster,
    socket_dir,
    var_dir,
)

__all__ = [
    "DatabaseError",
    "database_name",
    "database_settings",
    "ensure_database",
    "ensure_running",
    "held",
    "is_embedded",
    "is_running",
    "stop",
    "var_dir",
]

LEAVE_SECONDS = 2

_started_here = False


# --- Django's settings ------------------------------------------------------------------------------------


def database_name() -> str:
    """The database's name: `REDRESS_DATABASE`, or `redress`."""
    return os.environ.get("REDRESS_DATABASE") or "redress"


def is_embedded() -> bool:
    """Say whether this server is used, and not the one that `DATABASE_URL` names."""
    return not os.environ.get("DATABASE_URL")


def database_settings() -> dict[str, Any]:
    """Return Django's `DATABASES["default"]`; start the embedded server when `DATABASE_URL` is unset."""
    env = Env()
    if not is_embedded():
        settings = dict(env.dj_db_url("DATABASE_URL"))
    else:
        ensure_running()
        ensure_database(database_name())
        settings = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database_name(),
            "USER": SUPERUSER,
            "HOST": str(socket_dir()),
            "PORT": PORT,
        }
    settings |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True}
    options = settings.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 5)
    if "PYTEST_VERSION" in os.environ:
        # Tests need no proof against a power cut, and this makes them a good deal faster; and they wait for no lock for ever.
        told = "-c synchronous_commit=off -c lock_timeout=60s"
        options["options"] = f"{options.get('options', '')} {told}".strip()
    return settings


# --- up when it is needed ---------------------------------------------------------------------------------


def ensure_running() -> bool:
    """Make sure that the server answers; return True if this call started it."""
    global _started_here
    if is_running():
        return False
    with _lock():
        if is_running() or _wait_for_postmaster():
            return False
        launch()
    _started_here = True
    return True


def _wait_for_postmaster() -> bool:
    """Wait for a server that is just starting, recovering or stopping; say whether it answers in the end."""
    give_up = time.monotonic() + START_SECONDS
    while postmaster():
        if is_running():
            return True
        if time.monotonic() > give_up:
            raise DatabaseError(f"PostgreSQL runs but does not answer. Its log:\n{log_tail()}")
        time.sleep(0.05)
    return False


def ensure_database(name: str) -> None:
    """Create the database if it is missing; two processes may do so at once."""
    with connect() as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


# --- down when nobody needs it ----------------------------------------------------------------------------


@contextmanager
def held() -> Iterator[None]:
    """Have the server up inside the block; stop it after if this process started it and nobody else uses it.

    With `DATABASE_URL` there is nothing to hold.
    """
    if not is_embedded():
        yield
        return
    ensure_running()
    try:
        yield
    finally:
        if _started_here:
            stop(only_if_idle=True)


def stop(*, only_if_idle: bool = False) -> bool:
    """Stop the server; return True if it was stopped. `only_if_idle` leaves it to others who use it."""
    with _lock():
        if not postmaster():
            return False
        if only_if_idle and _others_stay():
            return False
        halt()
    return True


def _others_stay() -> bool:
    """Say whether somebody else uses the server; those who are just leaving get a moment."""
    give_up = time.monotonic() + LEAVE_SECONDS
    while _other_clients():
        if time.monotonic() > give_up:
            return True
        time.sleep(0.1)
    return False


def _other_clients() -> int:
    """Count the connections of clients other than the one that asks."""
    try:
        with connect() as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
    except psycopg.OperationalError:
        return 0
    return int(row[0]) if row else 0


@contextmanager
def _lock() -> Iterator[None]:
    """Let one process at a time start or stop the server. The lock ends with its process, even a killed one."""
    var_dir().mkdir(parents=True, exist_ok=True)
    with (var_dir() / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# --- command line -----------------------------------------------------------------------------------------


def _hold(command: list[str]) -> int:
    """Run a command with the server up; hand Ctrl-C and SIGTERM on to it."""
    with held():
        child = subprocess.Popen(command)  # noqa: S603  (the developer's own command)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the child too
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        return child.wait()


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit code."""
    match arguments:
        case ["status"]:
            print(f"running, socket in {socket_dir()}" if is_running() else "not running")
        case ["start"]:
            print("started" if ensure_running() else "already running")
        case ["stop"]:
            print("stopped" if stop() else "not running")
        case ["hold", *command] if command:
            return _hold(command)
        case _:
            print("usage: python -m marketplace.database status | start | stop | hold COMMAND...")
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DatabaseError as error:
        sys.exit(str(error))
