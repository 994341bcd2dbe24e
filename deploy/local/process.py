"""Child processes: each dies with its parent, logs to a file, and is stopped by its process id."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


class LocalError(Exception):
    """The suite cannot run on this machine; the message says why and what to do."""


@dataclass(frozen=True)
class Child:
    """A started process with its log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        if self.running:
            self.process.send_signal(with_signal)

    def stop(self, with_signal: signal.Signals = signal.SIGTERM, patience_seconds: float = 20) -> None:
        """Asks the process to stop, and kills it if it has not stopped after `patience_seconds`."""
        self.ask_to_stop(with_signal)
        try:
            self.process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _enter_user_namespace(libc: ctypes.CDLL) -> None:
    """Makes this root process appear as nobody to itself, because PostgreSQL refuses to run as root."""
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")


def _drop_to_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def user_namespaces_work() -> bool:
    """Whether this process can create a user namespace, which containers often forbid."""
    libc = _libc()
    if libc is None:
        return False
    child = os.fork()
    if child == 0:
        try:
            _enter_user_namespace(libc)
        except OSError:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def before_exec(*, as_nobody: bool = False) -> Callable[[], None]:
    """What a child does between fork and exec: start a session, arrange to die with the parent, give up root.

    With `as_nobody`, a root child continues as nobody: in a user namespace, or as the real user if namespaces are
    forbidden.
    """
    libc = _libc()
    drop: Callable[[], None] | None = None
    if as_nobody and os.geteuid() == 0:
        if libc is not None and user_namespaces_work():
            namespace_libc = libc

            def drop() -> None:
                _enter_user_namespace(namespace_libc)
        else:
            drop = _drop_to_nobody

    def run() -> None:
        os.setsid()
        if drop is not None:
            drop()
        # This comes last, because a change of user clears it.
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return run


def start(
    name: str,
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    as_nobody: bool = False,
    sockets: Sequence[socket.socket] = (),
) -> Child:
    """Starts `command` with its output appended to `log`; it inherits `sockets` under the same numbers."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            preexec_fn=before_exec(as_nobody=as_nobody),
            pass_fds=[one.fileno() for one in sockets],
        )
    return Child(name, process, log)


def wait_until(child: Child, ready: Callable[[], bool], *, patience_seconds: float = 30) -> None:
    """Polls `ready` until it returns true; raises LocalError with the end of the child's log otherwise."""
    deadline = time.monotonic() + patience_seconds
    while not ready():
        if not child.running:
            raise LocalError(f"{child.name} stopped while starting. The end of its log:\n{child.last_words()}")
        if time.monotonic() > deadline:
            raise LocalError(
                f"{child.name} was not ready after {patience_seconds:.0f} seconds. "
                f"The end of its log:\n{child.last_words()}"
            )
        time.sleep(0.02)


def free_port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Reserved:
    """A port that stays with this process: nobody else gets it between two starts of a server."""

    port: int
    _holding: socket.socket

    def socket(self) -> socket.socket:
        """A new socket on the port, for a server to listen on."""
        # What is left of closed connections must not keep the next suite from reserving the port.
        return _bound(self.port, socket.SO_REUSEADDR, socket.SO_REUSEPORT)

    def release(self) -> None:
        self._holding.close()


def reserve(port: int = 0) -> Reserved:
    """Reserves a port of 127.0.0.1, by default any. Raises OSError if somebody uses it."""
    if port:
        with socket.socket() as probe:
            # Another suite of the same user also shares its ports between sockets, and would not be noticed below.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            probe.listen()
    holding = _bound(port, socket.SO_REUSEPORT)
    return Reserved(holding.getsockname()[1], holding)


def _bound(port: int, *sharing: int) -> socket.socket:
    """A socket that shares its port with others of this user. Only one that listens gets connections."""
    bound = socket.socket()
    try:
        for option in sharing:
            bound.setsockopt(socket.SOL_SOCKET, option, 1)
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        raise
    return bound


def is_running(process_id: int) -> bool:
    """Whether a process exists and has not ended: a zombie, which nobody has waited for, has ended."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # "17 (postgres) Z 1 …"; the name may contain anything, also a parenthesis.
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in {"Z", "X"}
