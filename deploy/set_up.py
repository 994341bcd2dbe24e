"""Installs the locked packages into this virtual environment and shows how far it is; needs nothing but Python.

Interrupted, it can be started again: what is downloaded already is not downloaded twice.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "locks" / "all.txt"
LAST_WORDS = 15
_ONE_MORE = ("Collecting", "Processing", "Requirement already", "Ignoring")


def show(words: str, *, passing: bool = False) -> None:
    """One line that is written over at a terminal; elsewhere a line each, without the passing ones."""
    if sys.stdout.isatty():
        print(f"\r  {words:<30}", end="\n" if words == "done" else "", flush=True)
    elif not passing:
        print(f"  {words}", flush=True)


def install_command() -> None:
    """Puts `ratebook` beside this Python: the command of deploy/command, from whatever directory it is called."""
    command = Path(sys.executable).parent / "ratebook"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m deploy.command "$@"\n')
    command.chmod(0o755)


def main() -> int:
    """Installs the locked packages and the command `ratebook`; the exit status is 1 when it failed."""
    wanted = sum("==" in line for line in LOCK.read_text().splitlines())
    command = [
        *(sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
        *("--require-hashes", "--no-deps", "-r", str(LOCK)),
    ]
    found = 0
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line.rstrip())
            if line.startswith(_ONE_MORE):
                found += 1
                show(f"{found} of {wanted} packages", passing=found % 15 != 0)
            elif line.startswith("Installing"):
                show("installing them")
    show("done")
    if pip.returncode == 0:
        install_command()
        return 0
    print("\n".join(said[-LAST_WORDS:]))
    print("Setting up failed; mend what the lines above say and run the same command again.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
