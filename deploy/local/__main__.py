"""`python -m deploy.local up` runs the suite until Ctrl-C; `python -m deploy.local demo` runs the demo and stops."""

import argparse
import logging
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.table import Table

from deploy.local.demo import print_summary, run_demo
from deploy.local.home import Home, default_home, make_directory
from deploy.local.process import LocalError
from deploy.local.sample import CLERKS, load_orders, load_sample
from deploy.local.suite import ADMINISTRATOR, GATEWAY_PORT, Suite
from shared.values.numbers import counted

_LOOK_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def up(port: int, console: Console, *, empty: bool) -> int:
    """Starts the suite with its earlier data, prints its addresses, and runs until it is interrupted.

    A new one begins with the sample company and its work orders, or `empty`, with the administrator alone.
    """
    with Home(default_home() / "up") as home:
        suite = Suite(home, gateway_port=port)
        try:
            _start(suite, console, empty=empty)
            if not empty and (orders := load_orders(suite)):
                console.print(
                    f"It begins with a sample company and {counted(orders, 'open work order')}; without earlier data, "
                    "make up EMPTY=1 begins with nothing."
                )
            _show(suite, console, empty=empty)
            _keep_up(suite, console)
        except KeyboardInterrupt:
            return 0
        finally:
            _stop(suite, console)


def _keep_up(suite: Suite, console: Console) -> NoReturn:
    """Starts again what stops, forever: a part that fails again and again does so every ten seconds."""
    pauses: dict[str, float] = {}
    while True:
        time.sleep(_LOOK_SECONDS)
        for stopped in suite.find_stopped():
            pause = pauses[stopped.name] = min(2 * pauses.get(stopped.name, _LOOK_SECONDS), _LONGEST_PAUSE_SECONDS)
            console.print(f"{stopped.name} stopped unexpectedly and starts again. Its log: {stopped.log}")
            time.sleep(pause)
            try:
                suite.start_again(stopped)
            except LocalError as error:
                console.print(f"[red]{error}[/red]")


def demo(console: Console) -> int:
    """Runs the demo in a temporary suite, and leaves nothing behind but two reports."""
    place = make_directory(default_home())
    with tempfile.TemporaryDirectory(prefix="demo-", dir=place) as directory, Home(Path(directory)) as home:
        suite = Suite(home)
        try:
            _start(suite, console)
            summary = run_demo(suite, place / "demo", console)
        finally:
            _stop(suite, console)
    print_summary(summary)
    return 0 if summary["differences"] == 0 else 1


def _start(suite: Suite, console: Console, *, empty: bool = False) -> None:
    with console.status("starting") as status:
        suite.start(lambda part: status.update(f"starting {part}"))
        if not empty:
            load_sample(suite, lambda part: status.update(f"loading {part}"))
    console.print(f"Ratebook is running at {suite.gateway_url}")


def _stop(suite: Suite, console: Console) -> None:
    """Stops the suite without interruption, so that a second Ctrl-C leaves no servers behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with console.status("stopping"):
        suite.stop()


def _show(suite: Suite, console: Console, *, empty: bool) -> None:
    console.print(f"console     {suite.gateway_url}/console/")
    console.print(f"API         {suite.gateway_url}/api/v1/<service>/<noun>")
    for name, server in suite.servers.items():
        console.print(f"{name:<11} {server.url}/readyz")
    assert suite.nats is not None
    console.print(f"listener    {suite.nats.url('listener')}  (for reading events from another system)")
    console.print(f"logs, data  {suite.home.path}")
    table = Table("user", "password", "role", box=None)
    for user, words in {ADMINISTRATOR: "administrator", **({} if empty else CLERKS)}.items():
        table.add_row(user, suite.home.secrets.password_of(user), words)
    console.print(table)
    console.print("Press Ctrl-C to stop everything. The data is kept for the next time.")


def main() -> int:
    """Runs `demo` or `up` until it ends or is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="run the demo and stop")
    staying = commands.add_parser("up", help="run the suite until Ctrl-C")
    staying.add_argument("--port", type=int, default=GATEWAY_PORT, help=f"gateway port (default: {GATEWAY_PORT})")
    staying.add_argument("--empty", action="store_true", help="begin without the sample company")
    given = parser.parse_args()
    console = Console(highlight=False)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return up(given.port, console, empty=given.empty) if given.command == "up" else demo(console)
    except LocalError as error:
        console.print(f"[red]{error}[/red]")
        return 1
    except KeyboardInterrupt:
        console.print("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
