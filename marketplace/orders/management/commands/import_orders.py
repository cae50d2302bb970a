"""`manage.py import_orders FILE[.gz]`: take a host marketplace's orders from a file of one JSON object a line (api.md, section 4).

The file is read once, line by line, and taken in batches, each one transaction: memory does not grow with it. A line that
cannot be read, or whose order cannot be taken, is refused with its reason, and the others go on. Sent again, nothing changes.
"""

from __future__ import annotations

import gc
import gzip
import json
import zlib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from marketplace.accounts.models import User
from marketplace.core.access import INTEGRATOR, Actor
from marketplace.core.edges import actor_for
from marketplace.orders.imports import take

BATCH = 250
LONGEST_LINE = 1_000_000  # bytes
DEFAULT_INTEGRATOR = "import"
COUNTED = ("taken", "updated", "unchanged", "doubtful", "refused")


class BadLine(Exception):
    """The line is no JSON object; its words say why."""


@dataclass
class Line:
    """One line of the file: its number, from 1, and what stands in it, or why it cannot be read."""

    number: int
    row: object = None
    fault: str = ""


@dataclass
class Tally:
    """How many rows came to what, and where the refused ones are written."""

    rejects: IO[str] | None
    counts: Counter[str] = field(default_factory=Counter)

    def refuse(self, number: int, reference: str, reason: str) -> None:
        self.counts["refused"] += 1
        if self.rejects:
            reject = {"line": number, "reference": reference, "reason": reason}
            self.rejects.write(json.dumps(reject) + "\n")


class Command(BaseCommand):
    help = "Takes orders from a file with one JSON object a line; prints taken, updated, unchanged, doubtful, refused."
    #: The checks read every page and endpoint, for longer than a thousand orders take; `migrate` and the server make them.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE[.gz]", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="try everything, keep nothing")
        parser.add_argument(
            "--rejects", metavar="FILE", type=Path, help="write the refused rows here, one JSON a line"
        )
        parser.add_argument(
            "--integrator",
            metavar="USERNAME",
            default=DEFAULT_INTEGRATOR,
            help="whose orders they are; without it an account of its own, which is made where it is missing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with ExitStack() as stack:
            raw = self._open(stack, options["file"], "rb")
            rejects = self._open(stack, options["rejects"], "w") if options["rejects"] else None
            by = actor_for(_integrator(options["integrator"]), via="command")
            tally = Tally(rejects)
            gc.freeze()  # what the program itself is made of is not looked through for garbage after every batch
            try:
                self._take(raw, tally, by, dry_run=options["dry_run"])
            except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as fault:
                self._print(tally, options["dry_run"])
                raise CommandError(f"The file broke off: {fault}") from None
        self._print(tally, options["dry_run"])

    def _open(self, stack: ExitStack, path: Path, mode: str) -> Any:
        try:
            return stack.enter_context(path.open(mode, encoding=None if "b" in mode else "utf-8"))
        except OSError as fault:
            raise CommandError(f"Cannot open {path}: {fault.strerror}.") from None

    def _take(self, raw: IO[bytes], tally: Tally, by: Actor, *, dry_run: bool) -> None:
        """Everything in the file, with a bar that grows by the bytes read (only where somebody watches)."""
        size = Path(raw.name).stat().st_size
        text: IO[bytes] = gzip.open(raw) if raw.name.endswith(".gz") else raw  # noqa: SIM115  (`raw` is closed by handle)
        with tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
            for batch in _batches(_lines(text)):
                _take_batch(batch, tally, by, dry_run=dry_run)
                bar.set_postfix(tally.counts, refresh=False)
                bar.update(raw.tell() - bar.n)

    def _print(self, tally: Tally, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Nothing was kept: this was a dry run.")
        for name in COUNTED:
            self.stdout.write(f"{name} {tally.counts[name]}")


def _integrator(username: str) -> User:
    """The account whose orders they are. The default one is made where it is missing; it has no password.

    Raises CommandError for an account that is no integrator's: its owner would see every order of the file.
    """
    user = User.objects.filter(username=username).first()
    if user is None and username == DEFAULT_INTEGRATOR:
        user = User.objects.create_user(username)  # without a password: nobody signs in as it
        user.groups.add(Group.objects.get_or_create(name=INTEGRATOR)[0])
    if user is None:
        raise CommandError(f"There is no account called {username}.")
    if not user.groups.filter(name=INTEGRATOR).exists():
        raise CommandError(f"{username} is not in the group “{INTEGRATOR}”.")
    return user


def _take_batch(batch: list[Line], tally: Tally, by: Actor, *, dry_run: bool) -> None:
    readable = [line for line in batch if not line.fault]
    with transaction.atomic() if dry_run else ExitStack():
        done = take([line.row for line in readable], by=by)
        if dry_run:
            transaction.set_rollback(True)
    results = dict(zip([line.number for line in readable], done, strict=True))
    for line in batch:
        taken = results.get(line.number)
        if taken is None:
            tally.refuse(line.number, "", line.fault)
        elif taken.result == "refused":
            tally.refuse(line.number, taken.reference, taken.reason)
        else:
            tally.counts[taken.result] += 1
            tally.counts["doubtful"] += bool(taken.doubts) and taken.result != "unchanged"


# -- reading ------------------------------------------------------------------------------------------------------


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(file: IO[bytes]) -> Iterator[Line]:
    """The lines that are not empty. No line is ever held beyond LONGEST_LINE bytes."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, fault=f"The line is longer than {LONGEST_LINE} bytes.")
        elif line.strip():
            try:
                yield Line(number, row=_read(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line))
            except BadLine as bad:
                yield Line(number, fault=str(bad))


def _read(line: bytes) -> object:
    """The JSON object of a line. Raises BadLine."""
    try:
        row = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise BadLine("The line is not UTF-8.") from None
    except RecursionError:
        raise BadLine("The line is nested too deeply.") from None
    except ValueError as fault:
        raise BadLine(f"The line is not JSON: {fault}") from None
    if not isinstance(row, dict):
        raise BadLine("The line is not a JSON object.")
    return row


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")
