"""`manage.py serve` as a person sees it: up, still up after a crash of the database, and wholly gone after."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import pytest

from marketplace import database

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def start(var: Path, port: int, *options: str) -> subprocess.Popen:
    ours = {"DATABASE_URL", "PYTEST_VERSION", "SITE_URL"}
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    kept |= {
        "REDRESS_ENV": "development",
        "REDRESS_VAR": str(var),
        "REDRESS_DATABASE": "served",
        "WEB_WORKERS": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-u", "manage.py", "serve", "--port", str(port), *options], cwd=ROOT, env=kept, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def read_until(process: subprocess.Popen, words: str) -> str:
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(seen)


def family(process: subprocess.Popen, var: Path) -> list[psutil.Process]:
    """Everything that the command has started, the database included."""
    found = psutil.Process(process.pid).children(recursive=True)
    for other in psutil.process_iter(["name", "cwd"]):
        if other.info["name"] == "postgres" and str(other.info["cwd"]).startswith(str(var)):
            found.append(other)
    return found


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def until(condition, seconds: float = 60.0) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.2)


def page_comes(port: int) -> bool:
    """Say whether a page is answered."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/account/login/", timeout=20).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def var():
    """A folder that the database's own user may pass to; pytest closes its folders to others."""
    with tempfile.TemporaryDirectory(prefix="redress-") as folder:
        yield Path(folder) / "var"


def test_up_through_a_crash_of_the_database_and_gone_after_ctrl_c(var, monkeypatch):
    monkeypatch.setenv("REDRESS_VAR", str(var))
    port = free_port()
    process = start(var, port, "--migrate")
    try:
        read_until(process, "Redress is on")
        until(lambda: page_comes(port))

        os.kill(int((var / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        until(lambda: not database.is_running())
        until(database.is_running)
        time.sleep(5)  # whoever does not bear the crash would end by now
        assert process.poll() is None, process.communicate()[0]
        assert page_comes(port)

        links = {each.environ().get("SITE_URL") for each in psutil.Process(process.pid).children()}
        assert links == {f"http://localhost:{port}"}, "mails link to where the site is"

        everybody = family(process, var)
        assert len(everybody) > 5, "web, workers and database"
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output
        until(lambda: not alive(everybody), seconds=5)
        assert not (var / "postgres" / "postmaster.pid").exists(), "the database was stopped in order"
    finally:
        process.kill()
        subprocess.run(
            [sys.executable, "-m", "marketplace.database", "stop"],
            cwd=ROOT, env=os.environ | {"REDRESS_VAR": str(var)}, check=False,
        )  # fmt: skip


def test_a_port_in_use_is_said_and_nothing_stays_behind(var, monkeypatch):
    monkeypatch.setenv("REDRESS_VAR", str(var))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(var, taken.getsockname()[1])
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Cannot listen on" in output
    assert "PORT=8001" in output
    assert not database.is_running()
