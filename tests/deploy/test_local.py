"""If something prevents the suite from running, one sentence says so, and nothing is left running."""

import io
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from deploy.local import postgres, process
from deploy.local.__main__ import _keep_up
from deploy.local.home import Home, Secrets, keep_private, make_directory
from deploy.local.process import LocalError, reserve, start, wait_until
from deploy.local.sample import load_sample
from deploy.local.suite import Suite

ROOT = Path(__file__).parents[2]


def test_a_port_in_use_is_reported_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with Home(tmp_path) as home, pytest.raises(LocalError, match=f"Port {port} is in use.*PORT="):
            Suite(home, gateway_port=port)


def test_a_port_stays_reserved_between_two_starts_of_its_server() -> None:
    reserved = reserve()
    for _ in range(2):
        with reserved.socket() as server, socket.socket() as stranger, socket.socket() as client:
            server.listen()
            client.connect(("127.0.0.1", reserved.port))
            server.accept()[0].close()
            with pytest.raises(OSError, match="in use"):
                stranger.bind(("127.0.0.1", reserved.port))
        # Nobody listens: callers are refused at once, and do not wait for an answer.
        with socket.socket() as client, pytest.raises(ConnectionRefusedError):
            client.connect(("127.0.0.1", reserved.port))
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", reserved.port))
    with pytest.raises(OSError, match="in use"):
        reserve(reserved.port)
    reserved.release()
    reserve(reserved.port).release()


def test_secrets_are_replaced_whole(tmp_path: Path) -> None:
    keep_private(tmp_path / "secrets.json", {"a": 1})
    (tmp_path / "secrets.json.new").write_text("half of a docu")
    keep_private(tmp_path / "secrets.json", {"a": 2})
    assert (tmp_path / "secrets.json").read_text() == '{"a": 2}'
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_postgres_starts_after_initdb_was_broken_off(tmp_path: Path) -> None:
    left = tmp_path / "postgres" / "data.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    server = postgres.start_postgres(tmp_path / "postgres", {"postgres": "known-before"}, durable=False)
    server.stop()
    assert not left.exists()


