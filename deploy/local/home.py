"""The private directory of a local suite: its location, its secrets, and the lock of the process that uses it."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Self

from deploy.local.process import LocalError

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = "environment.json"


def default_home() -> Path:
    """`RATEBOOK_HOME`, else `.ratebook` in the repository."""
    return Path(os.environ.get("RATEBOOK_HOME") or ROOT / ".ratebook")


def make_directory(path: Path) -> Path:
    """Creates the directory if it is missing; raises LocalError if it is not writable."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise LocalError(
            f"Ratebook cannot write to {path} ({error.strerror}). "
            "Set RATEBOOK_HOME to a directory that you can write to."
        ) from error
    return path


@dataclass
class Secrets:
    """The passwords and keys of a local suite.

    They are saved before anything is made with them: a start that is broken off must not leave a cluster behind whose
    password nobody knows.
    """

    postgres: dict[str, str] = field(default_factory=dict, repr=False)
    nats: dict[str, str] = field(default_factory=dict, repr=False)
    gateway_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    security_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    metrics_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    users: dict[str, str] = field(default_factory=dict, repr=False)

    def complete(self, roles: Iterable[str], broker_users: Iterable[str], users: Iterable[str]) -> None:
        """Generates the passwords that are missing."""
        for role in roles:
            self.postgres.setdefault(role, secrets.token_urlsafe(24))
        for name in broker_users:
            self.nats.setdefault(name, secrets.token_hex(16))
        for user in users:
            self.password_of(user)

    def password_of(self, user: str) -> str:
        """The password of a demo user, generated if it does not exist."""
        return self.users.setdefault(user, secrets.token_urlsafe(9))


def keep_private(path: Path, document: object) -> None:
    """Writes JSON that only the owner can read: whole, or not at all if the process dies meanwhile."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with new.open("w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read_environment(home: Path) -> dict[str, str]:
    """The operators' environment of the suite that is running in `home`; empty if none is."""
    try:
        environment: dict[str, str] = json.loads((home / ENVIRONMENT).read_text())
    except FileNotFoundError:
        return {}
    return environment


def kept_password(home: Path, user: str) -> str | None:
    """The password of a user in the suite in `home`, or None."""
    file = home / "secrets.json"
    return Secrets(**json.loads(file.read_text())).users.get(user) if file.exists() else None


class Home:
    """A private directory, locked for one process until it is released; use it in a `with` block."""

    def __init__(self, path: Path):
        self.path = make_directory(path)
        self._lock: IO[str] = (self.path / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise LocalError(
                f"Ratebook is already running in {self.path}. Stop it first, or set RATEBOOK_HOME."
            ) from error
        self._file = self.path / "secrets.json"
        self.secrets = Secrets(**json.loads(self._file.read_text())) if self._file.exists() else Secrets()

    def save(self) -> None:
        """Saves the secrets, readable only by the owner."""
        keep_private(self._file, asdict(self.secrets))

    def release(self) -> None:
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
