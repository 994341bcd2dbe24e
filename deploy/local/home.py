"""Owns the private directory of a local suite: where it is, that it can be written, its secrets, and who holds it."""

import fcntl
import json
import os
import secrets
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
    """The directory, made when missing; raises LocalError when nothing can be written there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise LocalError(
            f"Ratebook cannot write to {path} ({error.strerror}): "
            "set RATEBOOK_HOME to a directory that you may write to."
        ) from error
    return path


@dataclass
class Secrets:
    """Passwords and keys of a local suite, made at random when they are first needed. Never printed whole."""

    postgres: dict[str, str] = field(default_factory=dict, repr=False)
    nats: dict[str, str] = field(default_factory=dict, repr=False)
    gateway_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    security_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    users: dict[str, str] = field(default_factory=dict, repr=False)

    def password_of(self, user: str) -> str:
        """The password of a demo user."""
        return self.users.setdefault(user, secrets.token_urlsafe(9))


def keep_private(path: Path, document: object) -> None:
    """Writes JSON that the owner alone may read."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(document))


def read_environment(home: Path) -> dict[str, str]:
    """What the suite that runs in `home` told for operators; nothing when none runs there."""
    try:
        environment: dict[str, str] = json.loads((home / ENVIRONMENT).read_text())
    except FileNotFoundError:
        return {}
    return environment


def kept_password(home: Path, user: str) -> str | None:
    """The password that a suite with this home keeps of a user, None when it has none."""
    file = home / "secrets.json"
    return Secrets(**json.loads(file.read_text())).users.get(user) if file.exists() else None


class Home:
    """A private directory, held by one process at a time until it is released: use it in a `with` block."""

    def __init__(self, path: Path):
        self.path = make_directory(path)
        self._lock: IO[str] = (self.path / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise LocalError(
                f"Ratebook is running from {self.path} already: stop it first, or set RATEBOOK_HOME."
            ) from error
        self._file = self.path / "secrets.json"
        self.secrets = Secrets(**json.loads(self._file.read_text())) if self._file.exists() else Secrets()

    def save(self) -> None:
        """Keeps the secrets, readable for the owner alone."""
        keep_private(self._file, asdict(self.secrets))

    def release(self) -> None:
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