def test_postgres_starts_while_its_killed_postmaster_is_a_zombie(tmp_path: Path) -> None:
    """As in a container without init, where nobody waits for the children of a killed launcher."""
    passwords = {"postgres": "known-before"}
    killed = postgres.start_postgres(tmp_path / "postgres", passwords, durable=False).child.process
    killed.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while psutil.Process(killed.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    server = postgres.start_postgres(tmp_path / "postgres", passwords, durable=False)
    server.stop()
    killed.wait()


def test_postgres_starts_while_another_program_has_its_number(tmp_path: Path) -> None:
    passwords = {"postgres": "known-before"}
    postgres.start_postgres(tmp_path / "postgres", passwords, durable=False).stop()
    (tmp_path / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n")
    postgres.start_postgres(tmp_path / "postgres", passwords, durable=False).stop()


_START = """
import sys
from pathlib import Path
from deploy.local.home import Home
from deploy.local.sample import load_sample
from deploy.local.suite import Suite
with Home(Path(sys.argv[1])) as home:
    suite = Suite(home, durable=False)
    suite.start()
    load_sample(suite)
"""


@pytest.mark.parametrize(
    "rounds", [pytest.param(2, marks=pytest.mark.long), pytest.param(10, marks=pytest.mark.faults)]
)
def test_starts_that_are_broken_off_at_any_moment_can_be_repeated(tmp_path: Path, rounds: int) -> None:
    chance = random.Random(rounds)
    for number in range(rounds):
        starting = subprocess.Popen([sys.executable, "-c", _START, str(tmp_path)], cwd=ROOT, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 8 if rounds > 2 else 3))
        starting.send_signal(signal.SIGKILL if number % 2 else signal.SIGINT)
        starting.wait()
    with Home(tmp_path) as home:
        suite = Suite(home, durable=False)
        try:
            suite.start()
            load_sample(suite)
            assert suite.find_stopped() == []
        finally:
            suite.stop()


@pytest.mark.long
def test_a_part_that_stops_is_started_again_with_a_word(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        suite = Suite(home, durable=False)
        told = io.StringIO()
        try:
            suite.start()
            assert suite.postgres is not None
            assert suite.nats is not None
            for child in (suite.servers["rating"].child, suite.nats.child, suite.postgres.child):
                child.kill()
            looking = threading.Thread(target=_keep_up, args=(suite, Console(file=told, width=200)), daemon=True)
            looking.start()
            deadline = time.monotonic() + 60
            while suite.find_stopped():
                assert time.monotonic() < deadline
                time.sleep(0.2)
            suite.wait_ready()
        finally:
            suite.stop()
    for name in ("rating", "NATS", "PostgreSQL"):
        assert f"{name} stopped unexpectedly and starts again. Its log: " in told.getvalue()


@pytest.mark.parametrize("place", ["/proc/ratebook", "a-file/below"])
def test_a_directory_that_is_not_writable_is_reported_with_what_to_do(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").touch()
    with pytest.raises(LocalError, match=r"cannot write.*RATEBOOK_HOME"):
        make_directory(tmp_path / place)


def test_a_home_is_used_by_one_suite_at_a_time(tmp_path: Path) -> None:
    with Home(tmp_path), pytest.raises(LocalError, match="already running in"):
        Home(tmp_path)
    Home(tmp_path).release()


def test_secrets_are_readable_only_by_the_owner_and_never_shown(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        password = home.secrets.password_of(r"ALAMO\bill")
        home.save()
    with Home(tmp_path) as again:
        assert again.secrets.password_of(r"ALAMO\bill") == password
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
    assert repr(home.secrets) == "Secrets()"
    assert Secrets().gateway_key != Secrets().gateway_key


def test_a_process_that_dies_while_starting_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = start("rating", [sys.executable, "-c", "raise SystemExit('no database')"], tmp_path / "log")
    with pytest.raises(LocalError, match=r"rating stopped while starting.*\n.*no database"):
        wait_until(child, lambda: False)


def test_a_child_dies_with_its_parent_even_if_the_parent_is_killed(tmp_path: Path) -> None:
    """Otherwise a killed launcher would leave its servers behind."""
    script = f"""
import os, sys
from pathlib import Path
from deploy.local.process import start
child = start("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], Path({str(tmp_path)!r}) / "log")
print(child.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    parent = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert parent.returncode == -signal.SIGKILL
    child = int(parent.stdout)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_child_gets_only_the_variables_that_it_needs(tmp_path: Path) -> None:
    child = start(
        "env", [sys.executable, "-c", "import os; print(sorted(os.environ))"], tmp_path / "log", environment={"A": "1"}
    )
    child.process.wait()
    assert "HOME" not in child.last_words()
    assert "'A'" in child.last_words()


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs PostgreSQL without a change of user")


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine that forbids user namespaces, as many containers do."""
    monkeypatch.setattr(process, "user_namespaces_work", lambda: False)
    monkeypatch.setattr(postgres, "user_namespaces_work", lambda: False)
    return monkeypatch


@root_only
def test_without_namespaces_postgres_runs_as_nobody(no_namespaces: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = postgres.start_postgres(Path(directory) / "postgres", {})
        try:
            assert psutil.Process(server.child.process.pid).username() in {"nobody", str(process.NOBODY)}
        finally:
            server.stop()


@root_only
def test_without_namespaces_a_folder_that_nobody_cannot_enter_is_named(no_namespaces: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as closed:
        home = Path(closed) / "home"
        home.mkdir()
        with pytest.raises(LocalError, match=rf"cannot enter {closed}\. Run as an ordinary user"):
            postgres.start_postgres(home / "postgres", {})


@root_only
def test_if_root_cannot_be_given_up_one_sentence_says_so(no_namespaces: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise PermissionError

    no_namespaces.setattr(process, "_drop_to_nobody", fail)
    with tempfile.TemporaryDirectory() as directory, pytest.raises(LocalError, match="Run as an ordinary user"):
        postgres.start_postgres(Path(directory) / "postgres", {})


def test_make_reports_a_python_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\ncase "$2" in *version_info*) exit 1;; *) echo 3.9.2;; esac\n')
    old.chmod(0o755)
    made = subprocess.run(
        ["make", f"PYTHON={old}", f"VENV={tmp_path}/venv", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode != 0
    assert "Ratebook needs Python 3.11 or newer" in made.stdout
    assert "3.9.2" in made.stdout
