"""Run every measured job once, side by side in one run, on a database made for it.

The peer is what the same machine does at the same moment with the same number of commits and no product around them:
absolute figures move with the machine, the ratio to it does not.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest import mock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("REDRESS_ENV", "development")
os.environ["REDRESS_DATABASE"] = "redress_bench"

ORDERS, DISPUTES, LISTINGS = 4000, 500, 100_000


@dataclass
class Result:
    """One line of the table."""

    job: str
    ours: float
    unit: str
    raw: float | None
    goal: str
    holds: bool


def main() -> int:
    """Prepare, measure, print; 1 where a goal is missed."""
    _start_anew()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.DEBUG = False  # in debug mode Django keeps the text of every query, which production does not
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        results = [*_import(Path(folder)), _deadlines(), _disputes(), *_report_pages()]
    connection.close()
    print(f"\n{'job':<44}{'ours':>10}  {'unit':<10}{'raw':>10}{'ratio':>8}  {'goal':<18}")
    for row in results:
        ratio = f"{row.ours / row.raw:.2f}" if row.raw else ""
        raw = f"{row.raw:.0f}" if row.raw else ""
        print(
            f"{row.job:<44}{row.ours:>10.0f}  {row.unit:<10}{raw:>10}{ratio:>8}  {row.goal:<18}{'holds' if row.holds else 'MISSED'}"
        )
    file = settings.VAR_DIR / "bench.json"
    file.write_text(json.dumps([asdict(row) for row in results], indent=1))
    print(f"\nWritten to {file}")
    return 0 if all(row.holds for row in results) else 1


def _start_anew() -> None:
    """A database of an earlier run may have other tables: away with it. Where there is a DATABASE_URL, that is its owner's."""
    from marketplace import database, postgres

    if database.is_embedded():
        database.ensure_running()
        with postgres.connect() as connection:
            connection.execute("DROP DATABASE IF EXISTS redress_bench WITH (FORCE)")


def _import(folder: Path) -> list[Result]:
    """The command in a process of its own, as an operator runs it: wall time with start-up, and its memory."""
    from benchmarks import rows

    file = rows.write(folder / "orders.ndjson", ORDERS)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", "import_orders", str(file)], check=True, stdout=subprocess.DEVNULL
    )
    rate = ORDERS / (time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (
        1024 * (1024 if sys.platform == "darwin" else 1)
    )
    return [
        Result("import_orders", rate, "orders/s", _commits_a_second(), ">= 400", rate >= 400),
        Result("import_orders, memory", memory, "MB", None, "<= 300", memory <= 300),
    ]


def _commits_a_second(times: int = 300) -> float:
    """One row inserted and committed, again and again: what this machine and database can do at best, one by one."""
    from django.db import connection

    with connection.cursor() as cursor:
        # A lasting table: nobody waits for the disk when a temporary one is written to.
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_raw (id bigserial PRIMARY KEY, note text)")
        began = time.perf_counter()
        for _ in range(times):
            cursor.execute("INSERT INTO bench_raw (note) VALUES ('x')")
    return times / (time.perf_counter() - began)


def _deadlines() -> Result:
    """Every imported order is confirmed, then released: each with its lock, ledger entries and event."""
    from marketplace.core.clock import sweep

    raw = _commits_a_second()
    began = time.perf_counter()
    done = sweep().total()
    rate = done / (time.perf_counter() - began)
    return Result(
        f"run_deadlines, {done} orders confirmed, released", rate, "cases/s", raw, ">= 150", rate >= 150
    )


def _disputes() -> Result:
    """Claims that nobody answered are granted: lock of order and case, refund, ledger, two timelines, notices."""
    from datetime import timedelta

    from django.utils import timezone

    from marketplace.core.clock import sweep
    from tests import world

    start = timezone.now()
    with mock.patch.object(timezone, "now", lambda: start - timedelta(days=20)):
        buyer, store, host = world.person(), world.shop(), world.person("", "integrator")
        orders = [world.shipped(buyer=buyer, store=store, integrator=host) for _ in range(DISPUTES)]
    with mock.patch.object(timezone, "now", lambda: start - timedelta(days=8)):
        for order in orders:
            world.a_dispute(order)
    raw = _commits_a_second()
    began = time.perf_counter()
    done = sweep().total()
    rate = done / (time.perf_counter() - began)
    return Result(f"run_deadlines, {done} claims granted", rate, "cases/s", raw, ">= 150", rate >= 150)


def _report_pages() -> list[Result]:
    """The whole page of a report at the desk, its help included, among many listings (C-09)."""
    from benchmarks import moderating

    return [
        Result(f"{job}, {LISTINGS} listings", found, "ms", None, "<= 300", found <= 300)
        for job, found in moderating.measure(LISTINGS).items()
    ]


if __name__ == "__main__":
    sys.exit(main())
