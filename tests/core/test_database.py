"""The embedded PostgreSQL: found, started, started again, stopped; each test in processes of its own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from marketplace import database

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "from marketplace.database import database_settings; s = database_settings(); "
ASK = SETTINGS + (
    "import psycopg; c = psycopg.connect(host=s['HOST'], port=s['PORT'], user=s['USER'], dbname=s['NAME']);"
    "print(c.info.backend_pid and c.execute('SELECT current_database()').fetchone()[0])"
)


class Place:
    """A checkout's `var` folder of its own, and commands run in it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        kept = {
            key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "PYTEST_VERSION"}
        }
        self.environment = kept | {"REDRESS_VAR": str(var), "REDRESS_DATABASE": "redress"}

    def python(self, *arguments: str, **extra: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment | extra, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ask(self, **extra: str) -> str:
        """Take the settings, connect, and return the name of the database."""
        return said(self.python("-c", ASK, **extra))

    def command(self, *arguments: str) -> str:
        return said(self.python("-m", "marketplace.database", *arguments))

    @property
    def pid(self) -> int:
        return int((self.var / "postgres" / "postmaster.pid").read_text().split()[0])


def said(process: subprocess.Popen) -> str:
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output
    return output.strip()


def gone(pid: int) -> bool:
    """Say whether the process ends within ten seconds. A zombie has ended."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@contextmanager
def new_place():
    """A folder that the database's own user may pass to; pytest closes its folders to others."""
    with tempfile.TemporaryDirectory(prefix="redress-") as folder:
        place = Place(Path(folder) / "var")
        yield place
        place.command("stop")


@pytest.fixture
def fresh():
    """A place where no server ever was."""
    with new_place() as place:
        yield place


@pytest.fixture(scope="module")
def furnished():
    with new_place() as place:
        yield place


@pytest.fixture
def place(furnished):
    """A place with data from before and no server running. Shared, because making one takes seconds."""
    furnished.command("stop")
    return furnished


def test_started_found_and_stopped(fresh):
    place = fresh
    assert place.command("status") == "not running"
    assert place.ask() == "redress"
    first = place.pid
    assert place.ask() == "redress"
    assert place.pid == first, "the second process finds the server of the first"
    assert place.command("status").startswith("running")
    assert place.command("start") == "already running"
    assert place.command("stop") == "stopped"
    assert gone(first)
    assert place.command("stop") == "not running"
    assert place.ask() == "redress", "a stopped server is started again"


def test_two_processes_start_at_the_same_moment(fresh):
    both = [fresh.python("-c", ASK) for _ in range(4)]
    assert [said(process) for process in both] == ["redress"] * 4


def test_a_killed_server_is_started_again_with_its_data(place):
    place.ask()
    write = SETTINGS + (
        "import psycopg; c = psycopg.connect(host=s['HOST'], port=s['PORT'], user=s['USER'], dbname=s['NAME']);"
        "c.execute('CREATE TABLE kept AS SELECT 42 AS answer'); c.commit()"
    )
    said(place.python("-c", write))
    killed = place.pid
    os.kill(killed, signal.SIGKILL)
    both = [place.python("-c", ASK.replace("current_database()", "answer FROM kept")) for _ in range(2)]
    assert [said(process) for process in both] == ["42", "42"]
    assert place.pid != killed


def test_a_pid_file_with_somebody_elses_number_is_not_believed(place):
    place.ask()
    place.command("stop")
    (place.var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    assert place.ask() == "redress"


def test_other_names_give_other_databases(place):
    assert place.ask(REDRESS_DATABASE='odd "name') == 'odd "name'
    assert place.ask() == "redress"


def test_a_deep_folder_gets_a_short_private_socket_folder(fresh):
    deep = Place(fresh.var / ("d" * 60) / ("e" * 60) / "a b")
    try:
        assert deep.ask() == "redress"
        folder = Path(deep.command("status").removeprefix("running, socket in "))
        assert folder.stat().st_mode & 0o077 == 0
        assert len(str(folder)) < 90
    finally:
        deep.command("stop")
    folder.rmdir()


def test_a_short_socket_folder_of_somebody_else_is_refused(fresh):
    deep = Place(fresh.var / ("d" * 60) / ("e" * 60))
    deep.ask()
    folder = Path(deep.command("status").removeprefix("running, socket in "))
    deep.command("stop")
    folder.chmod(0o777)
    refused = deep.python("-c", ASK)
    output, _ = refused.communicate(timeout=90)
    assert refused.returncode == 1
    assert "open to others" in output
    folder.rmdir()


def test_a_folder_that_is_not_postgres_is_left_alone(fresh):
    (fresh.var / "postgres").mkdir(parents=True)
    precious = fresh.var / "postgres" / "letter.txt"
    precious.write_text("dear")
    refused = fresh.python("-m", "marketplace.database", "start")
    output, _ = refused.communicate(timeout=90)
    assert refused.returncode == 1
    assert "not a PostgreSQL data folder" in output
    assert precious.read_text() == "dear"


def test_hold_stops_what_it_started_and_leaves_what_it_found(place):
    place.command("hold", sys.executable, "-c", ASK)
    assert place.command("status") == "not running"
    place.command("start")
    place.command("hold", sys.executable, "-c", ASK)
    assert place.command("status").startswith("running")


def test_hold_leaves_the_server_to_others_who_use_it_and_hands_on_the_exit_code(place):
    stay = ASK + "; print('in', flush=True); import time; time.sleep(60)"
    holder = place.python(
        "-m", "marketplace.database", "hold", sys.executable, "-c", "import time; time.sleep(3); exit(7)"
    )
    other = place.python("-c", stay)
    assert other.stdout.readline().strip() == "redress"
    assert holder.wait(60) == 7
    assert place.command("status").startswith("running")
    other.kill()
    other.communicate()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgres://me:secret@db.example.org:6543/shop", "db.example.org"),
        ("postgres://me@%2Fvar%2Frun%2Fpostgresql/shop", "/var/run/postgresql"),
    ],
)
def test_database_url_overrides(monkeypatch, tmp_path, url, host):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDRESS_VAR", str(tmp_path))
    settings = database.database_settings()
    assert (settings["HOST"], settings["NAME"], settings["USER"]) == (host, "shop", "me")
    assert (settings["CONN_MAX_AGE"], settings["CONN_HEALTH_CHECKS"]) == (60, True)
    with database.held():
        pass
    assert list(tmp_path.iterdir()) == [], "no server is made when another is named"


def test_only_tests_give_up_the_wait_for_the_disk(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db/shop")
    assert "synchronous_commit=off" in database.database_settings()["OPTIONS"]["options"]
    monkeypatch.delenv("PYTEST_VERSION")
    assert "options" not in database.database_settings()["OPTIONS"]
