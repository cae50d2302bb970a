"""`manage.py serve`: the web server and the background workers under one command."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from types import FrameType
from typing import IO, Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connections

from marketplace import database

PATIENCE = 5.0  # seconds for an orderly stop; after that the rest is killed
WATCH_SECONDS = 2.0  # how often everybody is looked after
ASK_SECONDS = 30.0  # how often the site is asked whether people can reach it
RESTARTS_A_MINUTE = 3  # who ends more often than this has a fault that a new start does not mend


class Child:
    """One long-running program of ours: started in a process group of its own, its lines prefixed."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.ends: list[float] = []  # when it ended by itself, in monotonic seconds
        self.start()

    def start(self) -> None:
        """Start it, and copy its lines to ours."""
        self.process = subprocess.Popen(  # noqa: S603  (our own programs)
            self.command,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # so Ctrl-C reaches only us, and we stop everybody in order
        )
        assert self.process.stdout is not None, "stdout is a pipe"
        self.reader = threading.Thread(target=self._copy, args=[self.process.stdout], daemon=True)
        self.reader.start()

    def _copy(self, lines: IO[str]) -> None:
        for line in lines:
            sys.stdout.write(f"{self.name:<7} | {line}")
            sys.stdout.flush()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the master alone: django-q2's master hangs when its children get it too."""
        with suppress(ProcessLookupError):
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill whatever is left of the group."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join(1.0)


class Command(BaseCommand):
    """Run web and workers until Ctrl-C (or SIGTERM), then stop both and leave no process behind."""

    help = "Runs the web server and the background workers until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument(
            "--migrate",
            action="store_true",
            help="bring the database (in production the static files too) up to date first",
        )
        parser.add_argument("--demo", action="store_true", help="fill the demo world first")

    def handle(self, *args: Any, host: str, port: int, migrate: bool, demo: bool, **options: Any) -> None:
        """Prepare, start, watch, stop."""
        if not settings.PRODUCTION:  # there it is set, or the settings refuse to start
            os.environ.setdefault("SITE_URL", f"http://localhost:{port}")  # what the children's mails link to
        self.stop_asked = threading.Event()
        self.preparing = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            with database.held():
                self._check_port(host, port)
                self._prepare(migrate=migrate, demo=demo)
                failed = self._run(host, port)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
            return
        except database.DatabaseError as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"{failed} would not stay up; its last lines above say why.")

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_asked.set()
        if self.preparing:  # a migration can be broken off: it is one transaction
            raise KeyboardInterrupt

    def _check_port(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError as error:
                raise CommandError(
                    f"Cannot listen on {host}:{port}: {error.strerror}. Try PORT=8001."
                ) from error

    def _prepare(self, *, migrate: bool, demo: bool) -> None:
        if migrate:
            call_command("migrate", verbosity=1, interactive=False)
            call_command("createcachetable")
            if settings.PRODUCTION:
                call_command("collectstatic", verbosity=0, interactive=False)
        if demo:
            call_command("demo")
        connections.close_all()
        self.preparing = False

    def _run(self, host: str, port: int) -> str | None:
        """Serve until told to stop; return the name of a program that would not stay up, or None."""
        children = [Child("web", self._web(host, port)), Child("workers", self._workers())]
        try:
            return self._watch(children, host, port)
        finally:  # whatever happens, nobody is left behind
            self._stop(children)

    def _watch(self, children: list[Child], host: str, port: int) -> str | None:
        up, failed, ask_at = False, None, 0.0
        while not failed and not self.stop_asked.wait(WATCH_SECONDS if up else 0.1):
            if time.monotonic() >= ask_at and self._answers(host, port):
                ask_at = time.monotonic() + ASK_SECONDS
                if not up:
                    self.stdout.write(f"Redress is on http://{host}:{port}/ - stop it with Ctrl-C.")
                up = True
            if database.is_embedded():
                database.ensure_running()  # first: who lost it and ended can only come back after it
            for child in children:
                if child.process.poll() is not None and not self._restarted(child):
                    failed = child.name
        return failed

    def _restarted(self, child: Child) -> bool:
        """Start a program again that ended by itself; return False when it does so too often."""
        now = time.monotonic()
        child.ends = [*(at for at in child.ends if at > now - 60), now]
        if len(child.ends) > RESTARTS_A_MINUTE:
            return False
        child.end(now)  # a killed master leaves its children behind
        self.stdout.write(f"{child.name} ended by itself. Starting it again.")
        child.start()
        return True

    def _stop(self, children: list[Child]) -> None:
        self.stdout.write("Stopping.")
        deadline = time.monotonic() + PATIENCE
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.end(deadline)

    def _answers(self, host: str, port: int) -> bool:
        """Does the site answer? Asking leaves the heartbeat by which outages are known, workers or no workers (Z-03)."""
        with suppress(OSError, HTTPException), closing(HTTPConnection(host, port, timeout=3)) as site:
            site.request("GET", "/healthz/")
            return site.getresponse().status > 0
        return False

    def _web(self, host: str, port: int) -> list[str]:
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return [
            *(sys.executable, "-m", "gunicorn", "marketplace.wsgi", "--bind", address),
            # Threads, because a slow client would otherwise hold a whole worker.
            *("--worker-class", "gthread"),
            *(
                "--workers",
                os.environ.get("WEB_WORKERS", "2"),
                "--threads",
                os.environ.get("WEB_THREADS", "8"),
            ),
            *("--graceful-timeout", "4", "--log-level", "warning", "--preload", "--no-control-socket"),
        ]

    def _workers(self) -> list[str]:
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
