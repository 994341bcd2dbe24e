"""If something prevents the suite from running, one sentence says so, and nothing is left running."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from deploy.local import postgres, process
from deploy.local.home import Home, Secrets, make_directory
from deploy.local.process import LocalError, port_is_free, start, wait_until
from deploy.local.suite import Suite

ROOT = Path(__file__).parents[2]


def test_a_port_in_use_is_reported_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not port_is_free(port)
        with Home(tmp_path) as home, pytest.raises(LocalError, match=f"Port {port} is in use.*PORT="):
            Suite(home, gateway_port=port).start()


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
